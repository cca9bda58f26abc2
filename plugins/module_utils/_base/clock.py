# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time: how much of it is left, and what remote.it takes it to be."""

from __future__ import annotations

import time

from .errors import OutOfTimeError

# Who accepts a signature has a clock that is this near to the time in it: signatures of RFC 9421 hold for as long.
_ACCEPTED = 300.0
# Clocks that are this near tell the same: a Date is cut to a second.
_SAME = 1.0


class Deadline:
    """The time one operation may take, in seconds, on a clock that never jumps."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self, grace: float = 0.0) -> float:
        """Seconds left, if it ends *grace* seconds later; 0.0 when the time is over."""
        return max(0.0, self._end + grace - time.monotonic())

    def check(self, doing: str) -> None:
        """Raise OutOfTimeError when no time is left for what *doing* names."""
        if not self.remaining():
            raise OutOfTimeError(f"The time limit of {self.seconds:g} seconds was over while {doing}; raise timeout.")

    def sleep(self, seconds: float) -> None:
        """Sleep *seconds*, but never beyond the end."""
        time.sleep(min(seconds, self.remaining()))


class Clock:
    """This machine's clock and what remote.it's answers tell of theirs.

    All are seconds by which a clock is ahead of this machine's.

    :ivar offset: the time that remote.it accepts in signatures; 0 as long as that is this machine's
    :ivar told: the ``Date`` of the last answer, which a gateway may have written; 0 when ours may have been right
    :ivar observed: what is taken for remote.it's clock: that of the ``Date``, unless it cannot be
    """

    def __init__(self) -> None:
        self.offset = 0.0
        self.told = 0.0
        self.observed = 0.0

    def observe(self, ahead: float | None) -> None:
        """Take note of the ``Date`` of an answer to a signature that was accepted.

        It is cut to a second, and the answer took its time.
        """
        self.told = self.offset if ahead is None else 0.0 if -1.5 < ahead < 0.5 else ahead
        self.observed = self.told if abs(self.told - self.offset) <= _ACCEPTED else self.offset

    def candidates(self) -> tuple[float, ...]:
        """What remote.it's clock may be: one, or two where the ``Date`` differs from the time that we sign with."""
        return (self.observed,) if abs(self.observed - self.offset) <= _SAME else (self.offset, self.observed)

    def is_doubtful(self) -> bool:
        """Whether the ``Date`` differs from the time that we sign with, so that one of the two is wrong."""
        return abs(self.told - self.offset) > _SAME

    def server_time(self) -> float:
        """The time on remote.it's clock, to about a second, in seconds since the epoch."""
        return time.time() + self.observed
