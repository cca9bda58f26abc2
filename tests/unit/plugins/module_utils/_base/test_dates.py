# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._base.dates import (
    from_iso8601,
    iso8601,
    iso8601_with_milliseconds,
)
from tests.doubles.material import NOW


def test_iso8601_is_utc_whatever_the_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert time.localtime(NOW).tm_hour != 4
        assert iso8601(NOW) == "2026-02-03T04:05:06Z"
        assert from_iso8601("2026-02-03T04:05:06") == NOW
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-03T04:05:06Z",
        "2026-02-03T04:05:06.000Z",
        "2026-02-03T04:05:06+00:00",
        "2026-02-03T04:05:06",
        "2026-02-03 04:05:06",
        "2026-02-03T05:05:06+01:00",
        "2026-02-02T23:05:06-0500",
    ],
)
def test_every_spelling_of_a_moment_is_read(text: str) -> None:
    assert from_iso8601(text) == NOW


def test_fractions_of_a_second_are_kept() -> None:
    assert from_iso8601("2026-02-03T04:05:06.500Z") == NOW + 0.5


@pytest.mark.parametrize(
    "text",
    [
        *("", "None", "now", "2026-02-30T00:00:00Z", "1/15/2021T6:20 PM", "1770091506"),
        # where the earth has turned less far, the year has another number, and these have none
        *("0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"),
    ],
)
def test_what_is_no_moment_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_iso8601(text)


@given(st.text() | st.builds("{}{}".format, st.datetimes().map(str), st.sampled_from(["", "Z", "+14:00", "-23:59"])))
def test_any_text_is_a_moment_or_a_value_error(text: str) -> None:
    try:
        moment = from_iso8601(text)
    except ValueError:
        return
    assert isinstance(moment, float)
    assert iso8601(moment)


@given(st.integers(min_value=-(10**9), max_value=10**10))
def test_seconds_survive_a_round_trip(epoch: int) -> None:
    assert from_iso8601(iso8601(epoch)) == epoch


@pytest.mark.parametrize(
    ("epoch", "text"),
    [
        (NOW, "2026-02-03T04:05:06.000Z"),
        (NOW + 0.0015, "2026-02-03T04:05:06.002Z"),
        (NOW - 0.0001, "2026-02-03T04:05:06.000Z"),
        (-0.001, "1969-12-31T23:59:59.999Z"),
    ],
)
def test_a_moment_with_milliseconds(epoch: float, text: str) -> None:
    assert iso8601_with_milliseconds(epoch) == text
