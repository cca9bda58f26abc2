# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secret, the bytes it stands for and the developer key appear nowhere but where the user put them."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.lab.lab import Lab
from tests.lab.world import DATABASE, DEVELOPER_KEY, KEY_ID, OFFLINE, SECRET

from .tasks import LOOKUP, connection, info, show

pytestmark = pytest.mark.one_core

NAMES = ("R3_ACCESS_KEY_ID", "R3_SECRET_ACCESS_KEY", "R3_DEVELOPER_API_KEY")
KEY = base64.b64decode(SECRET)
# Whole or in part, as text, as bytes and as Python or JSON would write them.
TRACES = [
    SECRET.encode(),
    SECRET.rstrip("=")[:20].encode(),
    KEY[:16],
    KEY.hex().encode(),
    repr(KEY).encode()[2:18],
    DEVELOPER_KEY.encode(),
]
# Where a user may put the secrets: options or the environment of tasks, from a file of variables, or of the run, a profile.
SOURCES = ["options", "environment", "profile", "environment of tasks"]


def assert_no_trace(where: str, content: bytes) -> None:
    """Fail with the name of the place, without showing it."""
    found = [number for number, trace in enumerate(TRACES) if trace in content]
    assert not found, f"{where} holds trace {found}"


@contextmanager
def watched_processes(mark: str) -> Iterator[set[tuple[bytes, bytes]]]:
    """Collect command line and environment of all processes with *mark* in theirs while the block runs."""
    seen: set[tuple[bytes, bytes]] = set()
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    environ = (process / "environ").read_bytes()
                    if mark.encode() in environ:
                        seen.add(((process / "cmdline").read_bytes(), environ))
                except OSError:
                    continue
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        stop.set()
        watcher.join()


@pytest.mark.parametrize(("source", "api"), list(zip(SOURCES, ("rest", "graphql", "rest", "rest"), strict=True)))
def test_nothing_shows_a_secret(lab: Lab, tmp_path: Path, source: str, api: str) -> None:
    environ = {"ANSIBLE_DISPLAY_TRACEBACK": "always", "ANSIBLE_LOCAL_TEMP": str(tmp_path / "local")}
    options, arguments = _given(source, tmp_path, environ)
    tasks = [
        connection("open", DATABASE, api=api, **options),
        info("list", api=api, **options),
        connection("offline", OFFLINE, {"ignore_errors": True}, api=api, **options),
        connection("bad option", DATABASE, {"ignore_errors": True}, api=api, min_remaining=-1, **options),
        connection("close", DATABASE, api=api, state="absent", **options),
    ]
    module = connection("open", DATABASE, {"async": 30, "poll": 1}, api=api, **options)
    if source in ("environment", "profile"):
        tasks.insert(1, show("lookup", f"lookup('{LOOKUP}', '{DATABASE}')"))
    # With ANSIBLE_DEBUG, Ansible itself shows the arguments of every module that it sends to a host.
    runs = [({**environ, "ANSIBLE_DEBUG": "1", "ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "1"}, tasks)]
    keywords: dict[str, Any] = {}
    if source == "environment of tasks":
        keywords["environment"] = {name: f"{{{{ {name.lower()} }}}}" for name in NAMES}
    else:
        # Ansible itself puts the environment of a task into the command line by which it sends a module to a host.
        runs.append((environ, [module]))
    for variables, its_tasks in runs:
        log = tmp_path / "ansible.log"
        with watched_processes(str(log)) as processes:
            run = lab.run_tasks(
                *its_tasks,
                arguments=["-vvvv", *arguments],
                environ={**variables, "ANSIBLE_LOG_PATH": str(log)},
                **keywords,
            )
        assert run.returncode == 0, run.output[-4000:]
        assert run.result("open").changed
        assert log.stat().st_size > 1000
        assert_no_trace("the output", run.output.encode())
        for command_line, environment in processes:
            assert_no_trace("a command line", command_line)
            # Where the user put it, it is the user's own.
            if source != "environment":
                assert_no_trace("an environment", environment)
        assert any(b"ansible-playbook" in command_line for command_line, _environment in processes)
        assert_no_trace_in_files(lab.root, tmp_path)


def assert_no_trace_in_files(*roots: Path) -> None:
    """Search every file below *roots* but the user's own."""
    for root in roots:
        for path in root.rglob("*"):
            if path.is_file() and not path.is_symlink() and path.parent.name != "the user's own":
                assert_no_trace(str(path.relative_to(root)), path.read_bytes())


def _given(source: str, tmp_path: Path, environ: dict[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Task options and command line arguments that give the secrets from *source*; changes *environ*."""
    own = tmp_path / "the user's own"
    own.mkdir()
    if source == "environment":
        return {}, []
    environ.update(dict.fromkeys(NAMES, ""))
    lines = dict(zip(NAMES, (KEY_ID, SECRET, DEVELOPER_KEY), strict=True))
    if source == "profile":
        (own / "credentials").write_text("\n".join(["[site]", *(f"{name}={value}" for name, value in lines.items())]))
        environ.update(R3_CREDENTIALS_FILE=str(own / "credentials"), R3_PROFILE="site")
        return {}, []
    (own / "secrets.yml").write_text("".join(f"{name.lower()}: {value}\n" for name, value in lines.items()))
    options = (
        {}
        if source == "environment of tasks"
        else {
            "access_key_id": "{{ r3_access_key_id }}",
            "secret_access_key": "{{ r3_secret_access_key }}",
            "developer_key": "{{ r3_developer_api_key }}",
        }
    )
    return options, ["-e", f"@{own / 'secrets.yml'}"]
