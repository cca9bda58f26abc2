# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a connection could not be opened a moment ago, so that who tries again and again need not ask each time."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from .._base.errors import ApiError, RefusedError, RemoteItError

# Seconds: a device that comes online is noticed soon.
_BELIEVED = 5.0
# A key that is not accepted will not be a moment later. No longer than that for whatever Retry-After asks either.
_BELIEVED_AT_MOST = 30.0
# As long as remote.it refuses in the same words, the service is not looked at again to explain them.
_EXPLAINED = 30.0


class Failure(NamedTuple):
    """What a connect *at* a time failed with, believed *until* another one.

    Times are seconds since the epoch by this machine's clock. *asked_by* is what asked_by() gave. *message* is the
    sentence for the user, found out at *explained_at*, and *reason* are remote.it's words, empty where it gave none.
    """

    at: float
    until: float
    asked_by: str
    message: str
    reason: str
    explained_at: float

    @classmethod
    def of(cls, error: RemoteItError, asked_by: str, before: Failure | None) -> Failure:
        """The failure with *error*; *before* is the last one of the same *asked_by*."""
        now = time.time()
        seconds, reason = _BELIEVED, ""
        if isinstance(error, RefusedError):
            reason = error.reason
            seconds = _BELIEVED_AT_MOST if error.status in (401, 403) else max(_BELIEVED, error.retry_after)
        message = str(error)
        is_told_again = before is not None and before.message == message and before.explains(reason)
        explained_at = before.explained_at if before is not None and is_told_again else now
        return cls(now, now + min(seconds, _BELIEVED_AT_MOST), asked_by, message, reason, explained_at)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Failure | None:
        """The inverse of _asdict(); None when *record* is anything else: it is no loss."""
        try:
            failure = cls(**record)
        except TypeError:
            return None
        times = (failure.at, failure.until, failure.explained_at)
        texts = (failure.asked_by, failure.message, failure.reason)
        are_times = all(isinstance(moment, (int, float)) and math.isfinite(moment) for moment in times)
        return failure if are_times and all(isinstance(text, str) for text in texts) else None

    def explains(self, reason: str) -> bool:
        """Whether *message* says what remote.it means by *reason* now."""
        return reason == self.reason and 0 <= time.time() - self.explained_at < _EXPLAINED


def raise_if_believed(failure: Failure | None, asked_by: str) -> Failure | None:
    """*failure*, if it is *asked_by*'s. Raises ApiError in the same words as long as it is believed."""
    if failure is None or failure.asked_by != asked_by:
        return None
    # Whatever was done to the clock since.
    if failure.at <= time.time() < min(failure.until, failure.at + _BELIEVED_AT_MOST):
        raise ApiError(failure.message)
    return failure
