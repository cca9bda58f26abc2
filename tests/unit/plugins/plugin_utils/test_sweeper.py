# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The program that closes what a run leaves, started by its path."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._connections import sweep
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep_orders import encoded
from ansible_collections.community.remoteit.plugins.module_utils._tunnels.address import run_sockets, sweeper_socket
from ansible_collections.community.remoteit.plugins.module_utils._tunnels.end_of_run import end_run
from ansible_collections.community.remoteit.plugins.module_utils._tunnels.listener import linked
from tests.doubles.held import Site, made
from tests.doubles.loopback import PATIENCE
from tests.doubles.material import SERVICE

pytestmark = [pytest.mark.one_core, pytest.mark.slow]

RUN = process_name(os.getpid())
PROGRAM = Path(sweep.__file__).parents[2] / "plugin_utils" / "sweeper.py"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    with site.account.server:
        site.hold(made("HELD", holders=(RUN,)), made("KEPT", kept=True))
        yield site


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # the path of a socket has to be short
    with tempfile.TemporaryDirectory(prefix="mux-") as path:
        monkeypatch.setenv("XDG_RUNTIME_DIR", path)
        yield Path(path)


def tell(line: bytes, run: str = RUN, **environment: str) -> None:
    """Tell the one of *run* the line, and start it if there is none."""
    path = sweeper_socket(run, os.environ)
    with linked(path, [sys.executable, str(PROGRAM), run, path], {"HOME": "/nowhere", **environment}) as link:
        link.sendall(line)


def test_it_waits_for_the_end_of_the_run_and_closes_what_that_held(site: Site, sockets: Path) -> None:
    tell(encoded(site.settings))
    time.sleep(0.5)
    assert site.account.closed == []
    assert list(end_run(RUN)) == []
    assert (site.account.closed, list(site.held())) == (["HELD"], ["KEPT"])
    assert run_sockets(RUN) == []


def test_a_run_that_was_killed_has_ended_as_well(site: Site, sockets: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as run:
        site.hold(made("HELD", holders=(process_name(run.pid),)), made("KEPT", kept=True))
        tell(encoded(site.settings), process_name(run.pid))
        run.kill()
    end = time.monotonic() + PATIENCE
    while site.account.closed != ["HELD"]:
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_what_ends_all_processes_of_the_run_does_not_end_it(number: signal.Signals, site: Site, sockets: Path) -> None:
    tell(encoded(site.settings))
    time.sleep(1)
    (pid,) = (
        path.parent.name for path in Path("/proc").glob("[0-9]*/cmdline") if str(sockets).encode() in path.read_bytes()
    )
    os.kill(int(pid), number)
    assert list(end_run(RUN)) == []
    assert site.account.closed == ["HELD"]


def test_what_could_not_be_closed_is_told_once_however_often_it_was_named(site: Site, sockets: Path) -> None:
    site.stubborn = {"HELD"}
    for _time in range(3):
        tell(encoded(site.settings))
    (told,) = end_run(RUN)
    assert told.startswith(f"A connection to {SERVICE} was left open: ")
    assert list(site.held()) == ["HELD", "KEPT"]


def test_it_finds_its_own_parts_whatever_else_is_called_so(site: Site, sockets: Path, tmp_path: Path) -> None:
    for name in ("plugins", "plugin_utils", "module_utils", "community_remoteit"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('somebody else')")
    tell(encoded(site.settings), PYTHONPATH=str(tmp_path))
    assert list(end_run(RUN)) == []
    assert site.account.closed == ["HELD"]
