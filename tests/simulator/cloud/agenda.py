# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is done now and takes effect later, in simulated time."""

from __future__ import annotations

from collections.abc import Callable

from .clock import Clock


class Agenda:
    """Deeds that wait for their time. Nobody can see whether they are done in time or when somebody next looks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[str, tuple[float, Callable[[], None]]] = {}

    def put(self, name: str, seconds: float, deed: Callable[[], None]) -> None:
        """Have *deed* done when *seconds* have passed, instead of an earlier one of the same name."""
        self._waiting[name] = (self._clock.elapsed() + seconds, deed)
        self.run_due()

    def drop(self, name: str) -> None:
        """Forget the deed of this name, if there is one."""
        self._waiting.pop(name, None)

    def run_due(self) -> None:
        """Do what has become due."""
        now = self._clock.elapsed()
        for name, (due, deed) in sorted(self._waiting.items(), key=lambda item: item[1][0]):
            if due <= now:
                del self._waiting[name]
                deed()

    def clear(self) -> None:
        """Forget everything."""
        self._waiting.clear()
