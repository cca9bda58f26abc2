# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.boot import boot_id, booted_at
from tests.doubles.processes import Fork


def test_a_start_has_one_name() -> None:
    assert len(boot_id()) == 36
    assert boot_id() == boot_id() == boot_id().strip()
    other = Fork(lambda report: report(boot_id()))
    assert other.receive() == boot_id()
    assert other.join() == 0


def test_when_it_was_is_told_by_the_clock() -> None:
    lines = Path("/proc/stat").read_text().splitlines()
    told = next(float(line.split()[1]) for line in lines if line.startswith("btime "))
    assert booted_at() == pytest.approx(told, abs=2.0)


def test_a_clock_that_is_set_moves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    before, now = booted_at(), time.time
    assert booted_at() == pytest.approx(before, abs=0.5)
    monkeypatch.setattr(time, "time", lambda: now() - 7200)
    assert booted_at() == pytest.approx(before - 7200, abs=0.5)
