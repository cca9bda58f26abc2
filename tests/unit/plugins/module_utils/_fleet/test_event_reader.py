# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pieces and pages are read until all is there, or enough."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.dates import from_iso8601, iso8601
from ansible_collections.community.remoteit.plugins.module_utils._fleet.event_page import EventPage, EventPages
from ansible_collections.community.remoteit.plugins.module_utils._fleet.event_query import EventQuery
from ansible_collections.community.remoteit.plugins.module_utils._fleet.event_reader import EventReader
from tests.doubles.events import node

DAY = 86400.0
NOW = time.time()


class Logs(EventPages):
    """Logs in memory, by ids: the numbers of their events, each that many hours ago."""

    def __init__(self, logs: Mapping[str, Sequence[int]]) -> None:
        self._logs = logs
        self.asked: list[tuple[list[str], int]] = []

    def read(self, ids: Sequence[str], arguments: Mapping[str, Any], deadline: Deadline) -> dict[str, EventPage]:
        self.asked.append((list(ids), arguments["size"]))
        return {id_: self._page(self._logs[id_], arguments) for id_ in ids}

    def _page(self, hours: Sequence[int], arguments: Mapping[str, Any]) -> EventPage:
        latest = from_iso8601(arguments.get("maxDate", iso8601(NOW + DAY)))
        inside = [one for one in hours if from_iso8601(arguments["minDate"]) <= NOW - one * 3600 <= latest]
        start = inside.index(int(arguments["after"])) + 1 if "after" in arguments else 0
        end = start + min(arguments["size"], 1000)
        items = [node(one % 50, id=str(one), timestamp=iso8601(NOW - one * 3600)) for one in inside[start:end]]
        return EventPage(items, end < len(inside), items[-1]["id"] if items else None)


def read(
    logs: Mapping[str, Sequence[int]], most: int = 1000, days: float = 1.0, ids: Sequence[str] = ()
) -> tuple[list[int], bool, list[tuple[list[str], int]]]:
    """The hours of the events, whether these are all, and what was asked for."""
    cloud = Logs(logs)
    events, complete = EventReader(cloud, Deadline(5)).read(ids, EventQuery(NOW - days * DAY - 60), most)
    return [int(event.id) for event in events], complete, cloud.asked


def test_an_account_without_events_is_one_request() -> None:
    assert read({"": []}) == ([], True, [([""], 1000)])


def test_all_that_there_is() -> None:
    assert read({"": range(10)}) == (list(range(10)), True, [([""], 1000)])


def test_pages_are_followed() -> None:
    found, complete, asked = read({"": range(2500)}, 5000, days=27 * 4)
    assert (found, complete) == (list(range(2500)), True)
    assert [size for _ids, size in asked[:2]] == [1000, 1000]


@pytest.mark.parametrize(("most", "complete"), [(9, False), (10, True), (11, True)])
def test_it_stops_when_there_are_enough(most: int, complete: bool) -> None:
    found, is_all, asked = read({"": range(10)}, most)
    assert (found, is_all, len(asked)) == (list(range(10))[:most], complete, 1)


@pytest.mark.parametrize(("more", "complete"), [([], True), ([30 * 24], False)])
def test_it_looks_whether_there_is_an_older_one(more: list[int], complete: bool) -> None:
    found, is_all, asked = read({"": [1, 2, *more]}, 2, days=40)
    assert (found, is_all, [size for _ids, size in asked]) == ([1, 2], complete, [2, 1])


def test_what_lies_on_the_border_of_two_pieces_is_there_once() -> None:
    found, complete, _asked = read({"": [1, 27 * 24, 28 * 24]}, days=60)
    assert (found, complete) == ([1, 27 * 24, 28 * 24], True)


def test_logs_are_merged_by_time() -> None:
    found, complete, asked = read({"a": [1, 4, 5], "b": [2, 3, 6]}, ids=["a", "b"])
    assert (found, complete, asked) == ([1, 2, 3, 4, 5, 6], True, [(["a", "b"], 500)])


def test_the_newest_of_all_logs_are_kept() -> None:
    found, complete, asked = read({"a": [1, 4, 5, 7], "b": [2, 3, 6]}, 3, ids=["a", "b"])
    assert (found, complete, len(asked)) == ([1, 2, 3], False, 1)


def test_many_logs_are_asked_for_twenty_at_a_time_and_only_the_long_ones_again() -> None:
    logs = {str(number): [number] for number in range(1, 30)}
    logs["5"] = list(range(30, 130))
    found, complete, asked = read(logs, 10000, days=20, ids=list(logs))
    assert complete and len(found) == 128 and found == sorted(found)
    assert [(len(ids), size) for ids, size in asked] == [(20, 50), (1, 1000), (9, 111)]


def test_what_is_no_event_is_left_out_and_named() -> None:
    class Broken(Logs):
        def _page(self, hours: Sequence[int], arguments: Mapping[str, Any]) -> EventPage:
            return EventPage([node(2, timestamp=None), {"id": "\x1b"}, None, node(1)], False, None)

    reader = EventReader(Broken({"": []}), Deadline(5))
    events, complete = reader.read([], EventQuery(NOW - DAY), 10)
    assert ([event.id for event in events], complete) == (["event-2", "event-1"], True)
    assert reader.unusable == [
        "event \\x1b (its id or type is missing or of the wrong type)",
        "event None (it is not an object)",
    ]


@pytest.mark.parametrize("page", [EventPage([node(1)], True, None), EventPage([], True, "last")])
def test_a_page_that_says_not_where_it_goes_on_is_the_last(page: EventPage) -> None:
    class Stuck(Logs):
        def _page(self, hours: Sequence[int], arguments: Mapping[str, Any]) -> EventPage:
            return page

    cloud = Stuck({"": []})
    events, complete = EventReader(cloud, Deadline(5)).read([], EventQuery(NOW - DAY), 10)
    assert (len(events), complete, len(cloud.asked)) == (len(page.items), False, 1)
