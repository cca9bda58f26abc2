# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking again and again until something is as it should be, or the time is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from .._base.clock import Deadline
from .._base.errors import AnswerLostError, ApiError, NotSentError, OutOfTimeError, RefusedError

_THROTTLED = 429


class Pace(NamedTuple):
    """When to look; all times are in seconds.

    The first look is after *delay*, and each other one *interval* after the one before, until *timeout* after the first: then
    comes the last look, which is the first one if *timeout* is 0. A look may take at least *patience*, also the last one.
    """

    delay: float
    timeout: float
    interval: float
    patience: float


class Waited(NamedTuple):
    """How long it took, in seconds, and how the last look failed, None if it did not."""

    seconds: float
    failure: ApiError | None


def wait_until(look: Callable[[Deadline], bool], pace: Pace) -> Waited:
    """Have *look* look until it says that all is as it should be, or the time is over.

    A look that fails in a way that may pass does not end it. Raises the error of one that fails otherwise, and of the
    last look if none before has succeeded.
    """
    begun = time.monotonic()
    Deadline(pace.delay).sleep(pace.delay)
    deadline = Deadline(pace.timeout)
    failure: ApiError | None = None
    has_looked = is_right = is_over = False
    while not is_right and not is_over:
        is_over = not deadline.remaining()
        try:
            is_right = look(Deadline(max(deadline.remaining(), pace.patience)))
            has_looked, failure = True, None
        except ApiError as error:
            if not _may_pass(error, has_looked) or (is_over and not has_looked):
                raise
            failure = error
        if not is_right:
            deadline.sleep(pace.interval)
    return Waited(time.monotonic() - begun, failure)


def _may_pass(error: ApiError, has_looked: bool) -> bool:
    if isinstance(error, RefusedError):
        return error.status == _THROTTLED
    # Who never reached remote.it has a wrong URL more often than a network that is away for a moment.
    return isinstance(error, (AnswerLostError, OutOfTimeError)) or (isinstance(error, NotSentError) and has_looked)
