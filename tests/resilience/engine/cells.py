# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cells of the fault table: one operation on one wire under one fault, carried out by the core and observed.

Each cell has an account, a service and a registry of its own, so that many can run at once in one simulator.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from ansible_collections.community.remoteit.plugins.module_utils._api import dialects, http_exchange
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RemoteItError
from ansible_collections.community.remoteit.plugins.module_utils._connections import connections as connections_module
from ansible_collections.community.remoteit.plugins.module_utils._connections import liveness
from ansible_collections.community.remoteit.plugins.module_utils._connections.connections import Outcome
from ansible_collections.community.remoteit.plugins.module_utils._fleet.filter import FleetFilter
from ansible_collections.community.remoteit.plugins.module_utils._fleet.query import read_fleet
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.connection import Connection
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Holding
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import CAVAGE, GRAPHQL, REST
from tests.doubles.patience import impatient
from tests.lab.site import TCP, Site
from tests.lab.world import DEVELOPER_KEY, SECRET
from tests.simulator.harness import Simulator

from .api_faults import MAX_BODY, SHORT_REQUEST, timely

OPEN, CHECK, CLOSE, LIST = "open", "check", "close", "list"

# The wires, as the guide writes them.
WIRES = {REST: "REST", GRAPHQL: "GraphQL"}

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
_AT_A_TIME = 4


@dataclass(frozen=True)
class Cell:
    """*operation* on *wire* while *faults* hit the requests of its access key, as the simulator is told them.

    *slow* requests take longer than they may. A connection that is checked or closed is *fresh* if it was opened just
    now. *timeout* and *verify_after* are the options of those names, *urls* holds those of remote.it if they are not
    the simulator's.
    """

    operation: str
    wire: str
    faults: tuple[dict[str, Any], ...] = ()
    slow: bool = False
    fresh: bool = False
    timeout: float = TIMEOUT
    verify_after: int = 0
    urls: dict[str, str] = field(default_factory=dict)


@dataclass
class Seen:
    """What came of a cell.

    *before* and *after* are the ids of what was open, *tried* those whose proxies were tried, *held* those in the
    registry, *result* what the core returned, *returned* the id of the connection to use, *asked* what was asked for
    how often, by ``wire.operation``, *seconds* how long it took. *next* is what a task saw that closed the service's
    connections when all was well again, after an error only.
    """

    before: set[str] = field(default_factory=set)
    after: set[str] = field(default_factory=set)
    tried: set[str] = field(default_factory=set)
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
        self.urls: dict[str, str] = {}

    def options(self) -> dict[str, Any]:
        """The options by which a task would reach the cloud."""
        return {**super().options(), "access_key_id": self.key_id, **self.urls}

    def held(self) -> set[str]:
        """The ids of the connections in the registry."""
        return {item.id for item in self.registry().read(self.service).connections}

    def age(self) -> None:
        """Let the connections in the registry be as if they had been opened a while ago."""
        registry = self.registry()
        with registry.locked(self.service, Deadline(10)) as turn:
            aged = [
                item._replace(
                    asked_at=item.asked_at - _AGE,
                    opened_at=item.opened_at - _AGE,
                    verified_at=item.verified_at - _AGE,
                )
                for item in turn.holding.connections
            ]
            turn.holding = Holding(aged, turn.holding.attempts)
            turn.save()


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


@contextlib.contextmanager
def _probes() -> Iterator[set[str]]:
    """The ids of connections whose proxies were tried, because they could not be listed."""
    tried: set[str] = set()

    def probe(connection: Connection, silence: float, deadline: Deadline) -> bool | None:
        tried.add(connection.id)
        return liveness.probe(connection, silence, deadline)

    with mock.patch.object(connections_module, "probe", probe):
        yield tried


@contextlib.contextmanager
def hurried(looks: tuple[float, ...] = (0.0, 0.05)) -> Iterator[None]:
    """The core with shorter pauses, *looks* among them, and fewer tries, on whose number no outcome depends."""
    with (
        # Of the two dialects, this one costs a third.
        mock.patch.dict(dialects._FIRST, {GRAPHQL: CAVAGE}),
        impatient(pause=0.02, requests=2, connects=2, looks=looks),
        mock.patch.object(http_exchange, "_MAX_BODY", MAX_BODY),
    ):
        yield


def nothing(_ids: list[str]) -> None:
    """Nothing happens."""


class Bench:
    """Runs cells in *cloud*, which has *size* places, each cell in one of its own below the directory *root*."""

    def __init__(self, cloud: Simulator, root: Path, size: int) -> None:
        self.cloud = cloud
        self.root = root
        self._free = iter(range(size))

    def run(
        self,
        cells: Sequence[Cell],
        *,
        proxies: Sequence[dict[str, Any]] = (),
        before: Callable[[list[str]], None] = nothing,
        after: Callable[[list[str]], None] = nothing,
    ) -> list[Seen]:
        """What came of each cell, while *proxies* have faults.

        Before and after the operation under the fault, *before* and *after* are told the ids of the connections to use.
        """
        places = [self.place() for _cell in cells]
        self.cloud.set_fault(*proxies)
        opened = [id_ for id_ in self._all(_prepare, places, cells) if id_ is not None]
        before(opened)
        open_before, calls_before = self._open(), len(self.cloud.calls())
        self.cloud.set_fault(*proxies, *_faults(places, cells))
        with _probes() as tried:
            seen = self._all(_act, places, cells)
        calls, open_after = self.cloud.calls()[calls_before:], self._open()
        after(opened)
        self.cloud.set_fault()
        for place, one in zip(places, seen, strict=True):
            one.before, one.after = open_before.get(place.service, set()), open_after.get(place.service, set())
            one.tried, one.held = tried, place.held()
            one.asked = Counter(
                f"{call['wire']}.{call['operation']}" for call in calls if call["key_id"] == place.key_id
            )
        self._clean_up(places, cells, seen)
        return seen

    def place(self) -> Place:
        """A place that nobody has used."""
        return Place(self.cloud, self.root, next(self._free))

    def _clean_up(self, places: Sequence[Place], cells: Sequence[Cell], seen: Sequence[Seen]) -> None:
        """Let the next task close what the failed ones left."""
        failed = [index for index, one in enumerate(seen) if one.error is not None and cells[index].operation != LIST]
        failed_places = [places[index] for index in failed]
        closing = [Cell(CLOSE, cells[index].wire, urls=cells[index].urls) for index in failed]
        lasts = self._all(_act, failed_places, closing)
        still_open = self._open()
        for index, place, last in zip(failed, failed_places, lasts, strict=True):
            last.before, last.after = seen[index].after, still_open.get(place.service, set())
            last.held = place.held()
            seen[index].next = last

    def _all(self, act: Callable[[Place, Cell], Any], places: Sequence[Place], cells: Sequence[Cell]) -> list[Any]:
        """What *act* returns for each; those that wait do so all together, while a few others are busy."""
        with ThreadPoolExecutor(len(cells) or 1) as waiting, ThreadPoolExecutor(_AT_A_TIME) as busy:
            futures = [
                (waiting if cell.slow else busy).submit(act, place, cell)
                for place, cell in zip(places, cells, strict=True)
            ]
            return [future.result() for future in futures]

    def _open(self) -> dict[str, set[str]]:
        """The ids of what is open, by service."""
        found: dict[str, set[str]] = {}
        for connection in self.cloud.state()["connections"]:
            found.setdefault(connection["service_id"], set()).add(connection["id"])
        return found


def _faults(places: Sequence[Place], cells: Sequence[Cell]) -> Iterator[dict[str, Any]]:
    for place, cell in zip(places, cells, strict=True):
        for fault in cell.faults:
            yield {**timely(fault), "key_id": place.key_id}


def _prepare(place: Place, cell: Cell) -> str | None:
    """Open what is to be checked or closed; its id."""
    if cell.operation not in (CHECK, CLOSE):
        return None
    place.urls = cell.urls
    connections = place.connections(api=cell.wire)
    opened = connections.present(place.service, Wanted(Access()), Deadline(TIMEOUT)).usable()
    if not cell.fresh:
        place.age()
    return opened.id


def _act(place: Place, cell: Cell) -> Seen:
    place.urls = cell.urls
    place.warnings.clear()
    seen = Seen()
    begun = time.monotonic()
    try:
        seen.result = _operate(place, cell)
    except RemoteItError as error:
        seen.error = error
    seen.seconds = time.monotonic() - begun
    seen.warnings = list(place.warnings)
    if isinstance(seen.result, Outcome) and seen.result.connection is not None:
        seen.returned = seen.result.connection.id
    return seen


def _operate(place: Place, cell: Cell) -> Outcome | list[Any]:
    deadline = Deadline(cell.timeout)
    options: dict[str, Any] = {"api": cell.wire, "request_timeout": SHORT_REQUEST if cell.slow else _LONG_REQUEST}
    if cell.operation == LIST:
        return list(read_fleet(place.settings(**options), FleetFilter(), None, deadline, place.warnings.append))
    if cell.operation == CLOSE:
        return place.connections(**options).absent(place.service, deadline)
    wanted = Wanted(Access(), verify_after=cell.verify_after)
    return place.connections(**options).present(place.service, wanted, deadline)
