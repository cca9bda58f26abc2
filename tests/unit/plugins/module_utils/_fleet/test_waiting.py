# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When it is looked, and which failures end the wait: on a clock that does not take the test's time."""

from __future__ import annotations

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base import clock
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    AnswerLostError,
    ApiError,
    NotSentError,
    OptionError,
    OutOfTimeError,
    RefusedError,
    RemoteItError,
)
from ansible_collections.community.remoteit.plugins.module_utils._fleet import waiting
from ansible_collections.community.remoteit.plugins.module_utils._fleet.waiting import Pace, Waited, wait_until
from tests.doubles.fake_time import FakeTime

PACE = Pace(delay=0.0, timeout=60.0, interval=15.0, patience=30.0)
THROTTLED = RefusedError("429", 429, "")
LOST = AnswerLostError("lost", status=502)
NOT_SENT = NotSentError("not sent")


class Looks:
    """Looks that see, one after the other, what *answers* hold, and the last of them ever after; an error is raised.

    :ivar at: when each look was, in seconds since the beginning
    :ivar limits: how long each might take
    """

    def __init__(self, time: FakeTime, *answers: bool | RemoteItError) -> None:
        self._time = time
        self._begun = time.now
        self._answers = list(answers)
        self.at: list[float] = []
        self.limits: list[float] = []

    def __call__(self, deadline: Deadline) -> bool:
        self.at.append(self._time.now - self._begun)
        self.limits.append(deadline.remaining())
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, RemoteItError):
            raise answer
        return answer


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    time = FakeTime()
    monkeypatch.setattr(clock, "time", time)
    monkeypatch.setattr(waiting, "time", time)
    return time


def test_who_is_there_is_not_waited_for(time: FakeTime) -> None:
    looks = Looks(time, True)
    assert wait_until(looks, PACE) == Waited(0.0, None)
    assert (looks.at, looks.limits) == ([0.0], [60.0])


def test_it_is_looked_once_each_interval_and_not_after_it_is_right(time: FakeTime) -> None:
    looks = Looks(time, False, False, True)
    assert wait_until(looks, PACE) == Waited(30.0, None)
    assert looks.at == [0.0, 15.0, 30.0]


def test_the_last_look_is_when_the_time_is_over_and_has_time_of_its_own(time: FakeTime) -> None:
    looks = Looks(time, False)
    assert wait_until(looks, PACE._replace(timeout=50.0)) == Waited(50.0, None)
    assert looks.at == [0.0, 15.0, 30.0, 45.0, 50.0]
    assert looks.limits == [50.0, 35.0, 30.0, 30.0, 30.0]


def test_no_time_is_one_look(time: FakeTime) -> None:
    looks = Looks(time, False)
    assert wait_until(looks, PACE._replace(timeout=0.0)) == Waited(0.0, None)
    assert looks.at == [0.0]


def test_the_delay_is_before_the_time_begins(time: FakeTime) -> None:
    looks = Looks(time, False)
    assert wait_until(looks, PACE._replace(delay=100.0, timeout=15.0)) == Waited(115.0, None)
    assert looks.at == [100.0, 115.0]


@pytest.mark.parametrize("error", [THROTTLED, LOST, OutOfTimeError("over")], ids=str)
def test_what_may_pass_does_not_end_it_not_even_at_first(time: FakeTime, error: ApiError) -> None:
    assert wait_until(Looks(time, error, False, error, True), PACE) == Waited(45.0, None)


def test_a_network_that_is_away_in_the_middle_does_not_end_it(time: FakeTime) -> None:
    assert wait_until(Looks(time, False, NOT_SENT, True), PACE) == Waited(30.0, None)


def test_a_url_that_never_worked_ends_it_at_once(time: FakeTime) -> None:
    looks = Looks(time, NOT_SENT)
    with pytest.raises(NotSentError):
        wait_until(looks, PACE)
    assert looks.at == [0.0]


@pytest.mark.parametrize("error", [RefusedError("no", 200, "no"), RefusedError("key", 401, ""), OptionError("id")])
def test_a_no_ends_it_at_once(time: FakeTime, error: RemoteItError) -> None:
    looks = Looks(time, False, error)
    with pytest.raises(type(error)):
        wait_until(looks, PACE)
    assert looks.at == [0.0, 15.0]


def test_a_last_look_that_fails_is_told_beside_what_was_seen_before(time: FakeTime) -> None:
    assert wait_until(Looks(time, False, LOST), PACE) == Waited(60.0, LOST)


@pytest.mark.parametrize("timeout", [0.0, 20.0])
def test_nothing_seen_at_all_is_a_failure(time: FakeTime, timeout: float) -> None:
    with pytest.raises(RefusedError):
        wait_until(Looks(time, THROTTLED), PACE._replace(timeout=timeout))
    assert time.now == 1770091506.0 + timeout
