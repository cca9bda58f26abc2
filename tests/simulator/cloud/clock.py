# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator's two clocks."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Wall time for everything a client can read, simulated time for everything that expires.

    They are apart because a client signs with the real time: speeding the wall clock up would refuse
    every signature after a few seconds.

    :param factor: simulated seconds that pass in one real second.
    :param offset: seconds by which the simulator's wall clock is wrong.
    """

    def __init__(self, factor: float = 1.0, offset: float = 0.0) -> None:
        self._factor = factor
        self._configured = self._offset = timedelta(seconds=offset)
        self._advanced = 0.0

    def wall(self) -> datetime:
        """Return the time this server believes it is, in UTC."""
        return datetime.now(UTC) + self._offset

    def elapsed(self) -> float:
        """Return simulated seconds since an arbitrary start; never goes back."""
        return time.monotonic() * self._factor + self._advanced

    def advance(self, seconds: float, wall: bool = False) -> None:
        """Let ``seconds`` of simulated time pass at once, and with ``wall`` of wall time as well.

        The latter is for a client whose own clock is moved along.
        """
        self._advanced += seconds
        if wall:
            self._offset += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Take wall time back to where it would be now; simulated time never goes back."""
        self._offset = self._configured

    def real_seconds(self, simulated: float) -> float:
        """Return how many real seconds ``simulated`` seconds take."""
        return simulated / self._factor


def iso(moment: datetime) -> str:
    """Return the ISO 8601 form the GraphQL API uses: UTC, milliseconds, ``Z`` (vendor page "Usage Examples")."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
