# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that are moments, each with the way out in its error."""

from __future__ import annotations

import re

from .._base.dates import from_iso8601
from .._base.errors import OptionError

# Seconds since the epoch. A number that is far less is a number of seconds from now, one that is far more counts milliseconds.
_EARLIEST = 1e9
_LATEST = 1e10

_SPAN = re.compile(r"([0-9]{1,6}) *([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def checked_moment(option: str, text: str) -> float:
    """The moment, in seconds since the epoch by the clock of this machine. Raises OptionError that names *option*."""
    moment = _moment(text)
    if moment is None:
        raise OptionError(
            f"{option}={text!r} is not a moment: give ISO 8601 such as 2026-02-03T04:05:06Z, or seconds since the epoch."
        )
    return moment


def checked_moment_or_span(option: str, text: str, now: float) -> float:
    """The same, also where *text* is a span back from *now*, such as ``2h`` or ``7d``. Raises OptionError."""
    span = _SPAN.fullmatch(text.strip())
    if span:
        return now - int(span[1]) * _SECONDS[span[2]]
    moment = _moment(text)
    if moment is None:
        raise OptionError(
            f"{option}={text!r} is neither a moment nor a span: give ISO 8601 such as 2026-02-03T04:05:06Z, seconds since the "
            "epoch, or how long ago it was, such as 30m, 2h, 7d or 4w."
        )
    return moment


def _moment(text: str) -> float | None:
    """The moment, None if it is none, or one at which there was no remote.it, or will hardly be."""
    try:
        moment = _number_or_date(text)
    except ValueError:
        return None
    return moment if _EARLIEST <= moment <= _LATEST else None


def _number_or_date(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return from_iso8601(text.strip())
