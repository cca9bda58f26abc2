# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times are asked for in pieces that remote.it answers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._base.dates import from_iso8601
from ansible_collections.community.remoteit.plugins.module_utils._fleet.event_query import EventQuery
from tests.doubles.material import NOW

DAY = 86400.0


def pieces(since: float, until: float | None = None, **more: Any) -> list[dict[str, Any]]:
    return list(EventQuery(since, until, **more).pieces(NOW))


def test_a_short_time_is_one_piece_without_an_end() -> None:
    assert pieces(NOW - DAY) == [{"minDate": "2026-02-02T04:05:06Z"}]


def test_an_end_is_told() -> None:
    assert pieces(NOW - 2 * DAY, NOW - DAY) == [{"minDate": "2026-02-01T04:05:06Z", "maxDate": "2026-02-02T04:05:06Z"}]


def test_a_part_of_a_second_belongs_to_it() -> None:
    (piece,) = pieces(NOW - 1.5, NOW - 0.5)
    assert piece == {"minDate": "2026-02-03T04:05:04Z", "maxDate": "2026-02-03T04:05:06Z"}


def test_types_are_told_with_each_piece() -> None:
    assert [one["types"] for one in pieces(NOW - 30 * DAY, types=("A", "B"))] == [["A", "B"]] * 2


@pytest.mark.parametrize(("days", "count"), [(27, 1), (28, 2), (54, 2), (55, 3), (365, 14)])
def test_how_many_pieces(days: int, count: int) -> None:
    assert len(pieces(NOW - days * DAY)) == count


@given(st.floats(1e9, NOW - 1), st.floats(0, 1))
def test_the_pieces_have_no_gap_and_none_is_longer_than_a_month(since: float, part: float) -> None:
    until = since + (NOW - since) * part + 1
    found = pieces(since, until)
    times = [(from_iso8601(one["minDate"]), from_iso8601(one["maxDate"])) for one in found]
    assert times[0][1] >= until and times[-1][0] <= since
    assert all(end - begin <= 28 * DAY for begin, end in times)
    assert all(later[0] <= earlier[1] for later, earlier in pairwise(times))
