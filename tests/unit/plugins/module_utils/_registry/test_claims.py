# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Use that is begun and ended in the registry alone."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OutOfTimeError
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._model.connection import Connection
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry.claims import (
    KEPT_UNANSWERED,
    answered,
    join,
    leave,
    may_answer_yet,
    put_back,
)
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Attempt, Holding
from ansible_collections.community.remoteit.plugins.module_utils._registry.registry import Registry
from tests.doubles import material
from tests.doubles.material import SERVICE, connection
from tests.doubles.processes import Fork

HERE = socket.gethostname()
ALIVE = process_name(os.getpid())
ME = process_name(os.getppid())
ELSEWHERE = "1/1@elsewhere"


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(material.settings(tmp_path / "registry"), pytest.fail)


def now_open(**changes: Any) -> Connection:
    now = time.time()
    times = {"opened_at": now, "asked_at": now, "verified_at": now, "expires_at": now + 3600}
    return connection(**{**times, "opened_from": HERE, "kept": False, **changes})


def put(registry: Registry, *connections: Connection, attempts: tuple[Attempt, ...] = ()) -> None:
    with registry.locked(SERVICE, Deadline(10)) as turn:
        turn.holding = Holding(list(connections), list(attempts))
        turn.save()


def joined(registry: Registry, verify_after: int = 900) -> Connection | None:
    return join(registry, SERVICE, Wanted(None, verify_after=verify_after, holder=ME, by_ssh=True), Deadline(10))


def test_joining_claims_the_one_that_will_do_and_touches_no_other(registry: Registry) -> None:
    other, found = now_open(id="OTHER", access="restricted", client_ip="203.0.113.7"), now_open(holders=(ALIVE,))
    put(registry, other, found, attempts=(Attempt(1.0, 2.0),))
    mine = joined(registry)
    assert mine is not None
    assert mine.holders == (ALIVE, ME)
    assert registry.read(SERVICE) == Holding([other, mine], [Attempt(1.0, 2.0)])
    assert joined(registry) == mine


@pytest.mark.parametrize(
    "changes",
    [
        {"verified_at": time.time() - 1000},
        {"verified_at": time.time() + 1000},
        {"expires_at": time.time() + 100},
        {"access": "restricted", "client_ip": "203.0.113.7"},
    ],
)
def test_what_is_not_sure_is_not_joined(changes: dict[str, Any], registry: Registry) -> None:
    made = now_open(**changes)
    put(registry, made)
    assert joined(registry) is None
    assert registry.read(SERVICE) == Holding([made])


def test_where_nothing_is_open_nothing_is_joined(registry: Registry) -> None:
    assert joined(registry) is None
    assert registry.read(SERVICE) == Holding()


def test_leaving_ends_the_claim_when_others_need_it(registry: Registry) -> None:
    put(registry, now_open(id="A", holders=(ME, ALIVE)), now_open(id="B", holders=(ME,), kept=True))
    assert leave(registry, SERVICE, ME, Deadline(10))
    assert {item.id: item.holders for item in registry.read(SERVICE).connections} == {"A": (ALIVE,), "B": ()}
    # once more changes nothing
    assert leave(registry, SERVICE, ME, Deadline(10))
    assert leave(registry, SERVICE.replace("80", "81"), ME, Deadline(10))


def test_whoever_would_leave_something_to_be_closed_has_not_left(registry: Registry, ended: str) -> None:
    for held in (
        [now_open(holders=(ME,))],
        [now_open(holders=(ME,)), now_open(id="KEPT", kept=True, holders=(ME,))],
        [now_open(holders=(ended, ME))],
        # somebody else left it
        [now_open(id="KEPT", kept=True, holders=(ME,)), now_open(holders=(ended,))],
    ):
        # whose process is known to live
        mine = [
            Connection.from_record({**item.as_record(), "holders": [name.replace(ME, ALIVE) for name in item.holders]})
            for item in held
        ]
        put(registry, *mine)
        assert not leave(registry, SERVICE, ALIVE, Deadline(10))
        assert registry.read(SERVICE) == Holding(mine)


def test_both_wait_for_the_lock_no_longer_than_they_may(registry: Registry) -> None:
    put(registry, now_open())

    def lock(report: Any) -> None:
        with registry.locked(SERVICE, Deadline(10)):
            report("locked")
            time.sleep(60)

    busy = Fork(lock)
    assert busy.receive() == "locked"
    with pytest.raises(OutOfTimeError, match="Another process"):
        join(registry, SERVICE, Wanted(None, holder=ME), Deadline(0.1))
    with pytest.raises(OutOfTimeError, match="Another process"):
        leave(registry, SERVICE, ME, Deadline(0.1))
    busy.kill()


# -- goes on using it --------------------------------------------------------------------------------------------------


def test_what_the_registry_has_lost_is_put_back_with_who_uses_it(registry: Registry) -> None:
    used = now_open(holders=(ME, ALIVE), kept=False)
    assert put_back(registry, used, ME, Deadline(10), is_held=lambda: True)
    (held,) = registry.read(SERVICE).connections
    assert held == used._replace(holders=(ME,))
    # another one who uses it joins what was put back
    assert put_back(registry, used, ALIVE, Deadline(10), is_held=lambda: True)
    (held,) = registry.read(SERVICE).connections
    assert held.holders == (ME, ALIVE)


def test_each_that_is_lost_is_put_back_though_another_one_is_known_to_be_used(registry: Registry) -> None:
    put(registry, now_open(id="A", holders=(ME,)))
    put_back(registry, now_open(id="B"), ME, Deadline(10), is_held=lambda: True)
    assert {item.id: item.holders for item in registry.read(SERVICE).connections} == {"A": (ME,), "B": (ME,)}


def test_what_is_held_no_more_once_it_is_our_turn_is_not_put_back(registry: Registry) -> None:
    def is_held() -> bool:
        with pytest.raises(OutOfTimeError), registry.locked(SERVICE, Deadline(0.1)):
            pytest.fail("nobody had his turn")
        return False

    assert not put_back(registry, now_open(), ME, Deadline(10), is_held)
    assert registry.read(SERVICE) == Holding()


def test_who_opened_what_the_registry_does_not_know_has_something_to_close(registry: Registry) -> None:
    put(registry, now_open(id="A", holders=(ME,), kept=True))
    before = registry.read(SERVICE)
    assert not leave(registry, SERVICE, ME, Deadline(10), [now_open(id="B")])
    assert registry.read(SERVICE) == before
    assert leave(registry, SERVICE, ME, Deadline(10), [now_open(id="A")])


# -- whether a server has answered -------------------------------------------------------------------------------------


def test_that_a_server_has_answered_is_noted_once(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    new = now_open(unanswered_since=time.time())
    put(registry, new)
    answered(registry, new, Deadline(10))
    assert registry.read(SERVICE).connections == [new._replace(unanswered_since=None)]
    monkeypatch.setattr(Registry, "locked", pytest.fail)
    answered(registry, new, Deadline(10))


@pytest.mark.parametrize(
    ("ago", "may"), [(0.0, True), (KEPT_UNANSWERED - 2, True), (KEPT_UNANSWERED + 1, False), (-60.0, False)]
)
def test_what_is_new_is_given_some_time_to_answer(ago: float, may: bool, registry: Registry) -> None:
    new = now_open(unanswered_since=time.time() - ago)
    put(registry, new)
    assert may_answer_yet(registry, new, Deadline(10)) is may


def test_what_has_answered_or_is_gone_is_given_none(registry: Registry) -> None:
    old = now_open()
    assert not may_answer_yet(registry, old, Deadline(10))
    put(registry, old)
    assert not may_answer_yet(registry, old, Deadline(10))
