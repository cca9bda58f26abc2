# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ssh and its friends, without Ansible, reach devices on demand, and what they carry arrives whole in both directions."""

from __future__ import annotations

import hashlib
import os
import shutil
import socketserver
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lab.lab import Lab
from tests.lab.world import service_id

from .fleet import operations
from .plain_ssh import common_settings, run_tool, ssh_options, ssh_settings

KITCHEN, GARAGE = service_id(1, 1), service_id(2, 1)
CONTENT = os.urandom(1 << 20) * 8
pytestmark = pytest.mark.one_core


class Home:
    """A person's SSH configuration: *pi* is a device on demand, *behind* is one that only its network reaches."""

    def __init__(self, lab: Lab, root: Path, fdpass: bool) -> None:
        self.lab = lab
        self.root = root
        self.config = root / "config"
        behind = {
            "HostName": "127.0.0.1",
            "Port": str(lab.devices[1].port),
            "HostKeyAlias": f"remoteit-{GARAGE.replace(':', '').lower()}",
            **common_settings(lab),
        }
        hosts = {"pi": ssh_settings(lab, KITCHEN, fdpass=fdpass), "behind": behind}
        sections = (
            "".join([f"Host {host}\n", *(f"  {name} {value}\n" for name, value in settings.items())])
            for host, settings in hosts.items()
        )
        self.config.write_text("".join(sections))
        self.source, self.there, self.back = (root / name for name in ("source", "there", "back"))
        self.source.write_bytes(CONTENT)

    @property
    def shell(self) -> str:
        """The command by which rsync and git start ssh."""
        return f"ssh -F '{self.config}'"

    def do(self, *command: str | Path, **environ: str) -> None:
        """Run *command*, which succeeds."""
        done = run_tool(self.lab, *command, **environ)
        assert done.returncode == 0, done.stderr

    def said(self, *command: str, content: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run ssh, with *content* as its input."""
        environment = {**os.environ, **self.lab.environment()}
        words = ["ssh", "-F", str(self.config), *command]
        return subprocess.run(words, env=environment, input=content, capture_output=True, timeout=60, check=False)


@pytest.fixture(params=[True, False], ids=["socket", "streams"])
def home(lab: Lab, tmp_path: Path, request: pytest.FixtureRequest) -> Home:
    """A person whose ssh gets a socket from the program that it starts, or talks to it."""
    return Home(lab, tmp_path, request.param)


def scp(home: Home) -> None:
    home.do("scp", "-q", "-F", home.config, home.source, f"pi:{home.there}")
    home.do("scp", "-q", "-F", home.config, f"pi:{home.there}", home.back)


def sftp(home: Home) -> None:
    batch = home.root / "batch"
    batch.write_text(f"put '{home.source}' '{home.there}'\nget '{home.there}' '{home.back}'\n")
    home.do("sftp", "-q", "-F", home.config, "-b", batch, "pi")


def rsync(home: Home) -> None:
    home.do("rsync", "-s", "-e", home.shell, home.source, f"pi:{home.there}")
    home.do("rsync", "-s", "-e", home.shell, f"pi:{home.there}", home.back)


def git(home: Home) -> None:
    tree, bare, clone = (home.root / name for name in ("tree", "bare.git", "clone"))
    identity = ["-c", "user.name=lab", "-c", "user.email=lab@example.com", "-c", "gc.auto=0"]
    home.do("git", "init", "-q", "--bare", "-b", "main", bare)
    home.do("git", "init", "-q", "-b", "main", tree)
    shutil.copy(home.source, tree / "file")
    home.do("git", "-C", tree, "add", "file")
    home.do("git", "-C", tree, *identity, "commit", "-q", "-m", "one")
    home.do("git", "-C", tree, "push", "-q", f"pi:{bare}", "main", GIT_SSH_COMMAND=home.shell)
    home.do("git", "clone", "-q", f"pi:{bare}", clone, GIT_SSH_COMMAND=home.shell)
    shutil.copy(clone / "file", home.there)
    shutil.copy(clone / "file", home.back)


@pytest.mark.parametrize("tool", [scp, sftp, rsync, git], ids=lambda tool: tool.__name__)
def test_files_arrive_whole_there_and_back(tool: Callable[[Home], None], home: Home) -> None:
    if shutil.which(tool.__name__) is None:
        pytest.skip(f"there is no {tool.__name__}")
    tool(home)
    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (home.source, home.there, home.back)}
    assert len(digests) == 1
    # Each ssh that it started came before the last one's tunnel was closed.
    assert operations(home.lab, "connect") == 1


@pytest.mark.parametrize(
    "words",
    [("pi",), ("-J", "pi", "behind"), ("-o", "ProxyCommand=ssh -F {config} -W %h:%p pi", "behind")],
    ids=["direct", "jump", "proxy command"],
)
def test_a_command_hears_and_says_all_at_the_same_time(words: tuple[str, ...], home: Home) -> None:
    said = home.said(
        *(word.format(config=home.config) for word in words), "cat; printenv DEVICE_NAME >&2; exit 7", content=CONTENT
    )
    assert said.returncode == 7
    assert said.stderr.decode().strip() == ("pi-garage" if "behind" in words else "pi-kitchen")
    assert hashlib.sha256(said.stdout).digest() == hashlib.sha256(CONTENT).digest()
    assert [call["service_id"] for call in home.lab.cloud.calls(operation="connect")] == [KITCHEN]


class Echo(socketserver.StreamRequestHandler):
    """Says what it hears, and a last word after the end."""

    def handle(self) -> None:
        while data := self.request.recv(1 << 16):
            self.wfile.write(data)
        self.wfile.write(b"the end")


def test_standard_streams_are_forwarded_to_a_port_behind_the_device(home: Home) -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        said = home.said("-W", f"127.0.0.1:{server.server_address[1]}", "pi", content=CONTENT)
        server.shutdown()
    assert said.returncode == 0, said.stderr
    assert hashlib.sha256(said.stdout).digest() == hashlib.sha256(CONTENT + b"the end").digest()


def test_ssh_needs_no_configuration_file(lab: Lab) -> None:
    said = run_tool(lab, "ssh", *ssh_options(lab, KITCHEN), "pi", "printenv DEVICE_NAME")
    assert (said.returncode, said.stdout) == (0, "pi-kitchen\n"), said.stderr
