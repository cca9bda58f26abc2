# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import (
    Clock,
    Deadline,
    from_iso8601,
    iso8601,
)
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import ApiError, OutOfTimeError
from tests.doubles.material import NOW


def test_a_deadline_that_is_far_passes_its_check() -> None:
    deadline = Deadline(600)
    deadline.check("waiting")
    assert 500 < deadline.remaining() <= 600


def test_a_deadline_that_is_over_says_what_took_the_time_and_what_helps() -> None:
    deadline = Deadline(0.001)
    time.sleep(0.01)
    assert deadline.remaining() == 0.0
    with pytest.raises(OutOfTimeError) as caught:
        deadline.check("asking https://api.remote.it")
    assert str(caught.value) == (
        "The time limit of 0.001 seconds was over while asking https://api.remote.it; raise timeout."
    )
    assert isinstance(caught.value, ApiError)


def test_sleep_never_goes_beyond_the_end() -> None:
    begun = time.monotonic()
    Deadline(0.05).sleep(60)
    assert 0.04 < time.monotonic() - begun < 30
    Deadline(0).sleep(60)
    assert time.monotonic() - begun < 30


def test_sleep_is_as_long_as_asked_when_there_is_time() -> None:
    begun = time.monotonic()
    Deadline(60).sleep(0.05)
    assert 0.04 < time.monotonic() - begun < 30


def test_a_clock_is_this_machines_until_told_otherwise() -> None:
    clock = Clock()
    assert abs(clock.server_time() - time.time()) < 30
    assert (clock.candidates(), clock.is_doubtful()) == ((0.0,), False)


@pytest.mark.parametrize(
    ("offset", "told", "observed", "candidates"),
    [
        (0.0, 0.6, 0.6, (0.6,)),
        (0.0, 4.0, 4.0, (0.0, 4.0)),
        (0.0, -299.0, -299.0, (0.0, -299.0)),
        # what was signed as of our time would not have been accepted by such a clock
        (0.0, 301.0, 0.0, (0.0,)),
        (0.0, -14400.0, 0.0, (0.0,)),
        (3600.0, 3600.5, 3600.5, (3600.5,)),
        (3600.0, 0.0, 3600.0, (3600.0,)),
        (3600.0, None, 3600.0, (3600.0,)),
    ],
)
def test_a_date_that_cannot_be_of_who_accepted_the_signature_is_not_believed(
    offset: float, told: float | None, observed: float, candidates: tuple[float, ...]
) -> None:
    clock = Clock()
    clock.offset = offset
    clock.observe(told)
    assert (clock.observed, clock.candidates()) == (observed, candidates)
    assert clock.is_doubtful() == (told is not None and abs(told - offset) > 1)
    assert abs(clock.server_time() - time.time() - observed) < 30


@pytest.mark.parametrize(
    ("offset", "observed"),
    [(None, 0.0), (0.0, 0.0), (-1.4, 0.0), (0.4, 0.0), (-1.6, -1.6), (0.6, 0.6), (-72.0, -72.0)],
)
def test_what_a_date_that_is_cut_to_a_second_cannot_show_is_not_believed(offset: float | None, observed: float) -> None:
    clock = Clock()
    clock.observed = 77.0
    clock.observe(offset)
    assert clock.observed == observed


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
