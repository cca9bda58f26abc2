# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which events somebody wants: the options of ``remoteit_event_info``, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .._base.errors import OptionError
from .._base.text import printable
from .._fleet.event_query import EventQuery
from .._settings.moments import checked_moment_or_span

MOST = 10000

_TYPE = re.compile("[A-Z][A-Z0-9_]{0,99}")


def query_of(params: Mapping[str, Any], now: float) -> EventQuery:
    """What ``since``, ``until``, ``types`` and ``addresses`` ask for, *now* in seconds since the epoch. Raises OptionError."""
    since = checked_moment_or_span("since", params["since"], now)
    until = now if params["until"] is None else checked_moment_or_span("until", params["until"], now)
    if since >= min(until, now):
        end = "the present" if until >= now else f"until={params['until']!r}"
        raise OptionError(
            f"since={params['since']!r} is not before {end}: nothing happened in between; correct one of them."
        )
    # What is not over has no end yet: our clock need not be that of remote.it.
    return EventQuery(since, until if until < now else None, _types_of(params), params["addresses"])


def _types_of(params: Mapping[str, Any]) -> tuple[str, ...]:
    """The types, each once. New ones are remote.it's matter, which refuses what it does not know."""
    types: dict[str, None] = {}
    for text in params["types"] or ():
        type_ = text.strip().upper()
        if not _TYPE.fullmatch(type_):
            raise OptionError(
                f"types={printable(text)!r} is not the name of a type of events: give names such as DEVICE_CONNECT or DEVICE_STATE."
            )
        types[type_] = None
    return tuple(types)


def most_of(params: Mapping[str, Any]) -> int:
    """How many events at most. Raises OptionError."""
    most: int = params["max_items"]
    if not 1 <= most <= MOST:
        raise OptionError(f"max_items={most} is not a number from 1 to {MOST}: for more, ask for shorter times.")
    return most
