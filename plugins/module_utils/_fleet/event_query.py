# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which events are asked for, in pieces that remote.it answers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from .._base.dates import iso8601

# remote.it answers for a month at most (vendor page "Event Logs"). The shortest has 28 days, and its clock may be another one.
_SPAN = 27 * 86400.0


class EventQuery(NamedTuple):
    """Events from *since* to *until*, in seconds since the epoch; *until* is None for whatever comes until they are read.

    *types* are those of remote.it, none for all. With *addresses*, those of people and devices are asked for as well.
    """

    since: float
    until: float | None = None
    types: tuple[str, ...] = ()
    addresses: bool = False

    def pieces(self, now: float) -> Iterator[dict[str, Any]]:
        """The arguments of ``events(...)`` for each piece of the time, the newest first. Neighbours have one moment in common."""
        end = now if self.until is None else self.until
        latest = {} if self.until is None else {"maxDate": iso8601(math.ceil(end))}
        while True:
            begin = max(self.since, end - _SPAN)
            yield {
                "minDate": iso8601(math.floor(begin)),
                **latest,
                **({"types": list(self.types)} if self.types else {}),
            }
            if begin <= self.since:
                return
            end = begin
            latest = {"maxDate": iso8601(math.ceil(end))}
