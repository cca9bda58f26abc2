# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading of the ``Date`` header."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from .message import SignatureRefused

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
# The vendor's shell recipe (page "Authentication") sends UTC, everything else GMT.
_DATE = re.compile(
    rf"(?:{_DAYS}), (\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}}) (\d\d):(\d\d):(\d\d) (?:GMT|UTC|Z|\+0000)", re.ASCII
)


def parse_http_date(text: str) -> datetime:
    """Return the moment an HTTP date names.

    The standard library takes unknown zone names for UTC; a server must not.

    :raises SignatureRefused: the text is not a date in English and UTC.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        raise SignatureRefused(f"date cannot be parsed: {text!r}")
    day, month, year, hour, minute, second = match.groups()
    try:
        return datetime(int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    except ValueError as error:
        raise SignatureRefused(f"date cannot be parsed: {error}") from None


def check_date(text: str | None, now: datetime, max_skew: timedelta) -> None:
    """Check that a ``Date`` header is there and near ``now``.

    :raises SignatureRefused: it is missing, unreadable, or too far off.
    """
    if text is None:
        raise SignatureRefused("no date header")
    skew = parse_http_date(text) - now
    if abs(skew) > max_skew:
        raise SignatureRefused(f"date is off by {skew.total_seconds():.0f} s")
