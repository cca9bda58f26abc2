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
# How often the multiplexer looks for what is to be closed, and how many connections it closes at a time.
TICK = 1.0
AT_A_TIME = 16
# After how long without a client remote.it closes a proxy (vendor page "Peer to Peer vs. Proxy Connections").
IDLE = 900.0

ON_A_PAGE = 1000


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
    """The connections to *hosts*, numbers, are opened, or begun to be closed all at once, at *at* seconds."""

    at: float
    opens: bool
    hosts: tuple[int, ...]


@dataclass
class Seen:
    """What remote.it sees of a run after its inventory.

    *requests* are in their order, and so are *events*, which only SSH on demand has. *idle* is the longest time in which no
    SSH used an open proxy.
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
        for at, operation in self.requests:
            count += {"connect": 1, "stop": -1}.get(operation, 0)
            found.append((at, count))
        return found


def pages(plan: Plan) -> int:
    """How many requests the inventory takes."""
    return math.ceil(plan.hosts / ON_A_PAGE)


def seen(plan: Plan) -> Seen:
    """What remote.it sees of the run."""
    run = _bulk(plan) if plan.bulk else _on_demand(plan)
    return Seen(sorted(run.requests), sorted(run.events, key=lambda event: event.at), run.idle)


def _on_demand(plan: Plan) -> Seen:
    """A connection is opened when SSH first needs it, and closed some time after SSH has needed it last, or with the run.

    All that the multiplexer finds to be closed when it looks is closed together.
    """
    run = Seen([], [], PERSIST + LINGER + TICK)
    ends: dict[int, float] = {}
    closed: dict[float, list[int]] = {}

    def due(host: int) -> float:
        return math.ceil((ends[host] + PERSIST + LINGER) / TICK) * TICK

    def begin(host: int, at: float) -> float:
        if host in ends and at < due(host):
            return 0.0 if at <= ends[host] + PERSIST else HANDSHAKE
        if host in ends:
            closed.setdefault(due(host), []).append(host)
        run.events.append(Event(at, True, (host,)))
        run.requests.append((at, "connect"))
        return CONNECT + HANDSHAKE

    for host, at, queue in _turns(plan, 0.0):
        ends[host] = at + begin(host, at) + TASK
        heapq.heappush(queue, ends[host])
    end = max(ends.values())
    for host in ends:
        closed.setdefault(min(due(host), end), []).append(host)
    for at, hosts in closed.items():
        run.events.append(Event(at, False, tuple(hosts)))
        run.requests += _closing(at, len(hosts), AT_A_TIME)
    return run


def _closing(at: float, count: int, at_a_time: int) -> Iterator[tuple[float, str]]:
    """The requests by which so many connections are closed together: what is open is asked for all of them before."""
    for _page in range(math.ceil(count / ON_A_PAGE)):
        yield at, "query"
    for number in range(count):
        yield at + (number // at_a_time + 1) * CONNECT, "stop"


def _bulk(plan: Plan) -> Seen:
    """One task opens everything, *bulk* at a time, the play uses it, and one task closes it."""
    run = Seen([], [], 0.0)
    used: dict[int, float] = {}
    for host in range(plan.hosts):
        at = (host // plan.bulk + 1) * CONNECT
        used[host] = at
        run.requests.append((at, "connect"))
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
    run.requests += _closing(end, plan.hosts, plan.bulk)
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
