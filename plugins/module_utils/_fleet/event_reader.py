# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads logs of events piece by piece and page by page, up to a number of them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from .._base.clock import Deadline
from .._base.text import printable
from .event import Event, parse_event
from .event_page import EventPage, EventPages
from .event_query import EventQuery

# The most events that remote.it gives at once (vendor page "API Usage").
_PAGE_SIZE = 1000
# Of how many devices the first pages are asked for at once.
_AT_ONCE = 20


class EventReader:
    """Reads by *pages*.

    :ivar unusable: what remote.it tells that is no event, and why
    """

    def __init__(self, pages: EventPages, deadline: Deadline) -> None:
        self._pages = pages
        self._deadline = deadline
        self.unusable: list[str] = []

    def read(self, ids: Sequence[str], query: EventQuery, most: int) -> tuple[list[Event], bool]:
        """The newest events that *query* asks for, up to *most*, and whether these are all, in the logs of the *ids*.

        Without *ids*, it is the account's. Raises OptionError and ApiError.
        """
        ids = ids or [""]
        found: dict[str, Event] = {}
        is_cut = False
        for piece in query.pieces(time.time()):
            # One more than there is room for, to know whether there are more.
            room = most - len(found)
            nodes: list[Any] = []
            for start in range(0, len(ids), _AT_ONCE):
                for log in self._logs(ids[start : start + _AT_ONCE], piece, max(room, 1)):
                    nodes += log.items
                    is_cut |= log.has_more
            # Neighbouring pieces, and a device and its service, have events in common.
            found |= {event.id: event for event in sorted(self._parsed(nodes), key=_age) if event.id not in found}
            if is_cut or len(found) > most:
                break
        events = list(found.values())
        return events[:most], not is_cut and len(events) <= most

    def _logs(self, ids: Sequence[str], piece: Mapping[str, Any], room: int) -> list[EventPage]:
        """What the log of each of the *ids* has in a *piece* of the time, up to *room* events."""
        first = self._pages.read(ids, {**piece, "size": min(max(_PAGE_SIZE // len(ids), 1), room)}, self._deadline)
        return [self._whole(id_, page, piece, room) for id_, page in first.items()]

    def _whole(self, id_: str, page: EventPage, piece: Mapping[str, Any], room: int) -> EventPage:
        items = list(page.items)
        while page.has_more and page.last and page.items and len(items) < room:
            place = {"after": page.last, "size": min(_PAGE_SIZE, room - len(items))}
            page = self._pages.read([id_], {**piece, **place}, self._deadline)[id_]
            items += page.items
        return EventPage(items, page.has_more, page.last)

    def _parsed(self, nodes: Sequence[Any]) -> list[Event]:
        events = []
        for node in nodes:
            try:
                events.append(parse_event(node))
            except ValueError as error:
                id_ = node.get("id") if isinstance(node, Mapping) else None
                self.unusable.append(f"event {printable(str(id_))} ({error})")
        return events


def _age(event: Event) -> float:
    """By what events are in order: one without a time is taken for the newest, so that it is not missed."""
    return -event.at if event.at is not None else float("-inf")
