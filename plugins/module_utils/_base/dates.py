# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moments as text, in ISO 8601, and as seconds since the epoch."""

from __future__ import annotations

import functools

# 272 years around 1970: whatever is beyond may not even be a date once a life time is added.
_FAR_OFF = 2.0**33


# A lookup tells the same times at each evaluation.
@functools.lru_cache
def iso8601(epoch: float) -> str:
    """*epoch* seconds as ISO 8601 in UTC, such as ``2026-02-03T04:05:06Z``."""
    from datetime import UTC, datetime  # needed for what a task returns only

    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso8601_with_milliseconds(epoch: float) -> str:
    """The same with three digits more, as remote.it itself writes times, such as ``2026-02-03T04:05:06.000Z``."""
    whole, thousandths = divmod(round(epoch * 1000), 1000)
    return f"{iso8601(whole)[:-1]}.{thousandths:03}Z"


def from_iso8601(text: str) -> float:
    """Seconds since the epoch of an ISO 8601 time; without a zone it is UTC. ValueError when it is none."""
    from datetime import UTC, datetime  # needed for answers of remote.it only

    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    try:
        return (moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except OverflowError:
        raise ValueError("a moment before the year 1 or after 9999") from None


def plausible(epoch: float) -> float:
    """*epoch* seconds themselves; ValueError when no clock shows them that is merely wrong."""
    if abs(epoch) > _FAR_OFF:
        raise ValueError("not a time")
    return epoch
