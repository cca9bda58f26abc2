# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time that passes only when somebody sleeps."""

from __future__ import annotations


class FakeTime:
    """Stands for the module ``time`` in code that is about long waits.

    :ivar now: seconds on all clocks
    """

    def __init__(self, now: float = 1770091506.0) -> None:
        self.now = now

    def monotonic(self) -> float:
        """The time."""
        return self.now

    def time(self) -> float:
        """The time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
