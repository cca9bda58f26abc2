# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._api import transport
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    AnswerLostError,
    ApiError,
    RefusedError,
    RegistryError,
)
from ansible_collections.community.remoteit.plugins.module_utils._base.process import holder
from ansible_collections.community.remoteit.plugins.module_utils._connections.connections import Connections
from ansible_collections.community.remoteit.plugins.module_utils._connections.liveness import SETTLING
from ansible_collections.community.remoteit.plugins.module_utils._model.access import PUBLIC, Access
from ansible_collections.community.remoteit.plugins.module_utils._model.connection import Connection
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Attempt, Holding
from ansible_collections.community.remoteit.plugins.module_utils._registry.registry import Registry
from tests.doubles import loopback
from tests.doubles.account import ME as ME_ID
from tests.doubles.account import Account, listed
from tests.doubles.loopback import Exchange, reply
from tests.doubles.material import HURRY, SERVICE, connection


def test_a_connection_is_not_forgotten_because_there_was_no_time_to_look_at_it(tmp_path: Path) -> None:
    account = Account()
    account.says["service"] = loopback.hang
    warnings: list[str] = []
    with account.server, socket.create_server(("127.0.0.1", 0)) as proxy:
        settings = account.settings(registry=str(tmp_path / "registry"))
        opened_at = time.time() - 100
        held = connection(
            host="127.0.0.1",
            port=proxy.getsockname()[1],
            opened_from=socket.gethostname(),
            opened_at=opened_at,
            asked_at=opened_at,
            verified_at=opened_at,
            expires_at=opened_at + 3600,
        )
        registry = Registry(settings, warnings.append)
        with registry.locked(SERVICE, Deadline(10)) as turn:
            turn.holding = Holding([held])
            turn.save()
        outcome = Connections(settings, warnings.append).present(SERVICE, Wanted(Access()), Deadline(0.3))
        assert (outcome.connection, outcome.changed) == (held, False)
        # what is forgotten can never be closed
        assert registry.read(SERVICE) == Holding([held])
        assert account.asked == ["service"]
    (warning,) = warnings
    assert "could not be checked" in warning


# -- who needs a connection -------------------------------------------------------------------------------------------

ALIVE = holder(os.getpid())
ELSEWHERE = "1/1@elsewhere"
REFUSAL = {"status": "false", "reason": "not today"}


class Site:
    """An account and a registry. What is opened is called NEW, and what is closed by REST goes off the list."""

    def __init__(self, directory: Path) -> None:
        self.account = Account()
        self.account.says = {"connect": self._connect, "stop": self._stop}
        self.stubborn: set[str] = set()
        self.hostips: list[str] = []
        self.settings = self.account.settings(registry=str(directory / "registry"), request_timeout=5.0, patience=HURRY)
        self.warnings: list[str] = []
        self.registry = Registry(self.settings, self.warnings.append)
        self.connections = Connections(self.settings, self.warnings.append)
        self.predicting = Connections(self.settings, self.warnings.append, check=True)

    def _connect(self, exchange: Exchange) -> None:
        assert self.account.sessions is not None
        self.hostips.append(exchange.request.json()["hostip"])
        self.account.sessions.append(listed("NEW", time.time()))
        address = {"connectionid": "NEW", "proxyserver": "127.0.0.1", "proxyport": 9, "reverseProxy": False}
        reply(200, {"status": "true", "connection": address})(exchange)

    def _stop(self, exchange: Exchange) -> None:
        id = exchange.request.json()["connectionid"]
        if id in self.stubborn:
            reply(200, REFUSAL)(exchange)
            return
        self.account.closed.append(id)
        self.account.sessions = [session for session in self.account.sessions or () if session["id"] != id]
        reply(200, {"status": "true"})(exchange)

    def hold(self, *made: Connection) -> None:
        self.account.sessions = [listed(item.id, item.opened_at) for item in made]
        with self.registry.locked(SERVICE, Deadline(10)) as turn:
            turn.holding = Holding(list(made))
            turn.save()

    def held(self) -> dict[str, tuple[bool, tuple[str, ...]]]:
        return {item.id: (item.kept, item.holders) for item in self.registry.read(SERVICE).connections}

    def present(self, wanted: Wanted, *, check: bool = False) -> Any:
        connections = self.predicting if check else self.connections
        return connections.present(SERVICE, wanted, Deadline(20))


def made(id: str, ago: float = 60, **changes: Any) -> Connection:
    at = time.time() - ago
    times = {"opened_at": at, "asked_at": at, "verified_at": time.time(), "expires_at": at + 3600}
    return connection(id=id, opened_from=socket.gethostname(), **{**times, "kept": False, **changes})


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    with site.account.server:
        yield site


ME = Wanted(Access(), holder="me")


def test_what_is_opened_belongs_to_who_opened_it(site: Site) -> None:
    assert site.present(ME).changed
    assert site.held() == {"NEW": (False, ("me",))}


def test_what_is_opened_until_somebody_closes_it_is_kept(site: Site) -> None:
    site.present(Wanted(Access()))
    assert site.held() == {"NEW": (True, ())}


@pytest.mark.parametrize("kept", [True, False])
def test_who_uses_what_is_open_claims_it_without_asking(kept: bool, site: Site) -> None:
    site.hold(made("A", kept=kept, holders=(ALIVE,)))
    outcome = site.present(ME)
    assert (outcome.connection.id, outcome.changed) == ("A", False)
    assert site.held() == {"A": (kept, (ALIVE, "me"))}
    assert site.present(ME).connection == outcome.connection
    assert site.held() == {"A": (kept, (ALIVE, "me"))}
    site.present(Wanted(Access()))
    assert site.held() == {"A": (True, (ALIVE, "me"))}
    assert site.account.asked == []


def test_what_nobody_needs_may_be_used_again(site: Site, ended: str) -> None:
    site.hold(made("A", holders=(ended,)))
    assert not site.present(ME).changed
    assert "me" in site.held()["A"][1]
    assert site.account.closed == []


def test_what_nobody_needs_and_we_cannot_use_is_closed(site: Site, ended: str) -> None:
    site.hold(
        made("PUBLIC", access="public", holders=(ended,)),
        made("NEEDED", access="public", holders=(ended, ALIVE)),
        made("MINE", kept=True),
    )
    outcome = site.present(Wanted(Access()))
    assert (outcome.connection.id, outcome.closed, outcome.changed) == ("MINE", ["PUBLIC"], True)
    assert site.held() == {"NEEDED": (False, (ended, ALIVE)), "MINE": (True, ())}
    assert site.account.closed == ["PUBLIC"]


def test_in_check_mode_what_would_be_closed_is_only_told(site: Site, ended: str) -> None:
    site.hold(made("PUBLIC", access="public", holders=(ended,)), made("MINE"))
    before = site.held()
    outcome = site.present(ME, check=True)
    assert (outcome.connection.id, outcome.closed, outcome.changed) == ("MINE", ["PUBLIC"], True)
    assert site.held() == before
    assert site.account.closed == []


@pytest.mark.parametrize("reuse", [True, False])
def test_leftovers_that_resist_do_not_fail_the_task(reuse: bool, site: Site, ended: str) -> None:
    mine = [made("MINE", kept=True)] if reuse else []
    left = [made(id, access="public", holders=(ended,)) for id in ("STUBBORN", "LEFT")]
    site.hold(*left, *mine)
    site.stubborn = {"STUBBORN"}
    outcome = site.present(Wanted(Access()))
    assert (outcome.connection.id, outcome.closed) == ("MINE" if reuse else "NEW", ["LEFT"])
    assert set(site.held()) == {"STUBBORN", outcome.connection.id}
    # whoever comes next tries again
    site.stubborn = set()
    assert site.present(Wanted(Access())).closed == ["STUBBORN"]


def test_leftovers_that_hang_do_not_use_up_the_time_of_the_task(site: Site, ended: str) -> None:
    site.hold(made("LEFT", access="public", holders=(ended,)))
    site.account.says["stop"] = loopback.hang
    outcome = site.connections.present(SERVICE, ME, Deadline(1.5))
    assert outcome.connection is not None
    assert outcome.connection.id == "NEW"
    assert site.held() == {"LEFT": (False, (ended,)), "NEW": (False, ("me",))}


# -- release ----------------------------------------------------------------------------------------------------------


def released(site: Site, who: str) -> list[str]:
    return site.connections.release(SERVICE, who, Deadline(20))


def test_the_last_one_who_leaves_closes(site: Site, ended: str) -> None:
    site.hold(made("A", holders=("me", ALIVE, ended)))
    assert released(site, "me") == []
    assert site.held() == {"A": (False, (ALIVE, ended))}
    assert site.account.asked == []
    assert released(site, ALIVE) == ["A"]
    assert site.held() == {}
    assert site.account.closed == ["A"]


@pytest.mark.parametrize("changes", [{"kept": True}, {"holders": (ELSEWHERE,)}, {"holders": (ALIVE,)}])
def test_what_others_need_stays_open(changes: dict[str, Any], site: Site) -> None:
    site.hold(made("A", **{**changes, "holders": (*changes.get("holders", ()), "me")}))
    assert released(site, "me") == []
    assert list(site.held()) == ["A"]
    assert released(site, "nobody") == []
    assert site.account.asked == []


def test_whoever_leaves_closes_what_the_dead_left(site: Site, ended: str) -> None:
    site.hold(made("DEAD", holders=(ended,)), made("KEPT", kept=True), made("MINE", holders=("me",)))
    assert sorted(released(site, "me")) == ["DEAD", "MINE"]
    assert site.held() == {"KEPT": (True, ())}


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
        site.hold(made("A", ago=SETTLING - 0.3, host="127.0.0.1", port=proxy.getsockname()[1]))
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


# -- what an outcome tells --------------------------------------------------------------------------------------------


def ids(connections: Sequence[Connection]) -> list[str]:
    return [item.id for item in connections]


def test_before_and_after_are_told(site: Site) -> None:
    site.hold(made("A", kept=True))
    outcome = site.present(Wanted(Access(PUBLIC)))
    assert (ids(outcome.before), ids(outcome.after), outcome.opened().id) == (["A"], ["A", "NEW"], "NEW")
    assert site.hostips == ["0.0.0.0"]
    outcome = site.present(Wanted(None))
    assert (ids(outcome.before), ids(outcome.after), outcome.changed) == (["A", "NEW"], ["A", "NEW"], False)
    outcome = site.connections.absent(SERVICE, Deadline(20), connection_id="a")
    assert (ids(outcome.before), ids(outcome.after), outcome.closed) == (["A", "NEW"], ["NEW"], ["A"])


def test_whatever_will_do_is_latching(site: Site) -> None:
    site.present(Wanted(None))
    assert site.hostips == ["255.255.255.255"]


def test_what_is_forced_is_new_and_alone(site: Site) -> None:
    site.hold(made("A"), made("B", access=PUBLIC))
    outcome = site.present(Wanted(Access(), force=True))
    assert (outcome.opened().id, outcome.closed, ids(outcome.after)) == ("NEW", ["A", "B"], ["NEW"])
    assert site.account.closed == ["A", "B"]


def test_what_would_be_closed_is_only_told(site: Site) -> None:
    site.hold(made("A"))
    assert site.predicting.absent(SERVICE, Deadline(20)).closed == ["A"]
    assert (list(site.held()), site.account.closed) == (["A"], [])


def test_what_is_held_on_a_service_that_is_gone_is_forgotten(site: Site) -> None:
    site.hold(made("A"))
    site.account.service = None
    assert site.connections.absent(SERVICE, Deadline(20)).closed == []
    assert (site.held(), site.account.asked) == ({}, ["service"])


def test_what_can_neither_be_remembered_nor_closed_is_named(site: Site) -> None:
    def connect(exchange: Exchange) -> None:
        shutil.rmtree(site.settings.registry)
        site._connect(exchange)

    site.account.says["connect"] = connect
    site.stubborn = {"NEW"}
    with pytest.raises(RegistryError, match=r"cannot be written.* Connection NEW was left open: .*not today"):
        site.present(Wanted(Access()))


@pytest.mark.parametrize(("pause", "connects"), [("0", 3), ("3600", 1)])
def test_who_is_asked_to_wait_longer_than_there_is_time_does_not_ask_again(
    site: Site, pause: str, connects: int
) -> None:
    site.account.says["connect"] = reply(503, b"", {"Retry-After": pause})
    with pytest.raises(AnswerLostError, match="HTTP 503"):
        site.present(Wanted(Access()))
    assert site.account.asked.count("connect") == connects


def test_who_leaves_settles_what_was_interrupted(site: Site) -> None:
    long_ago = time.time() - 60
    site.account.sessions = [listed("ORPHAN", long_ago)]
    with site.registry.locked(SERVICE, Deadline(10)) as turn:
        turn.holding = Holding([], [Attempt(long_ago, long_ago + 5)])
        turn.save()
    released(site, "me")
    assert (site.account.sessions, site.registry.read(SERVICE)) == ([], Holding())


@pytest.mark.parametrize("service_id", [SERVICE, None])
def test_what_is_open_is_told_apart_by_who_knows_of_it(site: Site, service_id: str | None) -> None:
    site.hold(made("A"), made("GONE"), made("OVER", expires_at=time.time() - 1))
    site.account.sessions = [listed("A", time.time() - 60), listed("THEIRS", time.time() - 1000)]
    held, others = site.connections.open_now(service_id, Deadline(20))
    assert (ids(held), [session.id for session in others]) == (["A"], ["THEIRS"])
    assert site.warnings == []


def test_without_anything_held_all_sessions_are_listed(site: Site) -> None:
    site.account.sessions = [listed("THEIRS", time.time())]
    assert site.connections.open_now(None, Deadline(20))[1]
    assert site.account.asked == ["sessions"]


def test_what_cannot_be_checked_is_listed_with_a_warning(site: Site) -> None:
    site.hold(made("A"))
    site.account.says["service"] = {"errors": [{"message": "not today"}]}
    held, others = site.connections.open_now(SERVICE, Deadline(20))
    assert (ids(held), others) == (["A"], [])
    (warning,) = site.warnings
    assert "without a check" in warning and "not today" in warning


@pytest.mark.parametrize("held", [[], [made("OVER", expires_at=1.0)]], ids=["nothing", "what is over"])
def test_that_nothing_is_open_is_not_said_without_a_check(site: Site, held: list[Connection]) -> None:
    site.hold(*held)
    site.account.says["sessions"] = site.account.says["service"] = {"errors": [{"message": "not today"}]}
    with pytest.raises(RefusedError, match="not today"):
        site.connections.open_now(None, Deadline(20))


# -- instead of what does not work ------------------------------------------------------------------------------------


def instead(site: Site, dead: Connection) -> Connection:
    return site.connections.instead_of(dead, ME, Deadline(20))


def test_a_dead_one_that_nobody_else_needs_is_replaced_and_closed(site: Site, ended: str) -> None:
    dead = made("DEAD", holders=(ended, "me"))
    site.hold(dead)
    assert instead(site, dead).id == "NEW"
    assert site.held() == {"NEW": (False, ("me",))}
    assert site.account.closed == ["DEAD"]


@pytest.mark.parametrize("needed", [{"kept": True}, {"holders": (ALIVE,)}])
def test_a_dead_one_that_others_need_is_replaced_and_left(needed: dict[str, Any], site: Site) -> None:
    dead = made("DEAD", **{**needed, "holders": (*needed.get("holders", ()), "me")})
    site.hold(dead)
    assert instead(site, dead).id == "NEW"
    assert site.held() == {"DEAD": (dead.kept, dead.holders[:-1]), "NEW": (False, ("me",))}
    assert site.account.closed == []


def test_a_dead_one_that_is_closed_already_is_forgotten(site: Site) -> None:
    dead = made("DEAD", kept=True)
    site.hold(dead)
    site.account.sessions = []
    assert instead(site, dead).id == "NEW"
    assert list(site.held()) == ["NEW"]
    assert "stop" not in site.account.asked


def test_what_another_process_has_opened_instead_is_used(site: Site) -> None:
    dead = made("DEAD", holders=("me", ALIVE))
    site.hold(dead, made("THEIRS", ago=10, holders=(ALIVE,)))
    assert instead(site, dead).id == "THEIRS"
    assert site.held() == {"DEAD": (False, (ALIVE,)), "THEIRS": (False, (ALIVE, "me"))}
    assert "connect" not in site.account.asked


def test_when_nothing_can_be_opened_instead_the_use_has_ended(site: Site) -> None:
    dead = made("DEAD", holders=("me",), kept=True)
    site.hold(dead)
    site.account.says["connect"] = REFUSAL
    with pytest.raises(ApiError):
        instead(site, dead)
    assert site.held() == {"DEAD": (True, ())}


def test_who_uses_a_trusted_connection_closes_what_a_killed_process_opened_beside_it(site: Site) -> None:
    site.hold(made("A", ago=600, kept=True))
    assert site.account.sessions is not None
    site.account.sessions.append(listed("ORPHAN", time.time() - 60))
    with site.registry.locked(SERVICE, Deadline(10)) as turn:
        asked_at = time.time() - 60
        turn.holding = Holding(turn.holding.connections, [Attempt(asked_at, asked_at + 30)])
        turn.save()
    outcome = site.present(Wanted(Access()))
    assert (outcome.connection.id, outcome.closed) == ("A", ["ORPHAN"])


# -- closed, or only not listed ---------------------------------------------------------------------------------------


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
    site.hold(made("A", ago=SETTLING - 0.3, access="restricted", client_ip="203.0.113.7"))
    site.stubborn = {"A"}
    looks: list[list[str]] = [[], [], seen]

    def answer(exchange: Exchange) -> None:
        sessions = [listed(id, time.time() - SETTLING) for id in looks.pop(0)]
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
    slow, new = made("SLOW"), made("NEW", ago=SETTLING - 0.7, access="public")
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
def test_the_next_task_closes_by_the_signature_that_was_accepted(
    tmp_path: Path, learnt: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
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
        monkeypatch.setattr(transport, "_dialect_that_worked", {})
        account.sessions = [listed("NEW", time.time())]
        assert Connections(settings, pytest.fail).absent(SERVICE, Deadline(20)).closed == ["NEW"]
    assert account.asked.count("connect") == 2
    assert account.asked.count("stop") == (1 if learnt == "rfc9421" else 2)
