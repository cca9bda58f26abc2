# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The program in the places where ssh may start it; what comes of it is in test_multiplexer.py."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._tunnels import program
from tests.doubles.material import DEVELOPER_KEY, KEY_ID, SECRET, SERVICE

pytestmark = [pytest.mark.one_core, pytest.mark.slow]

PROGRAM = Path(program.__file__).parents[2] / "plugin_utils" / "ssh_proxy.py"
SECONDS = 60


@pytest.fixture
def sockets() -> Iterator[Path]:
    # the path of a socket has to be short
    with tempfile.TemporaryDirectory(prefix="mux-") as path:
        yield Path(path)


def start(sockets: Path, registry: Path, **options: object) -> subprocess.Popen[bytes]:
    """Start it for a service of a remote.it that is not there; *options* are Popen's, an environment is added to ours."""
    environment = {
        "R3_ACCESS_KEY_ID": KEY_ID,
        "R3_SECRET_ACCESS_KEY": SECRET,
        "R3_DEVELOPER_API_KEY": DEVELOPER_KEY,
        "R3_REST_URL": "http://127.0.0.1:9/apv/v27",
        "R3_GRAPHQL_URL": "http://127.0.0.1:9/graphql/v1",
        "REMOTEIT_REGISTRY": str(registry),
        "XDG_RUNTIME_DIR": str(sockets),
        **(options.pop("env", None) or {}),  # type: ignore[dict-item]
    }
    standard = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [sys.executable, "-I", "-S", str(PROGRAM), "--timeout=3", SERVICE]
    return subprocess.Popen(command, env=environment, **{**standard, **options})  # type: ignore[call-overload]


def said(process: subprocess.Popen[bytes]) -> str:
    _out, told = process.communicate(timeout=SECONDS)
    return told.decode()


def multiplexers(sockets: Path) -> int:
    words = f"multiplexer.py\0{sockets}".encode()
    return sum(words in path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists())


REFUSED = "remote.it: http://127.0.0.1:9/apv/v27"


def test_many_at_once_start_one(sockets: Path, tmp_path: Path) -> None:
    processes = [start(sockets, tmp_path / "registry") for _number in range(12)]
    time.sleep(1)
    assert multiplexers(sockets) <= 1
    assert len({said(process) for process in processes}) == 1
    assert multiplexers(sockets) == 1


@pytest.mark.parametrize("home", [None, "/proc/nowhere", "/"])
def test_no_home_is_needed(home: str | None, sockets: Path, tmp_path: Path) -> None:
    process = start(sockets, tmp_path / "registry", env={} if home is None else {"HOME": home})
    assert said(process).startswith(REFUSED)


def test_what_a_client_lets_it_inherit_is_closed(sockets: Path, tmp_path: Path) -> None:
    """Its own end of our input, so that we would never see the end of that."""
    reading, writing = os.pipe()
    process = start(
        sockets, tmp_path / "registry", stdin=reading, pass_fds=[writing], env={"R3_REST_URL": "http://192.0.2.1:1/"}
    )
    os.close(reading)
    os.close(writing)
    assert process.stdout is not None
    # it ends, and nothing holds its output
    assert process.stdout.read() == b""
    process.wait(SECONDS)


@pytest.mark.parametrize("hides", [False, True])
def test_ssh_that_waits_for_a_socket_hears_what_went_wrong(hides: bool, sockets: Path, tmp_path: Path) -> None:
    """Before there is any multiplexer, as a server would say it where ssh hides what the program says."""
    ours, theirs = socket.socketpair()
    (sockets / f"remoteit-{os.geteuid()}").mkdir(mode=0o700)
    # it cannot be opened to take the lock
    (sockets / f"remoteit-{os.geteuid()}" / "lock").mkdir()
    with ours:
        with theirs:
            process = start(
                sockets,
                tmp_path / "registry",
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.DEVNULL if hides else subprocess.PIPE,
            )
        ours.settimeout(SECONDS)
        _byte, descriptors, _flags, _address = socket.recv_fds(ours, 1, 1)
    assert process.wait(SECONDS) == 1
    if hides:
        with socket.socket(fileno=descriptors[0]) as ssh:
            heard = ssh.recv(4096)
        assert (
            heard.startswith(b"SSH-2.0-remoteit\r\n")
            and b"remote.it: the sockets of tunnels cannot be used (Is a directory): set XDG_RUNTIME_DIR" in heard
        )
    else:
        assert not descriptors
        assert process.stderr is not None
        with process.stderr:
            assert process.stderr.read().startswith(
                b"remote.it: the sockets of tunnels cannot be used (Is a directory): "
            )


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_a_stream_that_is_closed_is_no_traceback(closed: int, sockets: Path, tmp_path: Path) -> None:
    process = start(sockets, tmp_path / "registry", preexec_fn=lambda: os.close(closed))
    told = said(process)
    assert process.returncode == 1
    assert told.startswith(REFUSED) or closed == 2
