# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The program that closes what a run leaves, started by its path."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._connections import sweep
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep_orders import END, encoded
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


def start(cwd: Path, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, PROGRAM, RUN],
        cwd=cwd,
        env={"HOME": str(cwd), **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_it_waits_for_the_end_of_the_run_and_closes_what_that_held(site: Site, tmp_path: Path) -> None:
    with start(tmp_path) as sweeper:
        assert sweeper.stdin
        sweeper.stdin.write(encoded(site.settings))
        sweeper.stdin.flush()
        time.sleep(0.5)
        assert (sweeper.poll(), site.account.closed) == (None, [])
        assert sweeper.communicate(timeout=PATIENCE) == (b"", b"")
    assert sweeper.returncode == 0
    assert (site.account.closed, list(site.held())) == (["HELD"], ["KEPT"])


def test_an_empty_line_is_the_end_as_well(site: Site, tmp_path: Path) -> None:
    with start(tmp_path) as sweeper:
        assert sweeper.stdin
        sweeper.stdin.write(encoded(site.settings) + END)
        sweeper.stdin.flush()
        assert sweeper.wait(PATIENCE) == 0
    assert site.account.closed == ["HELD"]


def test_what_could_not_be_closed_is_told_once_however_often_it_was_named(site: Site, tmp_path: Path) -> None:
    site.stubborn = {"HELD"}
    with start(tmp_path) as sweeper:
        told, errors = sweeper.communicate(encoded(site.settings) * 3, timeout=PATIENCE)
    assert told.decode().startswith(f"A connection to {SERVICE} was left open: ")
    assert (told.count(b"\n"), errors) == (1, b"")
    assert list(site.held()) == ["HELD", "KEPT"]


def test_it_finds_its_own_parts_whatever_else_is_called_so(site: Site, tmp_path: Path) -> None:
    for name in ("plugins", "plugin_utils", "module_utils", "community_remoteit"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('somebody else')")
    with start(tmp_path, PYTHONPATH=str(tmp_path)) as sweeper:
        assert sweeper.communicate(encoded(site.settings), timeout=PATIENCE) == (b"", b"")
    assert site.account.closed == ["HELD"]
