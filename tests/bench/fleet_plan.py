# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a play over a fleet uses which host, and what remote.it sees of that: pure arithmetic, the same each time."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass

# What is taken for granted, in seconds: one task on one host, the answer to a connect, the begin of an SSH connection.
TASK = 1.0
CONNECT = 0.3
HANDSHAKE = 0.2
# How long SSH keeps a connection by Ansible's default arguments (ControlPersist=60s), and the tunnel after it.
PERSIST = 60.0
LINGER = 3.0
# After how long without a client remote.it closes a proxy (vendor page "Peer to Peer vs. Proxy Connections").
IDLE = 900.0

ON_A_PAGE = 1000

# What remote.it is asked for one connection of SSH on demand, and the order in which it is.
OPEN = ("connect",)
CLOSE = ("query", "stop")


@dataclass(frozen=True)
class Plan:
    """A play of *tasks* over *hosts* with *forks*.

    *serial* is the size of a batch, by default all; *pinned* is the strategy host_pinned, which takes one host after the
    other through all tasks. With *bulk*, one task opens everything before, so many at a time, and one closes it after.
    """

    hosts: int
    tasks: int = 10
    forks: int = 50
    serial: int | None = None
    pinned: bool = False
    bulk: int = 0


@dataclass(frozen=True)
class Event:
    """The connection to *host*, a number, is opened, or closed, at *at* seconds."""

    at: float
    opens: bool
    host: int


@dataclass
class Seen:
    """What remote.it sees of a run after its inventory.

    *requests* and *events* are in their order, *idle* is the longest time in which no SSH used an open proxy.
    """

    requests: list[tuple[float, str]]
    events: list[Event]
    idle: float

    @property
    def seconds(self) -> float:
        """From the first request to the last."""
        return self.requests[-1][0]

    def most_a_second(self, window: float = 10.0) -> float:
        """The most requests in a second, as the mean of *window* seconds."""
        times = [at for at, _operation in self.requests]
        first, most = 0, 0
        for last, at in enumerate(times):
            while times[first] <= at - window:
                first += 1
            most = max(most, last - first + 1)
        return most / window

    def open_at_once(self) -> list[tuple[float, int]]:
        """How many proxies are open, each time that it changes."""
        count, found = 0, []
        for event in self.events:
            count += 1 if event.opens else -1
            found.append((event.at, count))
        return found


def pages(plan: Plan) -> int:
    """How many requests the inventory takes."""
    return math.ceil(plan.hosts / ON_A_PAGE)


def seen(plan: Plan) -> Seen:
    """What remote.it sees of the run."""
    run = _bulk(plan) if plan.bulk else _on_demand(plan)
    return Seen(sorted(run.requests), sorted(run.events, key=lambda event: event.at), run.idle)


def _on_demand(plan: Plan) -> Seen:
    """A connection is opened when SSH first needs it, and closed some time after SSH has needed it last."""
    run = Seen([], [], PERSIST + LINGER)
    ends: dict[int, float] = {}

    def close(host: int) -> None:
        at = ends[host] + PERSIST + LINGER
        run.events.append(Event(at, False, host))
        run.requests += [(at, operation) for operation in CLOSE]

    def begin(host: int, at: float) -> float:
        if host in ends and at <= ends[host] + PERSIST + LINGER:
            return 0.0 if at <= ends[host] + PERSIST else HANDSHAKE
        if host in ends:
            close(host)
        run.events.append(Event(at, True, host))
        run.requests += [(at, operation) for operation in OPEN]
        return CONNECT + HANDSHAKE

    for host, at, queue in _turns(plan, 0.0):
        ends[host] = at + begin(host, at) + TASK
        heapq.heappush(queue, ends[host])
    for host in ends:
        close(host)
    return run


def _bulk(plan: Plan) -> Seen:
    """One task opens everything, *bulk* at a time, the play uses it, and one task closes it."""
    run = Seen([], [], 0.0)
    used: dict[int, float] = {}
    for host in range(plan.hosts):
        at = (host // plan.bulk + 1) * CONNECT
        used[host] = at
        run.requests.append((at, "connect"))
        run.events.append(Event(at, True, host))
    persists: dict[int, float] = {}
    end = 0.0
    for host, at, queue in _turns(plan, used[plan.hosts - 1]):
        # SSH that still has its connection keeps the proxy busy.
        run.idle = max(run.idle, at - max(used[host], persists.get(host, 0.0)))
        begun = at if at <= persists.get(host, -1.0) else at + HANDSHAKE
        used[host] = begun + TASK
        persists[host] = used[host] + PERSIST
        end = max(end, used[host])
        heapq.heappush(queue, used[host])
    run.idle = max(run.idle, end - min(persists.values()))
    run.requests += [(end, "query")] * math.ceil(plan.hosts / ON_A_PAGE)
    for host in range(plan.hosts):
        at = end + (host // plan.bulk + 1) * CONNECT
        run.requests.append((at, "stop"))
        run.events.append(Event(at, False, host))
    return run


def _turns(plan: Plan, start: float) -> Iterator[tuple[int, float, list[float]]]:
    """Each use of a host: its number, when a fork is free for it, and the heap to push the end of the use to."""
    if plan.pinned:
        yield from _pinned(plan, start)
        return
    size = plan.serial or plan.hosts
    for first in range(0, plan.hosts, size):
        batch = range(first, min(first + size, plan.hosts))
        for _task in range(plan.tasks):
            queue = [start] * plan.forks
            for host in batch:
                yield host, heapq.heappop(queue), queue
            # the next task begins when the last host has done this one
            start = max(queue)


def _pinned(plan: Plan, start: float) -> Iterator[tuple[int, float, list[float]]]:
    free = [start] * plan.forks
    for host in range(plan.hosts):
        at = heapq.heappop(free)
        for _task in range(plan.tasks):
            queue: list[float] = []
            yield host, at, queue
            at = queue[0]
        heapq.heappush(free, at)
