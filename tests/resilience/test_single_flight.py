# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A hundred processes that want the same service at once make one call, and the last one of them closes."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep import sweep
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry.claims import join, leave
from tests.lab.site import SERVICE, SERVICES, Site

from .engine.crowd import Crowd
from .engine.kill_matrix import wait_for

pytestmark = pytest.mark.either_registry

SIZE = 100
# Enough, where a hundred would show nothing more.
SOME = 24
SECONDS = 60.0
APIS = ["rest", "graphql"]

Tell = Callable[[Any], None]


def opened(site: Site, service: str, who: str | None, **options: Any) -> list[Any]:
    """The address that one process gets, as a task of a play does."""
    wanted = Wanted(Access(), holder=who)
    connection = site.connections(**options).present(service, wanted, Deadline(SECONDS)).usable()
    return [connection.id, connection.host, connection.port]


def connects(site: Site) -> int:
    return len(site.cloud.calls(operation="connect"))


def holders(site: Site, service: str = SERVICE) -> set[str]:
    return {name for connection in site.registry().read(service).connections for name in connection.holders}


@pytest.mark.parametrize(("api", "size"), [("rest", SIZE), ("graphql", SOME)])
def test_a_hundred_tasks_at_once_make_one_call_and_get_one_address(api: str, size: int, site: Site) -> None:
    with Crowd(size, lambda _number, _tell: opened(site, SERVICE, None, api=api)) as crowd:
        crowd.start()
        addresses = crowd.hear_all()
    assert connects(site) == 1
    assert [address == addresses[0] for address in addresses] == [True] * size
    assert site.open_ids() == [addresses[0][0]]
    (held,) = site.registry().read(SERVICE).connections
    assert (held.id, held.kept, held.holders) == (addresses[0][0], True, ())
    assert site.warnings == []


def test_a_hundred_tasks_for_three_services_make_three_calls(site: Site) -> None:
    def service(number: int) -> str:
        return SERVICES[number % len(SERVICES)]

    with Crowd(SIZE, lambda number, _tell: opened(site, service(number), None)) as crowd:
        crowd.start()
        addresses = crowd.hear_all()
    assert connects(site) == 3
    for number, address in enumerate(addresses):
        assert address == addresses[number % len(SERVICES)]
    held = {service: site.registry().read(service).connections[0].id for service in SERVICES}
    assert {service(number): addresses[number][0] for number in range(SIZE)} == held
    assert sorted(site.open_ids()) == sorted(held.values())


def ssh(site: Site) -> Callable[[int, Tell], list[str]]:
    """What the ProxyCommand of one SSH connection does: open or join, relay, leave."""

    def work(_number: int, tell: Tell) -> list[str]:
        me = process_name(os.getpid())
        wanted = Wanted(Access(), verify_after=900, holder=me)
        registry = site.registry()
        connection = (
            join(registry, SERVICE, wanted, Deadline(SECONDS))
            or site.connections().present(SERVICE, wanted, Deadline(SECONDS)).usable()
        )
        tell([connection.id, me])
        if leave(registry, SERVICE, me, Deadline(SECONDS)):
            return []
        return site.connections().release(SERVICE, me, Deadline(SECONDS))

    return work


def test_a_hundred_ssh_connections_use_one_tunnel_and_the_last_one_closes_it(site: Site) -> None:
    with Crowd(SIZE, ssh(site)) as crowd:
        crowd.start()
        told = crowd.hear_all()
        (used,) = {id for id, _name in told}
        left = {number: name for number, (_id, name) in enumerate(told)}
        assert connects(site) == 1
        order = random.sample(range(SIZE), SIZE)
        for number in order[:-1]:
            assert holders(site) == set(left.values())
            assert crowd.end(number) == []
            del left[number]
        assert site.open_ids() == [used]
        assert crowd.end(order[-1]) == [used]
    assert (site.open_ids(), site.registry().read_all()) == ([], [])
    assert len(site.cloud.calls(operation="stop")) == 1


def test_many_ssh_connections_may_all_end_at_once(site: Site) -> None:
    def work(number: int, _tell: Tell) -> list[str]:
        return ssh(site)(number, lambda _news: None)

    with Crowd(SOME, work) as crowd:
        crowd.start()
        closed = [id for ids in crowd.hear_all() for id in ids]
    # whoever comes after the last one has left opens anew
    assert len(closed) == len(set(closed)) == connects(site)
    assert (site.open_ids(), site.registry().read_all()) == ([], [])


def test_what_a_task_wants_kept_outlives_many_ssh_connections(site: Site) -> None:
    with Crowd(SOME, ssh(site)) as crowd:
        crowd.start()
        used = crowd.hear_all()[0][0]
        assert opened(site, SERVICE, None)[0] == used
        assert [crowd.end(number) for number in range(SOME)] == [[]] * SOME
    assert (connects(site), site.open_ids(), holders(site)) == (1, [used], set())
    outcome = site.connections().absent(SERVICE, Deadline(SECONDS))
    assert (outcome.closed, outcome.changed, site.open_ids()) == ([used], True, [])


def test_many_killed_ssh_connections_leave_one_tunnel_and_the_next_use_closes_it(site: Site) -> None:
    with Crowd(SOME, ssh(site)) as crowd:
        crowd.start()
        (used,) = {id for id, _name in crowd.hear_all()}
        for number in range(SOME - 1):
            crowd.kill(number)
        # the last one that lives needs it
        assert site.connections().release(SERVICE, "somebody", Deadline(SECONDS)) == []
        assert site.open_ids() == [used]
        crowd.kill(SOME - 1)
    assert site.connections().release(SERVICE, "somebody", Deadline(SECONDS)) == [used]
    assert (site.open_ids(), site.registry().read_all()) == ([], [])


def test_the_workers_of_two_runs_share_a_connection_until_the_end_of_the_second_run(site: Site) -> None:
    """What close=at_end does: each worker claims in the name of its run, and the end of the run sweeps."""
    first, second = runs = [process_name(os.getpid()), process_name(os.getppid())]
    with Crowd(SOME, lambda number, _tell: opened(site, SERVICE, runs[number % 2])) as crowd:
        crowd.start()
        (used,) = {address[0] for address in crowd.hear_all()}
    assert (connects(site), holders(site)) == (1, set(runs))
    assert sweep(site.settings(), first) == []
    assert (site.open_ids(), holders(site)) == ([used], {second})
    assert sweep(site.settings(), second) == []
    assert (site.open_ids(), site.registry().read_all()) == ([], [])


@pytest.mark.parametrize("api", APIS)
def test_one_that_is_killed_in_its_call_neither_blocks_the_others_nor_leaves_a_second_connection(
    api: str, site: Site
) -> None:
    site.cloud.set_fault({"wire": api, "operation": "connect", "count": 1, "fault": "lost_answer", "how": "hang"})
    with (
        Crowd(1, lambda _number, _tell: opened(site, SERVICE, None, api=api)) as first,
        Crowd(SOME, lambda _number, _tell: opened(site, SERVICE, None, api=api)) as others,
    ):
        first.start()
        wait_for(lambda: bool(site.open_ids()))
        (orphan,) = site.open_ids()
        others.start()
        time.sleep(0.1)
        first.kill(0)
        begun = time.monotonic()
        (used,) = {address[0] for address in others.hear_all()}
        assert time.monotonic() - begun < 20
    assert used != orphan
    assert (connects(site), site.open_ids()) == (2, [used])
