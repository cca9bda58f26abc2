# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Redis is away for longer than a lease: nobody loses a use that he could not renew, and no task takes longer than it may."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RegistryError, RemoteItError
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._connections.memory import Memory
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep import sweep
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep_orders import Claim
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from tests.doubles.patience import impatient
from tests.doubles.processes import Fork
from tests.doubles.stopwatch import seconds_taken
from tests.lab.forwarder import Forwarder
from tests.lab.redis_server import RedisServer, is_installed
from tests.lab.site import SERVICE, Site

from .engine.kill_matrix import wait_for
from .engine.other_machine import SECONDS, elsewhere, use

# Seconds, instead of 60
LEASE = 1.5
OUTAGE = 2 * LEASE


@dataclasses.dataclass
class World:
    """Two machines, each with a way of its own to the registry, and a replica of that."""

    server: RedisServer
    replica: RedisServer
    ours: Forwarder
    theirs: Forwarder
    here: Site
    there: Site

    def close_unneeded(self) -> list[str]:
        """What this machine closes when it comes to the service."""
        return self.here.connections().release(SERVICE, "somebody", Deadline(SECONDS))


@pytest.fixture
def world(site: Site, tmp_path: Path) -> Iterator[World]:
    if not is_installed():
        pytest.skip("there is no redis-server")
    with contextlib.ExitStack() as stack:
        # a replica is served at once
        server = stack.enter_context(RedisServer(tmp_path / "redis", "repl-diskless-sync-delay 0"))
        replica = stack.enter_context(RedisServer(tmp_path / "replica", f"replicaof 127.0.0.1 {server.port}"))
        wait_for(lambda: replica.client().info("replication")["master_link_status"] == "up")
        ours, theirs = (stack.enter_context(Forwarder(server.port)) for _machine in range(2))
        site.place = f"redis://127.0.0.1:{ours.port}"
        there = Site(site.cloud, tmp_path, f"redis://127.0.0.1:{theirs.port}")
        stack.enter_context(impatient(life_lease=LEASE, redis_timeout=0.5, redis_pauses=(0.05,)))
        yield World(server, replica, ours, theirs, site, there)


@contextlib.contextmanager
def cut(world: World) -> Iterator[None]:
    """No network."""
    for way in (world.ours, world.theirs):
        way.cut()
    yield
    for way in (world.ours, world.theirs):
        way.mend()


@contextlib.contextmanager
def frozen(world: World) -> Iterator[None]:
    """Redis is stopped, and goes on."""
    with world.server.frozen():
        yield


@contextlib.contextmanager
def restarted(world: World) -> Iterator[None]:
    """Redis is ended, and started with its data."""
    world.server.kill()
    yield
    world.server.start()


@contextlib.contextmanager
def failed_over(world: World) -> Iterator[None]:
    """Redis is ended, and its replica takes its place."""
    world.server.kill()
    yield
    world.replica.client().replicaof("NO", "ONE")
    for way in (world.ours, world.theirs):
        way.target = world.replica.port
        way.drop()


@contextlib.contextmanager
def demoted(world: World) -> Iterator[None]:
    """Its replica takes the place of Redis, which lives on as a replica of that, and keeps its connections."""
    world.replica.client().replicaof("NO", "ONE")
    world.server.client().replicaof("127.0.0.1", str(world.replica.port))
    for way in (world.ours, world.theirs):
        way.target = world.replica.port
    yield


def has_given_a_sign(world: World) -> bool:
    """Whether the other machine has said since that it lives."""
    server = world.replica if world.theirs.target == world.replica.port else world.server
    redis = server.client()
    now = redis.time()
    signs = [float(redis.get(key) or 0) for key in redis.keys("remoteit:holder:*")]
    return any(now[0] + now[1] / 1e6 - sign < LEASE / 2 for sign in signs)


@pytest.mark.parametrize("first", ["the holder", "the other"])
@pytest.mark.parametrize("outage", [cut, frozen, restarted, failed_over, demoted], ids=lambda outage: outage.__name__)
def test_who_could_not_renew_a_use_does_not_lose_it(outage: object, first: str, world: World) -> None:
    user = use(world.there)
    used = user.receive()
    wait_for(lambda: has_given_a_sign(world))
    # so that it has been seen for a while that Redis is there
    time.sleep(LEASE)
    assert world.close_unneeded() == []
    with outage(world):  # type: ignore[operator]
        time.sleep(OUTAGE)
    if first == "the holder":
        wait_for(lambda: has_given_a_sign(world))
    end = time.monotonic() + LEASE
    while time.monotonic() < end:
        assert world.close_unneeded() == []
        time.sleep(0.1)
    assert world.here.open_ids() == [used]
    user.kill()
    wait_for(lambda: world.close_unneeded() == [used])
    assert (world.here.open_ids(), world.here.registry().read_all()) == ([], [])


def test_an_outage_that_is_too_short_to_be_seen_costs_nobody_a_use(world: World) -> None:
    lease, outage = 6.0, 2.6
    redis = world.server.client()

    def signs() -> object:
        return redis.mget(redis.keys("remoteit:holder:*"))

    with impatient(life_lease=lease, redis_timeout=0.2, redis_pauses=(0.05,)):
        user = use(world.there)
        used = user.receive()
        world.server.in_touch()
        before = signs()
        wait_for(lambda: signs() != before)
        # until just before the next sign
        time.sleep(lease / 3 - 0.2)
        assert world.close_unneeded() == []
        with cut(world):
            time.sleep(outage)
        end = time.monotonic() + lease / 2
        while time.monotonic() < end:
            assert world.close_unneeded() == []
            time.sleep(0.1)
    assert world.here.open_ids() == [used]
    user.kill()


def test_who_alone_is_cut_off_cannot_be_told_from_who_is_dead(world: World) -> None:
    user = use(world.there)
    used = user.receive()
    time.sleep(LEASE)
    world.theirs.cut()
    wait_for(lambda: world.close_unneeded() == [used])
    assert world.here.open_ids() == []
    user.kill()


def test_a_run_that_was_cut_off_is_told_what_became_of_its_connections(world: World) -> None:
    me = process_name(os.getpid())
    memory = Memory(world.here.settings(), me)
    opened = world.here.connections().present(SERVICE, Wanted(Access(), holder=me), Deadline(SECONDS)).usable()
    # as if it had been opened so long ago that its session must be listed
    memory.remember(Claim(opened._replace(opened_at=opened.opened_at - 60), opened=True))
    world.ours.cut()

    def close(report: Callable[[str], None]) -> None:
        wait_for(lambda: world.there.connections().release(SERVICE, "somebody", Deadline(SECONDS)) == [opened.id])
        report("closed")

    assert elsewhere(close).receive() == "closed"
    with pytest.raises(RegistryError):
        memory.renew()
    world.ours.mend()
    (sentence,) = sweep(world.here.settings(), me, memory)
    assert sentence.startswith(f"Connection {opened.id} to {SERVICE} is closed, probably by another machine: this run ")
    assert (world.here.open_ids(), world.here.registry().read_all()) == ([], [])


def test_who_is_cut_off_himself_closes_nothing_of_others(world: World) -> None:
    user = use(world.there)
    used = user.receive()
    world.ours.cut()
    with pytest.raises(RegistryError, match=r"cannot be used \(no answer within 0\.5 seconds\)"):
        world.close_unneeded()
    time.sleep(OUTAGE)
    world.ours.mend()
    assert world.close_unneeded() == []
    assert world.here.open_ids() == [used]
    user.kill()


def test_the_end_of_a_run_waits_until_it_is_sure_on_a_busy_machine_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleep = Deadline.sleep
    monkeypatch.setattr(Deadline, "sleep", lambda deadline, seconds: sleep(deadline, seconds * 1.3))
    user = use(world.there)
    used = user.receive()
    user.kill()
    time.sleep(OUTAGE)
    (said,) = sweep(world.here.settings(), process_name(os.getpid()))
    assert said == f"Connection {used} to {SERVICE} was left behind by a process that has ended, and was closed."
    assert world.here.open_ids() == []


# -- how long it may take ---------------------------------------------------------------------------------------------


def runs_out_of_time(site: Site, timeout: float) -> None:
    """Have a task do what cannot be done in *timeout* seconds."""
    with impatient(), pytest.raises(RegistryError, match=rf"the time limit of {timeout:g} seconds was over"):
        site.connections().present(SERVICE, Wanted(Access()), Deadline(timeout))


def test_no_task_waits_for_redis_longer_than_it_may(world: World) -> None:
    with world.server.frozen():
        assert seconds_taken(2.0, lambda: runs_out_of_time(world.here, 1.0)) < 2.0
    world.ours.delay = 0.8
    assert seconds_taken(3.0, lambda: runs_out_of_time(world.here, 2.0)) < 3.0
    assert world.here.cloud.calls() == []


@pytest.mark.parametrize("delay", [0.2, 0.3, 0.4, 0.45, 0.49])
def test_what_comes_after_the_end_has_a_second_together(delay: float, world: World) -> None:
    def task(state: str) -> None:
        with impatient(), contextlib.suppress(RemoteItError):
            world.here.task(state=state, timeout=1)

    for state in ("present", "absent"):
        world.ours.delay = delay
        assert seconds_taken(2.0, lambda state=state: task(state)) < 2.0  # type: ignore[misc]
        world.ours.delay = 0.0
        recorded = [connection.id for connection in world.here.registry().read(SERVICE).connections]
        assert world.here.open_ids() == recorded


def test_a_redis_that_freezes_while_a_task_opens_leaves_nothing_open(world: World) -> None:
    world.here.cloud.set_fault({"operation": "connect", "fault": "latency", "seconds": 1.0, "count": 1})

    def work(report: Callable[[str], None]) -> None:
        begun = time.monotonic()
        runs_out_of_time(world.here, 2.0)
        report(f"{time.monotonic() - begun:.1f}")

    task = Fork(work)
    wait_for(lambda: world.here.cloud.calls(operation="connect"))
    with world.server.frozen():
        taken = float(task.receive())
    assert task.join() == 0
    assert world.here.open_ids() == []
    assert taken < 4.0
