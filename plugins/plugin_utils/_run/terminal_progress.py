# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a long task is, on stderr, so that what programs read from stdout stays as it is."""

from __future__ import annotations

import time

from ansible.utils.display import Display

_SECONDS = 5.0


class TerminalProgress:
    """Called with the number of services that are done and that of all; it says so every few seconds, and not before."""

    def __init__(self) -> None:
        self._said_at = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Say it, if it is time to."""
        now = time.monotonic()
        if now - self._said_at >= _SECONDS:
            self._said_at = now
            Display().display(f"{done} of {total} remote.it services done", stderr=True)
