# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Clock, Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import ApiError, OutOfTimeError


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
