# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    ApiError,
)
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._connections.connections import Connections
from ansible_collections.community.remoteit.plugins.module_utils._model.access import PUBLIC, Access
from ansible_collections.community.remoteit.plugins.module_utils._model.connection import Connection
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Attempt, Holding
from ansible_collections.community.remoteit.plugins.module_utils._registry.registry import Registry
from tests.doubles import loopback
from tests.doubles.account import Account, listed
from tests.doubles.held import ALIVE, REFUSAL, Site, made
from tests.doubles.material import SERVICE, connection


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

NAME = process_name(os.getppid())


ME = Wanted(Access(), holder=NAME)


def test_what_is_opened_belongs_to_who_opened_it(site: Site) -> None:
    assert site.present(ME).changed
    assert site.held() == {"NEW": (False, (NAME,))}


def test_what_is_opened_until_somebody_closes_it_is_kept(site: Site) -> None:
    site.present(Wanted(Access()))
    assert site.held() == {"NEW": (True, ())}


@pytest.mark.parametrize("kept", [True, False])
def test_who_uses_what_is_open_claims_it_without_asking(kept: bool, site: Site) -> None:
    site.hold(made("A", kept=kept, holders=(ALIVE,)))
    outcome = site.present(ME)
    assert (outcome.connection.id, outcome.changed) == ("A", False)
    assert site.held() == {"A": (kept, (ALIVE, NAME))}
    assert site.present(ME).connection == outcome.connection
    assert site.held() == {"A": (kept, (ALIVE, NAME))}
    site.present(Wanted(Access()))
    assert site.held() == {"A": (True, (ALIVE, NAME))}
    assert site.account.asked == []


def test_what_nobody_needs_may_be_used_again(site: Site, ended: str) -> None:
    site.hold(made("A", holders=(ended,)))
    assert not site.present(ME).changed
    assert NAME in site.held()["A"][1]
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
    assert site.held() == {"LEFT": (False, (ended,)), "NEW": (False, (NAME,))}


def test_what_a_process_left_that_has_ended_is_told_and_in_check_mode_only_foretold(site: Site, ended: str) -> None:
    site.hold(made("LEFT", access="public", holders=(ended,)))
    assert site.present(Wanted(Access()), check=True).closed == ["LEFT"]
    assert site.warnings == []
    assert site.present(Wanted(Access())).closed == ["LEFT"]
    assert site.warnings == [
        f"Connection LEFT to {SERVICE} was left behind by a process that has ended, and was closed."
    ]


def test_what_is_claimed_is_told_to_who_remembers_it(site: Site) -> None:
    told: list[tuple[str, bool]] = []
    connections = Connections(
        site.settings, site.warnings.append, remember=lambda item, opened: told.append((item.id, opened))
    )
    for wanted in (ME, ME, Wanted(Access())):
        connections.beside(site.warnings.append).present(SERVICE, wanted, Deadline(20))
    # what is claimed already was told
    assert told == [("NEW", True), ("NEW", False)]


# -- release ----------------------------------------------------------------------------------------------------------


def released(site: Site, who: str) -> list[str]:
    return site.connections.release(SERVICE, who, Deadline(20))


def test_the_last_one_who_leaves_closes(site: Site, ended: str) -> None:
    site.hold(made("A", holders=(NAME, ALIVE, ended)))
    assert released(site, NAME) == []
    assert site.held() == {"A": (False, (ALIVE, ended))}
    assert site.account.asked == []
    assert released(site, ALIVE) == ["A"]
    assert site.held() == {}
    assert site.account.closed == ["A"]


def test_what_others_left_is_closed_with_it_and_told(site: Site, ended: str) -> None:
    site.hold(made("OURS", holders=(NAME,)), made("THEIRS", holders=(ended,)), made("TRIED", closing=True))
    assert sorted(released(site, NAME)) == ["OURS", "THEIRS", "TRIED"]
    assert sorted(site.warnings) == [
        f"Connection THEIRS to {SERVICE} was left behind by a process that has ended, and was closed.",
        f"Connection TRIED to {SERVICE} was to be closed before, and was closed.",
    ]


@pytest.mark.parametrize("changes", [{"kept": True}, {"holders": (ALIVE,)}])
def test_what_others_need_stays_open(changes: dict[str, Any], site: Site) -> None:
    site.hold(made("A", **{**changes, "holders": (*changes.get("holders", ()), NAME)}))
    assert released(site, NAME) == []
    assert list(site.held()) == ["A"]
    assert released(site, "nobody") == []
    assert site.account.asked == []


def test_whoever_leaves_closes_what_the_dead_left(site: Site, ended: str) -> None:
    site.hold(made("DEAD", holders=(ended,)), made("KEPT", kept=True), made("MINE", holders=(NAME,)))
    assert sorted(released(site, NAME)) == ["DEAD", "MINE"]
    assert site.held() == {"KEPT": (True, ())}


# -- what an outcome tells --------------------------------------------------------------------------------------------


def ids(connections: Sequence[Connection]) -> list[str]:
    return [item.id for item in connections]


def test_before_and_after_are_told(site: Site) -> None:
    site.hold(made("A", kept=True))
    outcome = site.present(Wanted(Access(PUBLIC)))
    assert (ids(outcome.before), ids(outcome.after), outcome.usable().id) == (["A"], ["A", "NEW"], "NEW")
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
    assert (outcome.usable().id, outcome.closed, ids(outcome.after)) == ("NEW", ["A", "B"], ["NEW"])
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


def test_who_leaves_settles_what_was_interrupted(site: Site) -> None:
    long_ago = time.time() - 60
    site.account.sessions = [listed("ORPHAN", long_ago)]
    with site.registry.locked(SERVICE, Deadline(10)) as turn:
        turn.holding = Holding([], [Attempt(long_ago, long_ago + 5)])
        turn.save()
    released(site, NAME)
    assert (site.account.sessions, site.registry.read(SERVICE)) == ([], Holding())


# -- instead of what does not work ------------------------------------------------------------------------------------


def instead(site: Site, dead: Connection) -> Connection:
    return site.connections.instead_of(dead, ME, Deadline(20)).usable()


def test_a_dead_one_that_nobody_else_needs_is_replaced_and_closed(site: Site, ended: str) -> None:
    dead = made("DEAD", holders=(ended, NAME))
    site.hold(dead)
    assert instead(site, dead).id == "NEW"
    assert site.held() == {"NEW": (False, (NAME,))}
    assert site.account.closed == ["DEAD"]


@pytest.mark.parametrize("needed", [{"kept": True}, {"holders": (ALIVE,)}])
def test_a_dead_one_that_others_need_is_replaced_and_left(needed: dict[str, Any], site: Site) -> None:
    dead = made("DEAD", **{**needed, "holders": (*needed.get("holders", ()), NAME)})
    site.hold(dead)
    assert instead(site, dead).id == "NEW"
    assert site.held() == {"DEAD": (dead.kept, dead.holders[:-1]), "NEW": (False, (NAME,))}
    assert site.account.closed == []


def test_a_dead_one_that_is_closed_already_is_forgotten(site: Site) -> None:
    dead = made("DEAD", kept=True)
    site.hold(dead)
    site.account.sessions = []
    assert instead(site, dead).id == "NEW"
    assert list(site.held()) == ["NEW"]
    assert "stop" not in site.account.asked


def test_what_another_process_has_opened_instead_is_used(site: Site) -> None:
    dead = made("DEAD", holders=(NAME, ALIVE))
    site.hold(dead, made("THEIRS", ago=10, holders=(ALIVE,)))
    assert instead(site, dead).id == "THEIRS"
    assert site.held() == {"DEAD": (False, (ALIVE,)), "THEIRS": (False, (ALIVE, NAME))}
    assert "connect" not in site.account.asked


def test_when_nothing_can_be_opened_instead_the_use_has_ended(site: Site) -> None:
    dead = made("DEAD", holders=(NAME,), kept=True)
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
