# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a long task is, for whoever watches."""

from __future__ import annotations

import time

import pytest

from ansible_collections.community.remoteit.plugins.plugin_utils._run.terminal_progress import TerminalProgress


def test_it_is_said_every_few_seconds_and_not_on_the_output(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    progress = TerminalProgress()
    said = []
    for now in (101.0, 104.9, 105.0, 105.1, 109.9, 110.0):
        progress(int(now - 100), 20)
        said.append(capfd.readouterr())
    assert [told.err.strip() for told in said] == [
        *("", "", "5 of 20 remote.it services done"),
        *("", "", "10 of 20 remote.it services done"),
    ]
    assert {told.out for told in said} == {""}


def test_what_is_soon_done_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    progress = TerminalProgress()
    progress(1, 1)
    assert capfd.readouterr() == ("", "")
