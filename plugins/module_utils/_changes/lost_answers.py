# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change whose answer is lost for good may have been made: whoever tells what is done has to look."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .._base.clock import Deadline
from .._base.errors import AnswerLostError, ApiError


def may_be_done(failure: ApiError) -> bool:
    """Whether the change that failed may have been made, by the last try or by one before."""
    return isinstance(failure, AnswerLostError) or failure.lost is not None


def is_seen(is_done: Callable[[], bool], looks: Sequence[float], deadline: Deadline) -> bool:
    """Whether the change is made, as far as it can be seen; *looks* are the pauses before looking, in seconds."""
    try:
        for pause in looks:
            deadline.sleep(pause)
            if is_done():
                return True
    except ApiError:
        # The failure of the change says more than that of a look.
        return False
    return False
