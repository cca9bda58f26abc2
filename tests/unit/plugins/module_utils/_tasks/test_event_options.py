# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each option of remoteit_event_info: what it can be, and what is said if it is something else."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._fleet.event_query import EventQuery
from ansible_collections.community.remoteit.plugins.module_utils._tasks.event_info import argument_spec
from ansible_collections.community.remoteit.plugins.module_utils._tasks.event_options import most_of, query_of
from tests.doubles.material import NOW


def query(**options: Any) -> EventQuery:
    return query_of({**{name: option.get("default") for name, option in argument_spec().items()}, **options}, NOW)


def refusal(**options: Any) -> str:
    with pytest.raises(OptionError) as caught:
        query(**options)
    return str(caught.value)


def test_by_default_it_is_the_last_day() -> None:
    assert query() == EventQuery(NOW - 86400)


def test_what_has_an_end() -> None:
    assert query(since="2h", until="1h") == EventQuery(NOW - 7200, NOW - 3600)


@pytest.mark.parametrize("until", ["2030-01-01", "0s", str(NOW)])
def test_what_is_not_over_has_none(until: str) -> None:
    assert query(until=until).until is None


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("1h", "2h", "since='1h' is not before until='2h': nothing happened in between; correct one of them."),
        ("1h", "1h", "since='1h' is not before until='1h': nothing happened in between; correct one of them."),
        (
            "2030-01-01",
            None,
            "since='2030-01-01' is not before the present: nothing happened in between; correct one of them.",
        ),
        ("0s", "2030-01-01", "since='0s' is not before the present: nothing happened in between; correct one of them."),
    ],
)
def test_a_time_that_is_none(since: str, until: str | None, words: str) -> None:
    assert refusal(since=since, until=until) == words


@pytest.mark.parametrize("option", ["since", "until"])
def test_what_is_no_moment(option: str) -> None:
    assert refusal(**{option: "yesterday"}).startswith(f"{option}='yesterday' is neither a moment nor a span:")


def test_types() -> None:
    assert query(types=["device_connect", " DEVICE_STATE ", "DEVICE_CONNECT", "OF_2030"]).types == (
        "DEVICE_CONNECT",
        "DEVICE_STATE",
        "OF_2030",
    )
    assert query(types=[]).types == ()


@pytest.mark.parametrize("text", ["", "device connect", "7", "{{ x }}", "A\nB"])
def test_what_is_no_type(text: str) -> None:
    assert refusal(types=["DEVICE_STATE", text]).endswith(
        "is not the name of a type of events: give names such as DEVICE_CONNECT or DEVICE_STATE."
    )


def test_addresses() -> None:
    assert query(addresses=True).addresses and not query().addresses


@pytest.mark.parametrize("most", [1, 1000, 10000])
def test_how_many(most: int) -> None:
    assert most_of({"max_items": most}) == most


@pytest.mark.parametrize("most", [-1, 0, 10001])
def test_how_many_cannot_be(most: int) -> None:
    with pytest.raises(OptionError) as caught:
        most_of({"max_items": most})
    assert str(caught.value) == f"max_items={most} is not a number from 1 to 10000: for more, ask for shorter times."
