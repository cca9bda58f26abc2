# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is closed is known to be closed before it is forgotten, and who closed it says so, whatever happens to answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import AnswerLostError, RefusedError
from ansible_collections.community.remoteit.plugins.module_utils._connections.connections import Outcome
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from tests.lab.site import SERVICE, Site

from .engine.cells import hurried

pytestmark = pytest.mark.either_registry

LOST = {"fault": "lost_answer", "how": "reset"}
DISCONNECT = {"wire": "graphql", "operation": "disconnect"}
NO_LIST = {"wire": "graphql", "operation": "query", "fault": "status", "status": 503}


@pytest.fixture(autouse=True)
def _hurried() -> Iterator[None]:
    with hurried():
        yield


def present(site: Site, api: str = "rest", verify_after: int = 15) -> Outcome:
    return site.connections(api=api).present(SERVICE, Wanted(Access(), verify_after=verify_after), Deadline(20))


def absent(site: Site, api: str = "rest", connection_id: str | None = None) -> Outcome:
    return site.connections(api=api).absent(SERVICE, Deadline(20), connection_id=connection_id)


def held(site: Site) -> list[str]:
    return [connection.id for connection in site.registry().read(SERVICE).connections]


def lost_connect(api: str) -> dict[str, Any]:
    return {"wire": api, "operation": "connect", "count": 1, **LOST}


@pytest.mark.parametrize("api", ["rest", "graphql"])
def test_the_orphan_of_a_lost_answer_is_closed_although_that_answer_is_lost_too(site: Site, api: str) -> None:
    site.cloud.set_fault(lost_connect(api), {**DISCONNECT, "count": 1, **LOST})
    outcome = present(site, api)
    assert site.open_ids() == held(site) == [outcome.usable().id]
    assert site.registry().read(SERVICE).attempts == []


@pytest.mark.parametrize("api", ["rest", "graphql"])
def test_an_orphan_that_could_not_be_looked_for_is_closed_and_told_by_the_next_task(site: Site, api: str) -> None:
    site.cloud.set_fault(lost_connect(api), NO_LIST)
    with pytest.raises(AnswerLostError, match=f"A connection to {SERVICE} may be open.*HTTP 503"):
        present(site, api)
    orphans = site.open_ids()
    assert len(orphans) == 1
    site.cloud.set_fault({**DISCONNECT, "count": 1, **LOST})
    outcome = absent(site, api)
    assert (outcome.changed, outcome.closed, site.open_ids()) == (True, orphans, [])


def test_a_stranger_is_closed_although_the_answer_is_lost(site: Site) -> None:
    stranger = present(site).usable().id
    site.forget()
    site.cloud.set_fault({**DISCONNECT, "count": 1, **LOST})
    outcome = absent(site, connection_id=stranger)
    assert (outcome.changed, outcome.closed, site.open_ids()) == (True, [stranger], [])


def test_a_stranger_that_cannot_be_closed_is_not_said_to_be(site: Site) -> None:
    stranger = present(site).usable().id
    site.forget()
    site.cloud.set_fault({**DISCONNECT, "fault": "refused", "text": "not today"})
    with pytest.raises(RefusedError, match="not today"):
        absent(site, connection_id=stranger)


@pytest.mark.parametrize("api", ["rest", "graphql"])
def test_what_cannot_be_closed_is_kept_in_mind_until_it_is(site: Site, api: str) -> None:
    id = present(site, api).usable().id
    operation = "stop" if api == "rest" else "disconnect"
    site.cloud.set_fault({"wire": api, "operation": operation, "fault": "status", "status": 503})
    for _again in range(2):
        with pytest.raises(AnswerLostError, match="HTTP 503"):
            absent(site, api)
        assert held(site) == site.open_ids() == [id]
    site.cloud.set_fault()
    assert (absent(site, api).closed, held(site), site.open_ids()) == ([id], [], [])
    again = absent(site, api)
    assert (again.changed, again.closed) == (False, [])


# -- where the connections cannot be listed ---------------------------------------------------------------------------

NOBODY_LISTENS = {"wire": "proxy", "fault": "refuse", "count": 1}


@pytest.mark.parametrize("api", ["rest", "graphql"])
def test_what_does_not_answer_is_closed_before_it_is_forgotten(site: Site, api: str) -> None:
    site.cloud.set_fault(NOBODY_LISTENS)
    silent = present(site, api).usable().id
    assert site.open_ids() == [silent]
    site.cloud.set_fault(NO_LIST)
    outcome = present(site, api, verify_after=0)
    assert outcome.closed == [silent]
    assert site.open_ids() == held(site) == [outcome.usable().id]


@pytest.mark.parametrize("set_by", [0, 7200, -7200])
def test_what_does_not_answer_and_cannot_be_closed_is_kept_in_mind_though_the_clock_is_set(
    set_by: int, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.cloud.set_fault(NOBODY_LISTENS)
    silent = present(site).usable().id
    stop = {"wire": "rest", "operation": "stop", "fault": "status", "status": 503}
    site.cloud.set_fault(NO_LIST, stop)
    outcome = present(site, verify_after=0)
    assert site.open_ids() == [silent, outcome.usable().id]
    # what may still be open is not said to be closed
    assert outcome.closed == []
    site.cloud.set_fault()
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + set_by)
    assert set(absent(site).closed) == {silent, outcome.usable().id}
    assert site.open_ids() == []


def test_what_was_closed_elsewhere_needs_no_closing(site: Site) -> None:
    site.cloud.close(present(site).usable().id)
    site.cloud.set_fault(NO_LIST)
    outcome = present(site, verify_after=0)
    assert outcome.closed == []
    assert site.open_ids() == held(site) == [outcome.usable().id]


@pytest.mark.parametrize("lost", [{"fault": "lost_answer", "how": "half"}, {"fault": "html"}])
def test_who_closed_says_so_although_the_answer_is_lost(site: Site, lost: dict[str, Any]) -> None:
    id = present(site).usable().id
    site.cloud.set_fault({"wire": "rest", "operation": "stop", "count": 1, **lost}, NO_LIST)
    outcome = absent(site)
    assert (outcome.changed, outcome.closed, held(site), site.open_ids()) == (True, [id], [], [])


def test_who_finds_it_closed_does_not_claim_to_have_closed_it(site: Site) -> None:
    site.cloud.close(present(site).usable().id)
    site.cloud.set_fault(NO_LIST)
    outcome = absent(site)
    assert (outcome.changed, outcome.closed, held(site)) == (False, [], [])
