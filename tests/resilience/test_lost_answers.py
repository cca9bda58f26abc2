# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lost answers that the fault table has no place for."""

from __future__ import annotations

import time

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._api import http_exchange
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._connections.connections import Outcome
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Attempt, Holding
from tests.lab.site import SERVICE, Site

from .engine.cells import hurried

pytestmark = pytest.mark.either_registry


def present(site: Site, request_timeout: float = 20.0) -> Outcome:
    connections = site.connections(request_timeout=request_timeout)
    return connections.present(SERVICE, Wanted(Access()), Deadline(30))


def test_what_is_opened_after_all_looks_for_it_is_closed_by_the_next_task(site: Site) -> None:
    site.cloud.set_fault({"wire": "rest", "operation": "connect", "fault": "latency", "seconds": 4, "count": 1})
    with hurried():
        mine = present(site, request_timeout=2.0).usable().id
        assert site.open_ids() == [mine]
        end = time.monotonic() + 20
        while len(site.open_ids()) < 2 and time.monotonic() < end:
            time.sleep(0.1)
        (late,) = set(site.open_ids()) - {mine}
        outcome = present(site)
    assert (outcome.usable().id, outcome.changed, outcome.closed) == (mine, True, [late])
    assert site.open_ids() == [mine]


def test_what_nobody_can_use_is_not_looked_for_for_ever(site: Site) -> None:
    id = present(site).usable().id
    registry = site.registry()
    for ago, looks in ((1190, 1), (1210, 0)):
        with registry.locked(SERVICE, Deadline(10)) as turn:
            until = time.time() - ago
            turn.holding = Holding(turn.holding.connections, [Attempt(until - 30, until)])
            turn.save()
        before = len(site.cloud.calls("graphql", "query"))
        assert present(site).usable().id == id
        assert len(site.cloud.calls("graphql", "query")) - before == looks


def test_an_answer_as_large_as_none_can_be_is_lost(site: Site) -> None:
    # The real limit; the fault table has a smaller one.
    large = {"fault": "large", "size": http_exchange._MAX_BODY, "count": 1}
    site.cloud.set_fault({"wire": "rest", "operation": "connect", **large})
    assert site.open_ids() == [] and present(site).changed
    assert len(site.open_ids()) == 1
    assert [call["fault"] for call in site.cloud.calls("rest", "connect")] == ["large", None]
