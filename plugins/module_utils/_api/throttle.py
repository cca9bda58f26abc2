# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What remote.it asked for when there were too many requests: it is for all who ask with the same key."""

from __future__ import annotations

import time

from .._base.clock import Deadline


class Throttle:
    """For how long nothing is to be asked; for several threads."""

    def __init__(self) -> None:
        self._until = 0.0

    def hold(self, seconds: float) -> None:
        """Let nobody ask for so many *seconds*."""
        self._until = max(self._until, time.monotonic() + seconds)

    def wait(self, deadline: Deadline) -> None:
        """Wait until it is allowed to ask, but not beyond *deadline*."""
        held = self._until - time.monotonic()
        if held > 0:
            deadline.sleep(held)
