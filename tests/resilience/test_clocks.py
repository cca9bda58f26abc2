# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clocks that differ: what a gateway writes into ``Date`` is not always what remote.it stamps a session with."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._connections import liveness, recovery
from ansible_collections.community.remoteit.plugins.module_utils._connections.liveness import LISTED_AFTER
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Attempt, Holding
from tests.lab.site import SERVICE, Site, configuration
from tests.lab.target import answering_target
from tests.simulator.threaded import ThreadedSimulator

from .engine.cells import hurried

SHIFTS = [-3600, -40, -4, -1, 1, 4, 40, 3600]
APIS = ["rest", "graphql"]


@contextmanager
def site_behind_a_gateway(root: Path, shift: float, age: float = 0.0, **behaviour: Any) -> Iterator[tuple[Site, str]]:
    """A site whose answers' ``Date`` is *shift* seconds ahead, and a colleague's connection, *age* seconds old."""
    # What the colleague opened is stamped by a clock that is put right afterwards.
    behaviour |= {"gateway_date": shift, "clock_offset": -age, "max_clock_skew": 10_000, "idle_timeout": 10_000}
    with answering_target() as target, ThreadedSimulator(configuration(target, **behaviour)) as cloud, hurried():
        theirs = Site(cloud, root / "colleague").task()["connection"]["id"]
        cloud.advance(age, wall=True)
        yield Site(cloud, root), theirs


def lose(site: Site, api: str, fault: str) -> None:
    site.cloud.set_fault({"wire": api, "operation": "connect", "fault": fault, "how": "reset", "count": 1})


@pytest.mark.parametrize("fault", ["lost_answer", "lost_request"])
@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("shift", SHIFTS)
def test_after_a_lost_answer_there_is_one_and_a_strangers_is_left(
    tmp_path: Path, shift: int, api: str, fault: str
) -> None:
    # so old that the colleague's connection seems to be of this moment by the gateway's clock
    with site_behind_a_gateway(tmp_path, shift, age=max(5.0, -shift + 1)) as (site, theirs):
        lose(site, api, fault)
        mine = site.task(api=api)["connection"]["id"]
        assert set(site.open_ids()) == {theirs, mine}
        again = site.task(api=api, verify_after=0)
        assert (again["connection"]["id"], again["changed"], again["closed"]) == (mine, False, [])
        assert site.task(api=api, state="absent")["closed"] == [mine]
        assert site.open_ids() == [theirs]


def interrupted(site: Site) -> None:
    """Have the registry tell of an attempt whose outcome nobody knows, as a process leaves it that was killed."""
    with site.registry().locked(SERVICE, Deadline(10)) as turn:
        turn.holding = Holding(attempts=[Attempt(time.time() - 1, time.time() + 30)])
        turn.save()


@pytest.fixture(params=["a moment ago", "long ago"])
def _killed(request: pytest.FixtureRequest) -> Iterator[None]:
    """When it was: then, nothing that is not listed by now will be."""
    with mock.patch.object(recovery, "LISTED_AFTER", -60.0 if request.param == "long ago" else LISTED_AFTER):
        yield


@pytest.mark.usefixtures("_killed")
@pytest.mark.parametrize("shift", SHIFTS)
def test_what_a_killed_process_opened_is_closed_and_a_strangers_is_left(tmp_path: Path, shift: int) -> None:
    with site_behind_a_gateway(tmp_path, shift, age=max(5.0, -shift + 1)) as (site, theirs):
        lost = Site(site.cloud, tmp_path / "killed").task()["connection"]["id"]
        interrupted(site)
        opened = site.task()
        assert opened["closed"] == [lost]
        assert set(site.open_ids()) == {theirs, opened["connection"]["id"]}


@pytest.mark.usefixtures("_killed")
@pytest.mark.parametrize("shift", SHIFTS)
def test_what_cannot_be_told_from_a_strangers_is_told_of_and_left(tmp_path: Path, shift: int) -> None:
    with site_behind_a_gateway(tmp_path, shift, age=max(5.0, -shift + 1)) as (site, theirs):
        lost = Site(site.cloud, tmp_path / "killed").task()["connection"]["id"]
        interrupted(site)
        # Nothing is opened that could tell which clock is right.
        closed = site.task(state="absent")["closed"]
        warning = " ".join(site.warnings)
        if shift in (-40, 4, 40):
            assert closed == []
            assert "may be what came of a request whose answer was lost" in warning and lost in warning
            assert site.task(state="absent", connection_id=lost)["closed"] == [lost]
        else:
            assert lost not in warning
        assert site.open_ids() == [theirs]


@pytest.mark.parametrize("shift", SHIFTS)
@pytest.mark.parametrize("api", APIS)
def test_a_connection_that_is_listed_late_or_under_another_id_is_used_again(
    tmp_path: Path, shift: int, api: str
) -> None:
    behaviour = {"session_delay": 30.0, "rest_session_id": "different", "rest_answer": "seed"}
    with site_behind_a_gateway(tmp_path, shift, 500.0, **behaviour) as (site, theirs):
        mine = site.task(api=api)["connection"]["id"]
        # not listed yet
        again = site.task(api=api, verify_after=0)
        assert (again["connection"]["id"], again["changed"]) == (mine, False)
        site.cloud.advance(30)
        with mock.patch.object(liveness, "LISTED_AFTER", 0.0):
            again = site.task(api=api, verify_after=0)
        assert (again["connection"]["id"], again["changed"]) == (mine, False)
        assert site.task(api=api, state="absent")["closed"] == [mine]
        assert site.open_ids() == [theirs]


@pytest.mark.parametrize("hours", [-4, 4])
def test_how_long_a_connection_lives_is_not_a_gateways_matter(tmp_path: Path, hours: int) -> None:
    with site_behind_a_gateway(tmp_path, hours * 3600) as (site, _theirs):
        for api in APIS:
            found = site.task(api=api, force=True)["connection"]
            assert 28700 < found["expires_in"] <= 28800
            assert abs(site.connections().now() + 28800 - time.time() - found["expires_in"]) < 60
            assert not site.task(api=api, verify_after=0, min_remaining=28000)["changed"]
            site.task(state="absent")


@pytest.mark.parametrize("developer_key", [True, False])
def test_a_strangers_is_not_closed_in_place_of_one_that_is_gone(tmp_path: Path, developer_key: bool) -> None:
    # by the gateway's clock, the colleague's began when ours did
    with site_behind_a_gateway(tmp_path, -40, age=40.0, rest_answer="seed") as (site, theirs):
        mine = site.task()["connection"]["id"]
        site.cloud.close(mine)
        without: dict[str, Any] = {} if developer_key else {"api": "graphql", "developer_key": None}
        closed = site.task(state="absent", **without)
        assert (closed["closed"], closed["changed"]) == ([], False)
        assert site.open_ids() == [theirs]
        assert site.task(state="absent")["closed"] == []
        assert all(theirs in warning for warning in site.warnings)


@pytest.mark.parametrize("shift", SHIFTS)
def test_how_long_ago_it_was_seen_is_not_a_gateways_matter(tmp_path: Path, shift: int) -> None:
    with site_behind_a_gateway(tmp_path, shift) as (site, _theirs):
        gone = site.task()["connection"]["id"]
        site.cloud.close(gone)
        with site.registry().locked(SERVICE, Deadline(10)) as turn:
            (seen,) = turn.holding.connections
            age = max(20, shift + 5)
            earlier = {name: getattr(seen, name) - age for name in ("asked_at", "opened_at", "verified_at")}
            turn.replace(seen, seen._replace(**earlier))
        again = site.task(verify_after=15)
        assert again["connection"]["id"] != gone and again["connection"]["id"] in site.open_ids()
