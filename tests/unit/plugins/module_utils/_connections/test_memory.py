# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run holds is kept in the registry while it lasts."""

from __future__ import annotations

import os
import shutil
import time
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RegistryError
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._connections.memory import Memory
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep_orders import Claim
from ansible_collections.community.remoteit.plugins.module_utils._model.connection import Connection
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Holding
from tests.doubles.account import ME, listed
from tests.doubles.held import Site, made
from tests.doubles.loopback import Exchange, reply
from tests.doubles.material import SERVICE
from tests.doubles.renewal import Renewal

RUN, OTHER = process_name(os.getppid()), process_name(os.getpid())


@pytest.fixture
def memory(site: Site) -> Memory:
    return Memory(site.settings, RUN)


def hold(site: Site, memory: Memory, *connections: Connection) -> None:
    site.hold(*connections)
    for connection in connections:
        memory.remember(Claim(connection, opened=True))


def lose(site: Site) -> None:
    shutil.rmtree(site.settings.registry)


def test_as_long_as_nothing_is_lost_remote_it_is_not_asked(site: Site, memory: Memory) -> None:
    hold(site, memory, made("A", holders=(RUN,)))
    memory.renew()
    assert (site.account.asked, memory.unsaid()) == ([], 0.0)


def test_what_is_lost_is_put_back_and_others_get_the_time_to_say_so(site: Site, memory: Memory) -> None:
    hold(site, memory, made("A", holders=(OTHER, RUN)), made("B", access="public", holders=(RUN,)))
    lose(site)
    memory.renew()
    assert site.held() == {"A": (False, (RUN,)), "B": (False, (RUN,))}
    assert 0 < memory.unsaid() <= memory.registry.renew_every
    # one request for all
    assert site.account.asked == ["service"]


def test_what_the_record_no_longer_says_to_be_ours_is_claimed_again(site: Site, memory: Memory) -> None:
    memory.remember(Claim(made("A", holders=(RUN,)), opened=True))
    site.hold(made("A", holders=(OTHER,)))
    memory.renew()
    assert site.held() == {"A": (False, (OTHER, RUN))}


def test_what_was_closed_meanwhile_is_forgotten(site: Site, memory: Memory) -> None:
    hold(site, memory, made("A", holders=(RUN,)))
    lose(site)
    site.account.sessions = []
    memory.renew()
    assert (site.held(), memory.held(), memory.opened()) == ({}, {}, {})


def test_what_may_be_listed_late_is_neither_put_back_nor_forgotten(site: Site, memory: Memory) -> None:
    hold(site, memory, made("NEW", ago=0, holders=(RUN,)))
    lose(site)
    site.account.sessions = []
    memory.renew()
    assert (site.held(), list(memory.held())) == ({}, [SERVICE])
    site.account.sessions = [listed("NEW", time.time())]
    memory.renew()
    assert list(site.held()) == ["NEW"]


def test_what_is_being_closed_is_left_to_who_does_it(site: Site, memory: Memory) -> None:
    memory.remember(Claim(made("A", holders=(RUN,)), opened=True))
    site.hold(made("A", closing=True))
    memory.renew()
    assert (site.held(), site.account.asked) == ({"A": (False, ())}, [])


def test_that_a_task_wants_it_to_stay_is_known_by_then(site: Site, memory: Memory) -> None:
    hold(site, memory, made("A", holders=(RUN,)))
    site.hold(made("A", kept=True, holders=(RUN,)))
    memory.renew()
    lose(site)
    ((kept,),) = memory.opened().values()
    assert kept.kept
    memory.renew()
    assert site.held() == {"A": (True, (RUN,))}


def test_who_joins_what_the_run_opened_does_not_make_it_anothers(memory: Memory) -> None:
    for opened in (True, False):
        memory.remember(Claim(made("A", holders=(RUN,)), opened))
    memory.remember(Claim(made("JOINED", holders=(RUN,)), opened=False))
    assert [item.id for item in memory.opened()[SERVICE]] == ["A"]
    assert [item.id for item in memory.held()[SERVICE]] == ["A", "JOINED"]


def test_a_registry_that_cannot_be_used_is_an_error_and_nothing_is_forgotten(site: Site, memory: Memory) -> None:
    hold(site, memory, made("A", holders=(RUN,)))
    lose(site)
    with open(site.settings.registry, "w", encoding="utf-8"), pytest.raises(RegistryError):
        memory.renew()
    assert list(memory.held()) == [SERVICE]


# -- beside another thread, which closes it ---------------------------------------------------------------------------


def close(site: Site, memory: Memory) -> None:
    site.connections.release(SERVICE, RUN, Deadline(20), memory.forget([SERVICE])[SERVICE])


@pytest.fixture
def lost(site: Site, memory: Memory) -> None:
    """A connection that is open and held, and of which the registry knows nothing."""
    hold(site, memory, made("A", holders=(RUN,)))
    lose(site)


@pytest.mark.usefixtures("lost")
def test_what_is_closed_before_it_could_be_put_back_is_not_put_back(
    site: Site, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewal = Renewal(memory, monkeypatch)
    close(site, memory)
    renewal.finish()
    assert (site.account.closed, site.held(), memory.unsaid()) == (["A"], {}, 0.0)


@pytest.mark.usefixtures("lost")
def test_who_waits_for_his_turn_while_it_is_closed_does_not_put_it_back(
    site: Site, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewal = Renewal(memory, monkeypatch)
    stop = site.account.says["stop"]

    def stop_while_it_waits(exchange: Exchange) -> None:
        renewal.go_on()
        stop(exchange)

    site.account.says["stop"] = stop_while_it_waits
    close(site, memory)
    renewal.finish()
    assert (site.account.closed, site.held()) == (["A"], {})


@pytest.mark.usefixtures("lost")
def test_what_is_put_back_while_somebody_waits_to_close_it_is_closed_and_forgotten(
    site: Site, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewal = Renewal(memory, monkeypatch, in_turn=True)
    opened = memory.forget([SERVICE])[SERVICE]
    assert list(site.held()) == ["A"]
    renewal.go_on()
    site.connections.release(SERVICE, RUN, Deadline(20), opened)
    renewal.finish()
    assert (site.account.closed, site.held()) == (["A"], {})


def test_what_was_read_before_it_was_forgotten_is_not_noted_again(
    site: Site, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(site, memory, made("A", holders=(RUN,)))
    site.hold(made("A", kept=True, holders=(RUN,)))
    read_many = memory.registry.read_many

    def read(*arguments: Any) -> dict[str, Holding]:
        found = read_many(*arguments)
        memory.forget([SERVICE])
        return found

    monkeypatch.setattr(memory.registry, "read_many", read)
    memory.renew()
    assert memory.held() == {}


@pytest.mark.usefixtures("lost")
@pytest.mark.parametrize(("is_closed_here", "said"), [(True, 0), (False, 1)])
def test_what_another_thread_closed_is_not_said_to_be_taken(
    site: Site, memory: Memory, is_closed_here: bool, said: int
) -> None:
    # for so long, the registry was away
    memory._silence = 1000.0

    def tell(exchange: Exchange) -> None:
        if is_closed_here:
            memory.forget([SERVICE])
        reply(200, {"data": {"login": {"id": ME, "service": [{"id": SERVICE, "sessions": []}]}}})(exchange)

    site.account.says["service"] = tell
    memory.renew()
    assert len(memory.taken) == said
