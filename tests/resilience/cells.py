# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cells of the fault table: one operation on one wire under one fault, carried out by the core and observed.

Each cell has an account, a service and a registry of its own, so that many can run at once in one simulator.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

from ansible_collections.community.remoteit.plugins.module_utils import _http, _recovery, _transport
from ansible_collections.community.remoteit.plugins.module_utils._access import Access
from ansible_collections.community.remoteit.plugins.module_utils._clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._connections import Outcome
from ansible_collections.community.remoteit.plugins.module_utils._errors import RemoteItError
from ansible_collections.community.remoteit.plugins.module_utils._fleet_filter import FleetFilter
from ansible_collections.community.remoteit.plugins.module_utils._fleet_query import read_fleet
from ansible_collections.community.remoteit.plugins.module_utils._registry import Holding
from ansible_collections.community.remoteit.plugins.module_utils._wanted import Wanted
from tests.lab.world import DEVELOPER_KEY, SECRET
from tests.simulator.harness import Simulator

from .api_faults import MAX_BODY, SHORT_REQUEST, timely
from .site import TCP, Site

OPEN, CHECK, CLOSE, LIST = "open", "check", "close", "list"
REST, GRAPHQL = "rest", "graphql"

# What each operation asks remote.it for, by the wire of the connection.
REQUESTS = {
    (OPEN, REST): (REST, "connect"),
    (OPEN, GRAPHQL): (GRAPHQL, "connect"),
    (CHECK, REST): (GRAPHQL, "query"),
    (CHECK, GRAPHQL): (GRAPHQL, "query"),
    (CLOSE, REST): (REST, "stop"),
    (CLOSE, GRAPHQL): (GRAPHQL, "disconnect"),
    (LIST, GRAPHQL): (GRAPHQL, "query"),
}

# How long a task may take. What takes longer than it should must end in time as well.
TIMEOUT = 12.0
_LONG_REQUEST = 10.0
# How long ago a connection was opened that is used again: long enough for its session to be listed.
_AGE = 60.0
_AT_A_TIME = 6


@dataclass(frozen=True)
class Cell:
    """*operation* on *wire* while *faults* hit the requests of its access key, as the simulator is told them.

    *slow* requests take longer than they may. A connection that is checked or closed is *fresh* if it was opened just
    now. *options* are those of the task under the fault.
    """

    operation: str
    wire: str
    faults: tuple[dict[str, Any], ...] = ()
    slow: bool = False
    fresh: bool = False
    options: dict[str, Any] = field(default_factory=dict)


@dataclass
class Seen:
    """What came of a cell.

    *before* and *after* are the ids of what was open, *held* those in the registry, *result* what the core returned,
    *returned* the id of the connection to use, *asked* what was asked for how often, by ``wire.operation``, *seconds*
    how long it took. *next* is what a task saw that closed the service's connections when all was well again, after an
    error only.
    """

    before: set[str] = field(default_factory=set)
    after: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    result: Outcome | list[Any] | None = None
    error: RemoteItError | None = None
    returned: str | None = None
    asked: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0
    next: Seen | None = None

    @property
    def outcome(self) -> Outcome:
        """What the core returned about connections."""
        assert isinstance(self.result, Outcome)
        return self.result


class Place(Site):
    """The *number*-th account of a simulator with places, its service and its registry."""

    def __init__(self, cloud: Simulator, root: Path, number: int) -> None:
        super().__init__(cloud, root / str(number))
        self.root.mkdir()
        self.key_id = key_id(number)
        self.service = service(number)

    def options(self) -> dict[str, Any]:
        """The options by which a task would reach the cloud."""
        return {**super().options(), "access_key_id": self.key_id}

    def age(self) -> None:
        """Let the connections in the registry be as if they had been opened a while ago."""
        registry = self.registry()
        with registry.locked(self.service, Deadline(10)) as holding:
            aged = [
                replace(
                    item,
                    asked_at=item.asked_at - _AGE,
                    opened_at=item.opened_at - _AGE,
                    verified_at=item.verified_at - _AGE,
                )
                for item in holding.connections
            ]
            registry.save(self.service, Holding(aged, holding.attempts))


def key_id(number: int) -> str:
    """The access key of a place."""
    return f"PLACE{number:015}"


def service(number: int, index: int = 1) -> str:
    """The id of a place's service; *index* 0 is that of its device."""
    return f"80:00:00:00:00:{number >> 8:02X}:{number & 255:02X}:{index:02X}"


def world(places: int, target: str, **behaviour: Any) -> dict[str, Any]:
    """The simulator's configuration: for each place an account with one device."""
    numbers = range(places)
    return {
        "behaviour": behaviour,
        "accounts": [
            {
                "id": f"f0:00:00:00:00:00:{number >> 8:02x}:{number & 255:02x}",
                "email": f"{number}@example.com",
                "developer_key": DEVELOPER_KEY,
                "access_keys": [{"id": key_id(number), "secret": SECRET}],
            }
            for number in numbers
        ],
        "devices": [
            {
                "id": service(number, 0),
                "name": f"device {number}",
                "owner": f"{number}@example.com",
                "services": [{"id": service(number), "name": "tcp", "application": TCP, "target": target}],
            }
            for number in numbers
        ],
    }


class _AsInANewProcess(threading.local):
    """What a process learns of servers: each cell is one."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def get(self, url: str) -> str | None:
        return self.known.get(url)

    def __contains__(self, url: str) -> bool:
        return url in self.known

    def __setitem__(self, url: str, dialect: str) -> None:
        self.known[url] = dialect


@contextlib.contextmanager
def hurried(looks: Sequence[float] = (0.0, 0.05, 0.1, 0.15)) -> Iterator[Callable[[], None]]:
    """The core with shorter pauses and a smaller limit for answers; call the result to make a thread forget servers."""
    learnt = _AsInANewProcess()
    with (
        mock.patch.object(_transport, "_dialect_that_worked", learnt),
        mock.patch.object(_transport, "_FIRST_PAUSE", 0.02),
        mock.patch.object(_recovery, "_LOOKS", looks),
        mock.patch.object(_http, "_MAX_BODY", MAX_BODY),
    ):
        yield lambda: learnt.known.clear()


class Bench:
    """Runs cells in *cloud*, each in a place of its own. *meanwhile* happens between opening and the operation."""

    def __init__(self, cloud: Simulator, root: Path, forget: Callable[[], None], first_place: int = 0) -> None:
        self._cloud = cloud
        self._root = root
        self._forget = forget
        self._used = first_place

    def run(
        self,
        cells: Sequence[Cell],
        *,
        from_the_start: Sequence[dict[str, Any]] = (),
        meanwhile: Callable[[Place, str | None], None] = lambda place, connection_id: None,
    ) -> list[Seen]:
        """What came of each cell."""
        places = [Place(self._cloud, self._root, self._used + index) for index in range(len(cells))]
        self._used += len(cells)
        self._cloud.set_fault(*from_the_start)
        opened = self._all(_prepare, places, cells)
        for place, connection_id in zip(places, opened, strict=True):
            meanwhile(place, connection_id)
        before = self._open()
        first_call = len(self._cloud.calls())
        faults = [
            {**timely(fault), "key_id": place.key_id}
            for place, cell in zip(places, cells, strict=True)
            for fault in cell.faults
        ]
        self._cloud.set_fault(*faults, *from_the_start)
        seen = self._all(_act, places, cells)
        calls, after = self._cloud.calls()[first_call:], self._open()
        self._cloud.set_fault()
        for place, one in zip(places, seen, strict=True):
            one.before, one.after = before.get(place.service, set()), after.get(place.service, set())
            one.held = {item.id for item in place.registry().read(place.service).connections}
            one.asked = Counter(f"{call['wire']}.{call['operation']}" for call in calls if call["key_id"] == place.key_id)
        self._clean_up(places, cells, seen)
        return seen

    def _clean_up(self, places: Sequence[Place], cells: Sequence[Cell], seen: Sequence[Seen]) -> None:
        """Let the next task close what the failed ones left."""
        failed = [index for index, one in enumerate(seen) if one.error is not None and cells[index].operation != LIST]
        failed_places = [places[index] for index in failed]
        lasts = self._all(_act, failed_places, [Cell(CLOSE, cells[index].wire) for index in failed])
        still_open = self._open()
        for index, place, last in zip(failed, failed_places, lasts, strict=True):
            last.before, last.after = seen[index].after, still_open.get(place.service, set())
            last.held = {item.id for item in place.registry().read(place.service).connections}
            seen[index].next = last

    def _all(self, act: Callable[[Place, Cell], Any], places: Sequence[Place], cells: Sequence[Cell]) -> list[Any]:
        """What *act* returns for each; those that only wait do so together, so that they do not slow the others down."""
        found: dict[int, Any] = {}

        def one(index: int) -> None:
            self._forget()
            found[index] = act(places[index], cells[index])

        slow = [index for index, cell in enumerate(cells) if cell.slow]
        quick = [index for index, cell in enumerate(cells) if not cell.slow]
        for indices, at_a_time in ((slow, len(slow)), (quick, _AT_A_TIME)):
            if indices:
                with ThreadPoolExecutor(at_a_time) as pool:
                    list(pool.map(one, indices))
        return [found[index] for index in range(len(cells))]

    def _open(self) -> dict[str, set[str]]:
        """The ids of what is open, by service."""
        found: dict[str, set[str]] = {}
        for connection in self._cloud.state()["connections"]:
            found.setdefault(connection["service_id"], set()).add(connection["id"])
        return found


def _prepare(place: Place, cell: Cell) -> str | None:
    """Open what is to be checked or closed; its id."""
    if cell.operation not in (CHECK, CLOSE):
        return None
    opened = place.connections(api=cell.wire, **_transport_options(cell)).present(
        place.service, Wanted(Access()), Deadline(TIMEOUT)
    )
    if not cell.fresh:
        place.age()
    return opened.opened().id


def _transport_options(cell: Cell) -> dict[str, Any]:
    return {name: value for name, value in cell.options.items() if name.endswith("_url")}


def _act(place: Place, cell: Cell) -> Seen:
    options = {"api": cell.wire, "request_timeout": SHORT_REQUEST if cell.slow else _LONG_REQUEST, **cell.options}
    place.warnings.clear()
    seen = Seen()
    begun = time.monotonic()
    try:
        seen.result = _operate(place, cell.operation, options)
    except RemoteItError as error:
        seen.error = error
    seen.seconds = time.monotonic() - begun
    seen.warnings = list(place.warnings)
    if isinstance(seen.result, Outcome) and seen.result.connection is not None:
        seen.returned = seen.result.connection.id
    return seen


def _operate(place: Place, operation: str, options: dict[str, Any]) -> Outcome | list[Any]:
    deadline = Deadline(TIMEOUT)
    if operation == LIST:
        return list(read_fleet(place.settings(**options), FleetFilter(), None, deadline, place.warnings.append))
    connections = place.connections(**{name: value for name, value in options.items() if name != "verify_after"})
    if operation == CLOSE:
        return connections.absent(place.service, deadline)
    wanted = Wanted(Access(), verify_after=options.get("verify_after", 0))
    return connections.present(place.service, wanted, deadline)
