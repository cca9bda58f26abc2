# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The short form of the soak; ``make soak`` is the long one. It comes first, because it mostly waits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_SHORT = ("--operations", "150", "--seconds", "8", "--steady", "2", "--mortal", "1")


def test_nothing_is_left_behind() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.soak", *_SHORT],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.splitlines()[-1] == "nothing was left behind"
