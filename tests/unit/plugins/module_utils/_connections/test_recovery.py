# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._api.client import Client
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Clock, Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import AnswerLostError
from ansible_collections.community.remoteit.plugins.module_utils._connections.recovery import (
    learnt,
    orphans,
    recover,
    settle,
    suspects,
)
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Attempt, Holding
from ansible_collections.community.remoteit.plugins.module_utils._registry.turn import Turn
from tests.doubles import loopback
from tests.doubles.account import Account, listed
from tests.doubles.material import HURRY, NOW, SERVICE, connection, session

ATTEMPT = Attempt(NOW, NOW + 30)
LOST = AnswerLostError("The connection broke.")


# -- which sessions nobody knows --------------------------------------------------------------------------------------


def clock(offset: float = 0.0, told: float = 0.0) -> Clock:
    made = Clock()
    made.offset = offset
    made.observe(told)
    return made


def ids(holding: Holding, *sessions: tuple[str, float], clock: Clock | None = None) -> list[str]:
    made = [session(id, started_at=started_at) for id, started_at in sessions]
    return [item.id for item in orphans(holding, holding.attempts, made, clock or Clock())]


@pytest.mark.parametrize(
    ("started_at", "found"),
    [
        (NOW - 60, False),
        (NOW - 4, False),
        (NOW - 1, True),
        (NOW, True),
        (NOW + 15, True),
        (NOW + 31, True),
        (NOW + 34, False),
        (NOW + 3600, False),
    ],
)
def test_an_orphan_began_while_the_attempt_could_have_an_effect(started_at: float, found: bool) -> None:
    assert ids(Holding(attempts=[ATTEMPT]), ("S", started_at)) == ["S"] * found


@pytest.mark.parametrize("skew", [-86400.0, 86400.0])
def test_the_servers_clock_may_be_off(skew: float) -> None:
    holding = Holding(attempts=[ATTEMPT])
    assert ids(holding, ("S", NOW + skew), ("OLD", NOW), clock=clock(skew, skew)) == ["S"]


@pytest.mark.parametrize("told", [40.0, -40.0])
def test_of_two_clocks_either_may_be_right(told: float) -> None:
    holding = Holding(attempts=[ATTEMPT])
    # by one of them only, it may as well be somebody else's
    assert ids(holding, ("OURS", NOW + 1), ("THEIRS", NOW + told + 1), clock=clock(0.0, told)) == []
    assert ids(holding, ("OURS", NOW + 1), ("BOTH", NOW + 5), clock=clock(0.0, 4.0)) == ["BOTH"]


@pytest.mark.parametrize("told", [40.0, -40.0, 3600.0, -3600.0])
def test_what_began_since_by_either_clock_is_suspect(told: float) -> None:
    holding = Holding([connection(id="OWN")], [ATTEMPT])
    began = {"OWN": NOW, "LATER": NOW + 7200, "OURS": NOW, "THEIRS": NOW + told, "OLD": NOW - 7200}
    made = [session(id, started_at=at) for id, at in began.items()]
    assert [item.id for item in suspects(holding, made, clock(0.0, told))] == ["LATER", "OURS", "THEIRS"]
    assert suspects(holding, made, clock()) == []
    assert suspects(Holding(), made, clock(0.0, told)) == []


def test_a_session_of_ours_tells_which_clock_is_right() -> None:
    holding = Holding([connection(id="OWN", api="graphql")], [ATTEMPT])
    made = [session("OWN", started_at=NOW + 50), session("A", started_at=NOW + 1), session("B", started_at=NOW + 41)]
    assert orphans(holding, holding.attempts, made, clock(0.0, 40.0)) == []
    # asked for 50 seconds after the attempt by our clock, which so is right
    assert learnt(holding, Attempt(NOW + 49, NOW + 51), holding.connections[0], made)
    assert orphans(holding, holding.attempts, made, clock(0.0, 40.0)) == made[1:2]
    assert suspects(holding, made, clock(0.0, 40.0)) == []
    # or 10 seconds after it, so that the other one is
    assert learnt(holding, Attempt(NOW + 9, NOW + 11), holding.connections[0], made)
    assert orphans(holding, holding.attempts, made, clock(0.0, 40.0)) == made[2:]
    # what is not listed tells nothing
    before = list(holding.attempts)
    assert not learnt(holding, Attempt(NOW, NOW + 1), holding.connections[0], made[1:])
    assert holding.attempts == before


def test_without_an_attempt_nothing_is_an_orphan() -> None:
    assert ids(Holding(), ("S", NOW)) == []


def test_what_belongs_to_a_connection_is_no_orphan() -> None:
    holding = Holding([connection(id="GRAPHQL", api="graphql"), connection(id="REST")], [ATTEMPT])
    # one is known by its id, the other by when it began
    assert ids(holding, ("graphql", NOW + 10), ("OTHER-ID", NOW)) == []
    assert ids(holding, ("graphql", NOW + 10), ("OTHER-ID", NOW), ("ORPHAN", NOW + 20)) == ["ORPHAN"]


def test_every_attempt_counts() -> None:
    holding = Holding(attempts=[ATTEMPT, Attempt(NOW + 1000, NOW + 1030)])
    assert ids(holding, ("A", NOW), ("B", NOW + 500), ("C", NOW + 1010)) == ["A", "C"]


@pytest.mark.parametrize(("seconds", "lasts"), [(1, 31), (60, 90)])
def test_an_attempt_begins_now_and_ends_when_remote_it_is_done_with_it(seconds: float, lasts: float) -> None:
    attempt = Attempt.begun(seconds)
    assert abs(attempt.asked_at - time.time()) < 30
    assert attempt.until == attempt.asked_at + lasts


# -- closing them -----------------------------------------------------------------------------------------------------


@pytest.fixture
def account() -> Iterator[Account]:
    account = Account()
    with account.server:
        yield account


def client(account: Account) -> Client:
    return account.client(request_timeout=5.0, patience=HURRY)


def turn_at(holding: Holding, seconds: float, *, predicts: bool = False) -> Turn:
    return Turn(SERVICE, holding, Deadline(seconds), None if predicts else lambda _holding: None)


def settled(account: Account, holding: Holding, *, check: bool = False) -> list[str]:
    talking = client(account)
    service = talking.service(SERVICE, Deadline(60))
    assert service is not None
    return settle(talking, turn_at(holding, 60, predicts=check), service.sessions or ())


def test_what_an_earlier_attempt_left_open_is_closed() -> None:
    account = Account()
    account.sessions = [listed("ORPHAN"), listed("STRANGER", NOW - 3600), listed("B", NOW + 5)]
    holding = Holding([connection(id="B", api="graphql")], [ATTEMPT])
    with account.server:
        assert settled(account, holding) == ["ORPHAN"]
    assert account.closed == ["ORPHAN"]
    # nothing can come of it any more
    assert holding == Holding([connection(id="B", api="graphql")], [])


def test_in_check_mode_what_would_be_closed_is_told_once(account: Account) -> None:
    account.sessions = [listed("ORPHAN")]
    holding = Holding(attempts=[ATTEMPT, Attempt.begun(30)])
    assert settled(account, holding, check=True) == ["ORPHAN"]
    assert settled(account, holding, check=True) == []
    assert account.closed == []


def test_an_attempt_that_may_still_have_an_effect_is_kept(account: Account) -> None:
    now = time.time()
    running, over = Attempt(now, now + 600), Attempt(now - 600, now - 500)
    holding = Holding(attempts=[running, over])
    assert settled(account, holding) == []
    assert holding.attempts == [running]


def test_what_could_not_be_closed_is_looked_for_again(account: Account) -> None:
    account.sessions = [listed("ORPHAN")]
    account.says["disconnect"] = {"data": {"disconnect": False}}
    holding = Holding(attempts=[ATTEMPT])
    assert settled(account, holding) == []
    assert holding.attempts == [ATTEMPT]
    del account.says["disconnect"]
    assert settled(account, holding) == ["ORPHAN"]
    assert holding.attempts == []


# -- after a lost answer ----------------------------------------------------------------------------------------------


def recovered(account: Account, holding: Holding, attempt: Attempt, seconds: float = 60.0) -> None:
    recover(client(account), turn_at(holding, seconds), attempt, LOST)


def uncertain(account: Account, holding: Holding, attempt: Attempt, seconds: float = 60.0) -> str:
    with pytest.raises(AnswerLostError) as caught:
        recovered(account, holding, attempt, seconds)
    message = str(caught.value)
    assert message.startswith(f"{LOST} A connection to {SERVICE} may be open, and it could not be looked for (")
    assert "15 idle minutes" in message
    # the next task must look again
    assert holding.attempts == [attempt]
    return message


def test_an_orphan_is_closed_and_the_attempt_forgotten(account: Account) -> None:
    attempt = Attempt.begun(30)
    account.sessions = [listed("STRANGER", NOW), listed("ORPHAN", time.time())]
    holding = Holding(attempts=[attempt])
    recovered(account, holding, attempt)
    assert (account.closed, holding.attempts) == (["ORPHAN"], [])


def test_an_orphan_that_is_listed_late_is_found(account: Account) -> None:
    attempt = Attempt.begun(30)
    looks = 0

    def answer(exchange: loopback.Exchange) -> None:
        nonlocal looks
        looks += 1
        sessions = [listed("ORPHAN", time.time())] if looks == 3 else []
        found = {
            "data": {"login": {"id": listed("X")["user"]["id"], "service": [{"id": SERVICE, "sessions": sessions}]}}
        }
        loopback.reply(200, found)(exchange)

    account.says["service"] = answer
    holding = Holding(attempts=[attempt])
    recovered(account, holding, attempt)
    assert (account.closed, holding.attempts) == (["ORPHAN"], [])


def test_the_orphan_of_another_attempt_does_not_settle_this_one(account: Account) -> None:
    other, attempt = Attempt.begun(30), Attempt.begun(30)
    account.sessions = [listed("OTHERS", time.time())]
    holding = Holding(attempts=[other, attempt])
    recovered(account, holding, attempt)
    assert (account.closed, holding.attempts) == (["OTHERS"], [other, attempt])
    # ours may be listed late
    assert account.asked.count("service") == 3


def test_when_there_is_no_orphan_it_may_be_tried_again_but_is_remembered(account: Account) -> None:
    attempt = Attempt.begun(30)
    account.sessions = [listed("STRANGER", NOW)]
    holding = Holding(attempts=[attempt])
    recovered(account, holding, attempt)
    assert (account.closed, holding.attempts) == ([], [attempt])
    assert account.asked == ["service"] * 3


def test_another_connection_of_ours_that_opened_meanwhile_is_left_alone(account: Account) -> None:
    attempt = Attempt.begun(30)
    account.sessions = [listed("MINE", time.time())]
    holding = Holding([connection(id="MINE", api="graphql")], [attempt])
    recovered(account, holding, attempt)
    assert account.closed == []


def test_a_service_that_cannot_be_seen_has_no_orphan(account: Account) -> None:
    account.service = None
    attempt = Attempt.begun(30)
    recovered(account, Holding(attempts=[attempt]), attempt)


def test_sessions_that_may_not_be_read_leave_it_open(account: Account) -> None:
    account.sessions = None
    attempt = Attempt.begun(30)
    assert "its sessions may not be read" in uncertain(account, Holding(attempts=[attempt]), attempt)


def test_a_server_that_is_gone_leaves_it_open(account: Account) -> None:
    account.says["service"] = loopback.reply(403, {"reason": "blocked"})
    attempt = Attempt.begun(30)
    assert "blocked" in uncertain(account, Holding(attempts=[attempt]), attempt)


def test_a_time_limit_leaves_it_open(account: Account) -> None:
    attempt = Attempt.begun(30)
    assert "time limit" in uncertain(account, Holding(attempts=[attempt]), attempt, seconds=0)


def test_an_orphan_that_cannot_be_closed_leaves_it_open(account: Account) -> None:
    attempt = Attempt.begun(30)
    account.sessions = [listed("ORPHAN", time.time())]
    account.says["disconnect"] = {"data": {"disconnect": False}}
    assert "did not confirm" in uncertain(account, Holding(attempts=[attempt]), attempt)
