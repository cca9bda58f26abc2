# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is closed is closed for certain before it is forgotten, and nothing else is."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RefusedError
from ansible_collections.community.remoteit.plugins.module_utils._connections.connections import Connections
from ansible_collections.community.remoteit.plugins.module_utils._connections.liveness import LISTED_AFTER
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.connection import Connection
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Attempt, Holding
from ansible_collections.community.remoteit.plugins.module_utils._registry.registry import Registry
from tests.doubles import loopback
from tests.doubles.account import ME as ME_ID
from tests.doubles.account import Account, listed
from tests.doubles.held import REFUSAL, Site, made
from tests.doubles.loopback import Exchange, reply
from tests.doubles.material import SERVICE


def released(site: Site, who: str) -> list[str]:
    return site.connections.release(SERVICE, who, Deadline(20))


def test_one_that_resists_does_not_keep_the_others_open(site: Site) -> None:
    site.hold(made("STUBBORN", holders=("me",)), made("A", holders=("me",)))
    site.stubborn = {"STUBBORN"}
    with pytest.raises(RefusedError, match="not today"):
        released(site, "me")
    # the use has ended all the same
    assert site.held() == {"STUBBORN": (False, ())}
    assert site.account.closed == ["A"]
    site.stubborn = set()
    assert released(site, "somebody") == ["STUBBORN"]


def test_what_is_over_is_forgotten_once_it_is_not_listed(site: Site) -> None:
    site.hold(made("A", expires_at=time.time() - 1, holders=("me",)))
    site.account.sessions = []
    assert released(site, "me") == []
    assert site.held() == {}
    assert site.account.asked == ["service"]


def test_what_should_be_over_but_is_listed_is_closed(site: Site) -> None:
    site.hold(made("A", expires_at=time.time() - 1, holders=("me",)))
    assert released(site, "me") == ["A"]
    assert (site.held(), site.account.closed) == ({}, ["A"])


def test_what_is_over_is_forgotten_where_remote_it_cannot_be_asked(site: Site) -> None:
    site.hold(made("A", expires_at=time.time() - 1, holders=("me",)), made("B", kept=True))
    site.account.sessions = None
    assert released(site, "me") == []
    assert list(site.held()) == ["B"]


def test_one_that_began_with_another_is_not_taken_for_it_when_it_is_closed(site: Site) -> None:
    at = time.time() - 60
    site.hold(made("A", opened_at=at), made("B", opened_at=at))

    def stop(exchange: Exchange) -> None:
        site.account.sessions = [listed("B", at)]
        reply(401, {"status": "false", "reason": "connection not found"})(exchange)

    site.account.says["stop"] = stop
    outcome = site.connections.absent(SERVICE, Deadline(20), connection_id="A")
    assert outcome.closed == ["A"]
    assert list(site.held()) == ["B"]


def test_one_that_rest_knows_by_no_id_is_closed_by_the_id_it_is_listed_under(site: Site) -> None:
    at = time.time() - 60
    site.hold(made("A", opened_at=at))
    site.account.sessions = [listed("LISTED", at)]
    site.account.says["stop"] = reply(401, {"status": "false", "reason": "connection not found"})
    assert site.connections.absent(SERVICE, Deadline(20)).closed == ["A"]
    assert site.account.closed == ["LISTED"]
    assert site.held() == {}


def test_what_somebody_else_opened_with_it_stays_open_when_it_is_closed(site: Site) -> None:
    at = time.time() - 60
    site.hold(made("A", opened_at=at))

    def stop(exchange: Exchange) -> None:
        site.account.sessions = [listed("THEIRS", at)]
        reply(401, {"status": "false", "reason": "connection not found"})(exchange)

    site.account.says["stop"] = stop
    assert site.connections.absent(SERVICE, Deadline(20)).closed == ["A"]
    assert site.account.closed == []
    assert site.held() == {}


def test_what_answers_at_a_closed_ones_port_may_be_another(site: Site) -> None:
    site.stubborn = {"A"}
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        site.hold(made("A", ago=LISTED_AFTER - 0.3, host="127.0.0.1", port=proxy.getsockname()[1]))
        site.account.sessions = []
        assert site.connections.absent(SERVICE, Deadline(20)).closed == []
    assert site.held() == {}


@pytest.mark.parametrize("held", [[], [made("A")]], ids=["nothing else", "a connection"])
def test_closing_settles_what_was_interrupted(held: list[Connection], site: Site) -> None:
    long_ago = time.time() - 60
    site.account.sessions = [listed(item.id, item.opened_at) for item in held] + [listed("ORPHAN", long_ago)]
    with site.registry.locked(SERVICE, Deadline(10)) as turn:
        turn.holding = Holding(held, [Attempt(long_ago, long_ago + 5)])
        turn.save()
    assert "ORPHAN" in site.connections.absent(SERVICE, Deadline(20)).closed
    assert site.account.sessions == []
    assert site.registry.read(SERVICE) == Holding()


def young(id: str, **changes: Any) -> Connection:
    """A connection that may be listed late, and whose proxy is gone."""
    return made(id, ago=1, host="127.0.0.1", port=loopback.unused_port(), **changes)


def closed(site: Site) -> list[str]:
    return site.connections.absent(SERVICE, Deadline(20)).closed


def test_what_is_closed_is_not_taken_for_another_one_of_the_same_time(site: Site) -> None:
    gone, other = young("GONE"), young("OTHER", access="public")
    site.hold(gone, other)
    site.account.sessions = [listed("OTHER", other.opened_at)]
    site.stubborn = {"GONE"}
    assert closed(site) == ["OTHER"]
    assert site.held() == {}


@pytest.mark.parametrize("seen", [["A"], []])
def test_what_may_be_listed_late_is_not_forgotten(seen: list[str], site: Site) -> None:
    # no probe tells: the proxy is for another machine
    site.hold(made("A", ago=LISTED_AFTER - 0.3, access="restricted", client_ip="203.0.113.7"))
    site.stubborn = {"A"}
    looks: list[list[str]] = [[], [], seen]

    def answer(exchange: Exchange) -> None:
        sessions = [listed(id, time.time() - LISTED_AFTER) for id in looks.pop(0)]
        reply(200, {"data": {"login": {"id": ME_ID, "service": [{"id": SERVICE, "sessions": sessions}]}}})(exchange)

    site.account.says["service"] = answer
    if seen:
        with pytest.raises(RefusedError, match="not today"):
            closed(site)
    else:
        assert closed(site) == []
    assert list(site.held()) == seen
    assert looks == []


def test_what_a_lost_try_closed_was_closed_by_us(site: Site) -> None:
    site.hold(young("A"))
    site.account.sessions = []
    site.account.says["stop"] = loopback.in_turn(loopback.close, reply(200, REFUSAL))
    assert closed(site) == ["A"]


def test_what_a_lost_try_closed_was_closed_by_us_even_if_nothing_can_be_read(site: Site) -> None:
    site.hold(young("A"))
    site.account.sessions = None
    site.account.says["stop"] = loopback.in_turn(loopback.close, reply(200, REFUSAL))
    assert closed(site) == ["A"]


def test_what_was_not_listed_yet_is_not_forgotten_because_the_one_before_took_long(
    site: Site,
) -> None:
    slow, new = made("SLOW"), made("NEW", ago=LISTED_AFTER - 0.7, access="public")
    site.hold(slow, new)
    site.account.sessions = [listed("SLOW", slow.opened_at)]
    stop = site.account.says["stop"]
    site.account.says["stop"] = loopback.in_turn(loopback.close, loopback.close, stop, stop)
    assert closed(site) == ["SLOW", "NEW"]
    assert site.account.closed == ["SLOW", "NEW"]


def test_what_has_expired_leaves_the_registry_with_the_rest(site: Site) -> None:
    site.hold(made("EXPIRED", ago=7200))
    site.account.sessions = []
    assert closed(site) == []
    assert site.held() == {}


@pytest.mark.parametrize("learnt", ["rfc9421", "cavage", None, "unheard of"])
def test_the_next_task_closes_by_the_signature_that_was_accepted(tmp_path: Path, learnt: str | None) -> None:
    """A task is a process of its own, which learns nothing from the one before but what the registry keeps."""
    account = Account()

    def rfc9421_only(good: dict[str, Any]) -> Callable[[Exchange], None]:
        return lambda exchange: reply(401 if "authorization" in exchange.request.headers else 200, good)(exchange)

    fields = {"connectionid": "NEW", "proxyserver": "proxy18.rt3.io", "proxyport": "38575"}
    account.says["connect"] = rfc9421_only({"status": "true", "connection": fields})
    account.says["stop"] = rfc9421_only({"status": "true"})
    with account.server:
        settings = account.settings(registry=str(tmp_path / "registry"))
        Connections(settings, pytest.fail).present(SERVICE, Wanted(Access()), Deadline(20))
        registry = Registry(settings, pytest.fail)
        with registry.locked(SERVICE, Deadline(10)) as turn:
            assert turn.holding.connections[0].signature == "rfc9421"
            turn.holding.connections = [turn.holding.connections[0]._replace(signature=learnt)]
            turn.save()
        account.sessions = [listed("NEW", time.time())]
        assert Connections(settings, pytest.fail).absent(SERVICE, Deadline(20)).closed == ["NEW"]
    assert account.asked.count("connect") == 2
    assert account.asked.count("stop") == (1 if learnt == "rfc9421" else 2)
