# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A history of the connections of three services: what was done, what should be, and the questions a user would ask."""

from __future__ import annotations

import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.community.remoteit.plugins.module_utils._base.dates import from_iso8601
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RemoteItError
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._connections.liveness import LISTED_AFTER
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.connection import Connection
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._tasks import connection as connection_task
from tests.doubles.processes import Fork
from tests.doubles.watch import Watch
from tests.lab.redis_server import RedisServer
from tests.lab.site import SERVICES, Site
from tests.lab.world import OWNER
from tests.simulator.harness import Simulator

from .history_world import ACCESSES, LISTED, WORLDS
from .hours import Hours

# Both clocks are read to a second, and a step takes some time as well.
TOLERANCE = 3.0
REQUEST_TIMEOUT = 10.0
# Where ids do not tell the sessions of one account apart, the time at which they began does, but for these seconds.
SAME_TIME = 4.0


def _live(report: Callable[[str], None]) -> None:
    """What a process does that is there until it is killed: it tells its name."""
    report(process_name(os.getpid()))
    signal.pause()


@dataclass
class Held:
    """A connection that the registry should know, and for whom it is open."""

    kept: bool = False
    holders: set[str] = field(default_factory=set)


@dataclass
class Step:
    """What one call did: *opened* and *vanished* are what the simulator says, by id; *calm* is one without faults."""

    opened: dict[str, dict[str, Any]]
    vanished: dict[str, dict[str, Any]]
    result: Any
    error: RemoteItError | None
    calm: bool
    warnings: list[str]


@dataclass
class Place:
    """Where the histories happen, and how often each rule was used in them all."""

    clouds: dict[str, Simulator]
    hours: Hours
    root: Path
    redis: RedisServer | None = None
    counts: Counter[str] = field(default_factory=Counter)


class History:
    """One history. What should be is in *held*, by service and id; all else is looked up where it is."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.held: dict[str, dict[str, Held]] = {service: {} for service in SERVICES}
        # what a lost answer or a killed process left open
        self.loose: dict[str, str] = {}
        self.strangers: set[str] = set()
        self.mistaken: set[str] = set()
        # those for which the mistaken ones may be taken
        self.mixed_up: set[str] = set()
        self.orphans: set[str] = set()
        self.died: dict[str, float] = {}
        self.faults: list[dict[str, Any]] = []
        self.processes: dict[int, tuple[Fork, str]] = {}

    def begin_in(self, name: str) -> None:
        """Begin in the world of that name, in which nothing has happened yet."""
        self.count("(histories)")
        self.cloud, self.hours = self.place.clouds[name], self.place.hours
        # Times in the registry are by the clock that answers show.
        self.ahead = WORLDS[name].get("gateway_date", 0.0)
        self.cloud.reset()
        self.hours.restart(self.cloud)
        shutil.rmtree(self.place.root, ignore_errors=True)
        self.site = Site(self.cloud, self.place.root)
        self.colleague = Site(self.cloud, self.place.root / "colleague")
        if self.place.redis:
            self.place.redis.client().flushall()
            self.site.place = self.place.redis.url
            self.colleague.place = f"{self.place.redis.url}?prefix=colleague"
        self.open: dict[str, dict[str, Any]] = {}
        self.look()

    # -- doing it ------------------------------------------------------------------------------------------------------

    def count(self, what: str) -> None:
        self.place.counts[what] += 1

    def api(self, api: str) -> dict[str, Any]:
        wire, *without_key = api.split(" ", 1)
        options: dict[str, Any] = {"api": wire, "request_timeout": REQUEST_TIMEOUT}
        return {**options, "developer_key": None} if without_key else options

    def options(self, service: str, api: str) -> dict[str, Any]:
        return {**defaults(connection_task), **self.site.options(), **self.api(api), "service_id": service}

    def task(
        self, options: dict[str, Any], who: int | None = None, name: str | None = None, check: bool = False
    ) -> dict[str, Any]:
        return connection_task.run(options, check, self.site.warnings.append, Watch(name or self.name(who)))

    def wanted(self, access: str, who: int | None, trust: int) -> Wanted:
        options = ACCESSES[access][0]
        wish = Access.from_options(options.get("access"), options.get("client_ip"), None)
        return Wanted(wish, holder=self.name(who), verify_after=trust)

    def name(self, who: int | None) -> Any:
        """The name of a process that lives."""
        if who is None:
            return None
        if who not in self.processes:
            process = Fork(_live)
            self.processes[who] = process, process.receive()
        return self.processes[who][1]

    def step(self, service: str | None, work: Callable[[], Any], named: str | None = None) -> Step:
        """Do *work*, of which only *service* may feel anything."""
        if self.faults:
            self.cloud.set_fault(*self.faults)
        begun, before = self.hours.monotonic(), self.open
        said, loose = len(self.site.warnings), set(self.loose)
        confused = any(self.confusing(one) for one in ([service] if service else SERVICES))
        result, error = None, None
        try:
            result = work()
        except RemoteItError as caught:
            error = caught
        calm = not self.faults and not confused
        if self.faults:
            self.cloud.set_fault()
            self.faults = []
        after = self.look()
        passed = self.hours.monotonic() - begun + 1
        opened = {id_: one for id_, one in after.items() if id_ not in before}
        gone = {id_: one for id_, one in before.items() if id_ not in after}
        vanished = {id_: one for id_, one in gone.items() if one["closes_in"] > passed}
        for one in (*opened.values(), *vanished.values()):
            assert service in (None, one["service_id"]), "another service was touched"
        assert all(one["user"] == OWNER for one in opened.values())
        touched = self.strangers & set(vanished)
        assert touched <= {
            id_ for id_ in touched if named and goes_by(vanished[id_], named) and vanished[id_]["user"] == OWNER
        }
        if error:
            assert str(error).isprintable()
        for id_, one in opened.items():
            self.loose[id_] = one["service_id"]
        self.orphans = loose & set(gone)
        return Step(opened, vanished, result, error, calm, self.site.warnings[said:])

    def look(self) -> dict[str, dict[str, Any]]:
        """What is open by now."""
        seen = {one["id"].lower(): one for one in self.cloud.state()["connections"]}
        for id_ in [id_ for id_ in self.open if id_ not in seen]:
            self.died[id_] = self.hours.time()
            self.loose.pop(id_, None)
        self.open = seen
        return seen

    def foretold(self, options: dict[str, Any], service: str) -> dict[str, Any] | None:
        """What check mode says, which does nothing; None when it cannot be known what will happen."""
        if self.faults:
            return None
        self.count("foretell")
        kept, asked = self.files(), len(self.writes())
        step = self.step(None, lambda: self.task(options, 0, "", check=True))
        assert not step.opened and not step.vanished
        assert (self.files(), len(self.writes())) == (kept, asked), "check mode wrote"
        # Whether what is not listed yet is open is not known until it is closed.
        is_open_question = any(self.is_settling(id_) for id_ in self.held[service])
        # Which clock is right is not known until another connection is open.
        is_open_question |= bool(self.ahead and self.site.registry().read(service).attempts)
        return None if is_open_question or step.error else step.result

    def was_foretold(self, foretold: dict[str, Any] | None, step: Step, service: str) -> None:
        if foretold is None:
            return
        result = step.result
        assert (foretold["changed"], lowered(foretold["closed"])) == (result["changed"], lowered(result["closed"]))
        assert foretold["diff"]["before"] == result["diff"]["before"]
        new = {id_.lower() for id_ in step.opened}
        after = [None if one["id"].lower() in new else one["id"] for one in result["diff"]["after"]["connections"]]
        assert [one["id"] for one in foretold["diff"]["after"]["connections"]] == after

    # -- what should be ------------------------------------------------------------------------------------------------

    def told(self, step: Step, service: str, id_: str) -> None:
        """The answer named *id_*, so whatever else was opened must be looked for by the next one."""
        if id_ in step.opened:
            self.loose.pop(id_)
            self.held[service][id_] = Held()
        if step.calm:
            assert set(step.opened) <= {id_}

    def claimed(self, service: str, id_: str, who: int | None) -> None:
        held = self.held[service][id_]
        if who is None:
            held.kept = True
        else:
            held.holders.add(self.name(who))

    def failed(self, step: Step, service: str, adopt: bool = False) -> None:
        assert not step.calm, step.error
        self.place.counts["(failed)"] += 1
        if adopt:
            self.adopt(step, service, None)

    def adopt(self, step: Step, service: str, name: str | None) -> None:
        """Nobody told how far it got, so ask the registry; it may know of nothing else than what was to be."""
        for id_, record in self.records(service).items():
            if id_ in step.opened:
                self.loose.pop(id_)
                self.held[service][id_] = Held(name is None, {name} if name else set())
            held = self.held[service][id_]
            if name:
                assert {*record.holders} in (held.holders, {*held.holders, name})
                held.holders = {*record.holders}
            else:
                assert record.kept >= held.kept
                held.kept = record.kept

    def registry_is_right(self, service: str) -> None:
        holding = self.site.registry().read(service)
        known = self.held[service]
        records = self.records(service)
        assert set(records) <= set(known), "the registry knows what nobody opened"
        for id_ in set(known) - set(records):
            assert id_ not in self.open, f"an open connection was forgotten: {self.open[id_]}"
            del known[id_]
        for id_, record in records.items():
            assert (record.kept, {*record.holders}) == (known[id_].kept, known[id_].holders)
            if id_ not in self.open and not self.confusing(service) and id_ not in self.mixed_up:
                assert record.verified_at <= self.died[id_] + TOLERANCE, "it was found alive when it was dead"
        for id_, where in self.loose.items():
            if where == service and id_ not in self.mistaken:
                began = self.began(self.open[id_])
                assert any(one.asked_at - 2 <= began <= one.until + 2 for one in holding.attempts), (
                    "something is open that nobody knows of"
                )

    # -- questions -----------------------------------------------------------------------------------------------------

    def is_true(self, step: Step) -> None:
        """It says what it did."""
        closed = lowered(step.result["closed"])
        # Whether it was closed by somebody else or by a request whose answer was lost, nobody can know.
        unsure = [] if step.calm else [id_ for id_ in closed if id_ in self.died and id_ not in step.vanished]
        unsure = [id_ for id_ in unsure if not any(goes_by(one, id_) for one in step.vanished.values())]
        assert step.result["changed"] == bool(step.opened or step.vanished or unsure)
        told = sorted([*self.names_of(step.vanished, closed), *unsure])
        # Which of two orphans was made by the call that found them, nobody can know either.
        assert closed == told if step.calm else set(told) - self.orphans <= set(closed) <= set(told)

    def names_of(self, vanished: dict[str, dict[str, Any]], said: Iterable[str]) -> list[str]:
        """The ids of what vanished, as it was named: a connection may go by the id of its session."""
        words = {id_.lower() for id_ in said}
        return sorted(
            one["session_id"].lower() if one["session_id"].lower() in words else id_ for id_, one in vanished.items()
        )

    def is_usable(
        self, found: dict[str, Any], step: Step, service: str, access: str, trust: int, records: dict[str, Connection]
    ) -> None:
        id_ = found["id"].lower()
        assert found["service_id"] == service
        if id_ not in self.open:
            assert id_ in records, "what was opened now is gone"
            unchecked = not step.calm and any("could not be checked" in warning for warning in step.warnings)
            assert self.trusted(records[id_], trust) or self.is_settling(id_) or unchecked, "it is dead"
            return
        real = self.open[id_]
        assert real["service_id"] == service
        assert (real["host"], real["port"]) == (found["host"], found["port"])
        assert real["hostip"] == ACCESSES[access][1]

    def trusted(self, record: Connection | None, trust: int) -> bool:
        return record is not None and self.hours.time() - record.verified_at < trust + TOLERANCE

    def is_settling(self, id_: str) -> bool:
        """Whether what is dead is so young that it may just be listed late."""
        if id_ in self.open or id_ not in self.died:
            return False
        record = next((found[id_] for found in map(self.records, SERVICES) if id_ in found), None)
        return record is not None and self.hours.time() - record.opened_at < LISTED_AFTER + TOLERANCE

    def confusing(self, service: str) -> bool:
        """Whether nobody knows of something that began just when something did that died before it was ever listed.

        Where REST and the list of sessions use ids of their own, nothing tells the two apart.
        """
        dead = {
            id_: record
            for id_, record in self.records(service).items()
            if id_ not in self.open and record.api == "rest"
        }
        for id_, where in self.loose.items():
            began = self.began(self.open[id_])
            alike = {dead_id for dead_id, record in dead.items() if abs(record.opened_at - began) < SAME_TIME}
            if where == service and alike:
                self.mistaken.add(id_)
                self.mixed_up |= alike
        return any(id_ in self.open and self.open[id_]["service_id"] == service for id_ in self.mistaken)

    def reusable(self, service: str, access: str, life: int) -> set[str]:
        """What is open and will do, whoever is asked."""
        latest = self.hours.time() + life + TOLERANCE
        return {
            id_
            for id_, record in self.records(service).items()
            if id_ in self.open
            and not record.closing
            and ACCESSES[access][1] == self.open[id_]["hostip"]
            and record.expires_at > latest
        }

    def alive(self, service: str) -> set[str]:
        return {id_ for id_ in self.held[service] if id_ in self.open}

    def unneeded(self, service: str) -> set[str]:
        """What is open for nobody, or was being closed."""
        names = {name for _process, name in self.processes.values()}
        held, records = self.held[service], self.records(service)
        return {
            id_
            for id_ in self.alive(service)
            if records[id_].closing or (not held[id_].kept and not held[id_].holders & names)
        }

    def overdue(self, service: str) -> set[str]:
        """What was left open by nobody's will, and is listed by now."""
        return {
            id_
            for id_, where in self.loose.items()
            if where == service and self.age(self.open[id_]) > LISTED + TOLERANCE
        }

    def began(self, one: dict[str, Any]) -> float:
        return from_iso8601(one["opened"])

    def age(self, one: dict[str, Any]) -> float:
        return self.hours.time() - self.began(one)

    def records(self, service: str) -> dict[str, Connection]:
        """What the registry holds, by id, with times by the clock of these tests."""
        return {
            record.id.lower(): self._in_our_time(record) for record in self.site.registry().read(service).connections
        }

    def _in_our_time(self, record: Connection) -> Connection:
        return record._replace(
            **{name: getattr(record, name) - self.ahead for name in ("opened_at", "expires_at", "verified_at")}
        )

    def files(self) -> dict[str, bytes]:
        root = self.place.root / "registry"
        return {str(path): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}

    def writes(self) -> list[dict[str, Any]]:
        return [call for call in self.cloud.calls() if call["operation"] != "query"]


def defaults(module: Any) -> dict[str, Any]:
    return {name: option.get("default") for name, option in module.argument_spec().items()}


def lowered(names: Iterable[str]) -> list[str]:
    return sorted(name.lower() for name in names)


def goes_by(one: dict[str, Any], name: str) -> bool:
    return name.lower() in (one["id"].lower(), one["session_id"].lower())
