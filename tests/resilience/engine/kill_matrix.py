# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Processes that are killed at an exact point of their work, and what the next use of the service makes of it.

``python -m tests.resilience`` prints the outcome of each.
"""

from __future__ import annotations

import itertools
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.community.remoteit.plugins.module_utils._api.client import Client
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep import sweep
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry.redis_store import RedisStore
from ansible_collections.community.remoteit.plugins.module_utils._registry.registry import Registry
from ansible_collections.community.remoteit.plugins.module_utils._registry.turn import Turn
from tests.doubles.processes import Fork
from tests.lab.site import SERVICES, Site
from tests.simulator.harness import Simulator

WIRES = ("rest", "graphql")
# A task whose connection stays until it is closed, and a process, such as the ProxyCommand, that needs it while it lives.
KEPT, HOLDER = "kept", "held"
USERS = (KEPT, HOLDER)
# What is done next, each on a service of its own.
PRESENT, ABSENT, SWEEP = NEXT = ("present", "absent", "sweep")
_SERVICE_OF = dict(zip(NEXT, SERVICES, strict=True))
_SECONDS = 60.0


@dataclass(frozen=True)
class Phase:
    """A point in the work of a process. It dies where *arm* makes it die, or once *fault* makes its request hang."""

    name: str
    arm: Callable[[], None] = lambda: None
    fault: Mapping[str, Any] = field(default_factory=dict)


def _dies(owner: Any, name: str, *, call: int = 1, after: bool = False) -> Callable[[], None]:
    """Let this process die before, or right after, a call of a function, in the process that is to die only."""

    def arm() -> None:
        original, numbers = getattr(owner, name), itertools.count(1)

        def deadly(*arguments: Any, **options: Any) -> Any:
            is_the_one = next(numbers) == call
            if is_the_one and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            result = original(*arguments, **options)
            if is_the_one:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        setattr(owner, name, deadly)

    return arm


def _dies_while_it_writes(*, call: int = 1, after: bool = False) -> Callable[[], None]:
    """The same for the moment from which on what is written counts, whichever registry it is."""

    def arm() -> None:
        for owner, name in ((os, "replace"), (RedisStore, "write")):
            _dies(owner, name, call=call, after=after)()

    return arm


PHASES = (
    Phase("before the lock", _dies(Registry, "locked")),
    Phase("with the lock, before the attempt is written", _dies(Turn, "save")),
    Phase("while the attempt is written", _dies_while_it_writes()),
    Phase("after the attempt is written, before the call", _dies(Client, "open")),
    Phase("during the call, the request lost", fault={"operation": "connect", "fault": "lost_request", "how": "hang"}),
    Phase(
        "during the call, the answer not read", fault={"operation": "connect", "fault": "lost_answer", "how": "hang"}
    ),
    Phase("after the answer, before it is written", _dies(Client, "open", after=True)),
    Phase("while the connection is written", _dies_while_it_writes(call=2)),
    Phase("after the connection is written", _dies_while_it_writes(call=2, after=True)),
    Phase("while it uses the connection", _dies(Client, "listing")),
    Phase("before the call to close", _dies(Client, "close")),
    Phase("after the call to close, before it is forgotten", _dies(Client, "close", after=True)),
)
# The first thing it does to close is to look, so it dies there while it still uses the connection.
IN_USE = PHASES.index(next(phase for phase in PHASES if phase.name.startswith("while it uses")))


@dataclass
class Result:
    """What was open before and after the next use, whether that use said *changed*, and its *seconds*."""

    before: list[str]
    after: list[str]
    returned: str | None
    changed: bool | None
    seconds: float

    def __str__(self) -> str:
        if self.returned:
            return "reused" if self.returned in self.before else "closed, opened" if self.before else "opened"
        return "closed" if self.before and not self.after else "left open" if self.after else "nothing open"


def kill(site: Site, phase: Phase, wire: str, user: str, services: Sequence[str] = tuple(SERVICES)) -> dict[str, str]:
    """Kill a process on each service in *phase*; what each was called as a holder, by its service."""
    site.cloud.set_fault(*([{"wire": wire, **phase.fault}] if phase.fault else []))
    forks = {service: Fork(_life(site, phase, wire, user, service)) for service in services}
    names = {service: fork.receive() for service, fork in forks.items()}
    if phase.fault:
        wait_for(lambda: len(site.cloud.calls(wire, "connect")) == len(services))
        if phase.fault["fault"] == "lost_answer":
            wait_for(lambda: len(site.open_ids()) == len(services))
        for fork in forks.values():
            os.kill(fork.pid, signal.SIGKILL)
    for fork in forks.values():
        code = fork.join()
        if code != -signal.SIGKILL:
            raise AssertionError(f"{phase.name}: the process ended with {code}")
    site.cloud.set_fault()
    return names


def _life(site: Site, phase: Phase, wire: str, user: str, service: str) -> Callable[[Callable[[str], None]], None]:
    """A process that opens a connection and closes it, as far as it comes."""

    def live(report: Callable[[str], None]) -> None:
        signal.alarm(int(_SECONDS))
        me = process_name(os.getpid())
        report(me)
        phase.arm()
        site.connections(api=wire).present(service, _wanted(user, me), Deadline(_SECONDS))
        if user == KEPT:
            site.connections(api=wire).absent(service, Deadline(_SECONDS))
        else:
            site.connections(api=wire).release(service, me, Deadline(_SECONDS))

    return live


def _wanted(user: str, name: str) -> Wanted:
    return Wanted(Access(), holder=None if user == KEPT else name)


def use(site: Site, following: str, wire: str, user: str, killed: Mapping[str, str]) -> Result:
    """The next use of a service in which a process was killed."""
    service = _SERVICE_OF[following]
    before = open_on(site, service)
    begun = time.monotonic()
    returned, changed = None, None
    if following == PRESENT:
        outcome = site.connections(api=wire).present(
            service, _wanted(user, process_name(os.getpid())), Deadline(_SECONDS)
        )
        returned, changed = outcome.usable().id, outcome.changed
    elif following == ABSENT:
        changed = site.connections(api=wire).absent(service, Deadline(_SECONDS)).changed
    else:
        site.warnings += sweep(site.settings(api=wire), killed[service])
    return Result(before, open_on(site, service), returned, changed, time.monotonic() - begun)


def open_on(site: Site, service: str) -> list[str]:
    """The ids of what is open on the service."""
    return [item["id"] for item in site.cloud.state()["connections"] if item["service_id"] == service]


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until it is so; fail when that takes too long."""
    end = time.monotonic() + _SECONDS
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it did not happen in time")
        time.sleep(0.01)


def rows(cloud: Simulator) -> Iterator[list[str]]:
    """A row of the table for each phase, wire and user: what the next uses make of it."""
    for phase, wire, user in itertools.product(PHASES, WIRES, USERS):
        cloud.reset()
        with tempfile.TemporaryDirectory() as root:
            site = Site(cloud, Path(root))
            killed = kill(site, phase, wire, user)
            yield [phase.name, wire, user, *(str(use(site, following, wire, user, killed)) for following in NEXT)]
