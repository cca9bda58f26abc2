# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A history of the connections of three services: what was done, what should be, and the questions a user would ask."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.dates import from_iso8601
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RegistryError, RemoteItError
from ansible_collections.community.remoteit.plugins.module_utils._connections.liveness import LISTED_AFTER
from ansible_collections.community.remoteit.plugins.module_utils._connections.memory import Memory
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep_orders import Claim
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.connection import Connection
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry.store import RENEWALS
from ansible_collections.community.remoteit.plugins.module_utils._settings.patience import PATIENCE
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings
from ansible_collections.community.remoteit.plugins.module_utils._tasks import connection as connection_task
from tests.lab.site import SERVICES, Site
from tests.lab.world import OWNER
from tests.simulator.harness import Simulator

from .history_world import ACCESSES, LISTED, WORLDS
from .hours import Hours
from .machines import HERE, Process, other_machine, running_on
from .registries import Registries

# Both clocks are read to a second, and a step takes some time as well.
TOLERANCE = 3.0
REQUEST_TIMEOUT = 10.0
# Where ids do not tell the sessions of one account apart, the time at which they began does, but for these seconds.
SAME_TIME = 4.0


# For how long others believe that a process lives which they cannot look at, and how often it says so.
LEASE = PATIENCE.life_lease
RENEW_EVERY = LEASE / RENEWALS


@dataclass
class Held:
    """A connection that the registry should know, and for whom it is open."""

    kept: bool = False
    holders: set[str] = field(default_factory=set)


@dataclass
class Step:
    """What one call did: *opened* and *vanished* are what the simulator says, by id.

    :ivar faulty: whether something was to go wrong at remote.it
    :ivar confused: whether nothing told which of two is which
    :ivar refusing: whether the registry could not be written
    """

    opened: dict[str, dict[str, Any]]
    vanished: dict[str, dict[str, Any]]
    result: Any
    error: RemoteItError | None
    faulty: bool
    confused: bool
    refusing: bool
    warnings: list[str]

    @property
    def closes(self) -> bool:
        """Whether nothing kept it from closing what was to be closed."""
        return not self.faulty and not self.confused

    @property
    def calm(self) -> bool:
        """Whether nothing kept it from doing whatever it had to do."""
        return self.closes and not self.refusing


@dataclass
class Place:
    """Where the histories happen, and how often each rule was used in them all."""

    clouds: dict[str, Simulator]
    hours: Hours
    root: Path
    registries: Registries
    counts: Counter[str] = field(default_factory=Counter)


@dataclass
class Beside:
    """The process beside the run that is named *holder*, as far as a task needs it; a name of None is of no run."""

    holder: str | None
    told: Callable[[str, Connection, bool], None]

    def watch(self, _settings: Settings) -> str:
        return self.holder or ""

    def remember(self, _settings: Settings, connection: Connection, opened: bool) -> None:
        if self.holder in connection.holders:
            self.told(str(self.holder), connection, opened)


class History:
    """One history. What should be is in *held*, by service and id; all else is looked up where it is."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.held: dict[str, dict[str, Held]] = {service: {} for service in SERVICES}
        # what a lost answer or a killed process left open
        self.loose: dict[str, str] = {}
        # those that were left to the user, because two clocks leave open whose they are
        self.told_of: set[str] = set()
        # what is open, but was forgotten with the registry
        self.lost: dict[str, str] = {}
        self.strangers: set[str] = set()
        self.mistaken: set[str] = set()
        # those for which the mistaken ones may be taken
        self.mixed_up: set[str] = set()
        self.orphans: set[str] = set()
        self.died: dict[str, float] = {}
        self.faults: list[dict[str, Any]] = []
        self.refusing = False
        self.away = False
        self.processes: dict[int, Process] = {}
        # on which machine each process was that has ended, and when
        self.ended: dict[str, tuple[str, float]] = {}
        self.other_machines = 1
        # what the process beside each run was told, by the run's name
        self.memories: dict[str, Memory] = {}

    def begin_in(self, name: str) -> None:
        """Begin in the world of that name, in which nothing has happened yet."""
        self.count("(histories)")
        self.cloud, self.hours = self.place.clouds[name], self.place.hours
        # Times in the registry are by the clock that answers show.
        self.ahead = WORLDS[name].get("gateway_date", 0.0)
        self.cloud.reset()
        self.place.registries.wipe()
        self.hours.restart(self.cloud, self.time_passed)
        self.site = Site(self.cloud, self.place.root, self.place.registries.place("registry"))
        self.colleague = Site(self.cloud, self.place.root, self.place.registries.place("colleague"))
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
        self,
        options: dict[str, Any],
        who: int | None = None,
        name: str | None = None,
        check: bool = False,
        warn: Callable[[str], None] | None = None,
    ) -> dict[str, Any]:
        holder = self.name(who) if name is None else name
        return connection_task.run(options, check, warn or self.site.warnings.append, Beside(holder, self.remember))

    def wanted(self, access: str, who: int | None, trust: int) -> Wanted:
        options = ACCESSES[access][0]
        wish = Access.from_options(options.get("access"), options.get("client_ip"), None)
        return Wanted(wish, holder=self.name(who), verify_after=trust)

    def machine(self, who: int | None) -> str:
        """Where process *who* is, or would begin: the first two are here."""
        return HERE if who in (None, 0, 1) else other_machine(self.other_machines)

    def name(self, who: int | None) -> Any:
        """The name of a process that lives."""
        if who is None:
            return None
        if who not in self.processes:
            self.processes[who] = Process.started_on(self.machine(who))
        return self.processes[who].name

    def memory(self, name: str) -> Memory:
        """What the process beside the run of that name knows."""
        if name not in self.memories:
            self.memories[name] = Memory(self.site.settings(request_timeout=REQUEST_TIMEOUT), name)
        return self.memories[name]

    def remember(self, name: str, connection: Connection, opened: bool) -> None:
        """The run of that name told that it uses *connection*."""
        self.memory(name).remember(Claim(connection, opened))

    def end(self, who: int) -> None:
        """A process is killed."""
        process = self.processes.pop(who)
        process.fork.kill()
        self.ended[process.name] = process.machine, self.hours.time()

    def time_passed(self, seconds: float) -> None:
        """What has the registry renews its lease."""
        if not self.away:
            self.place.registries.passed(seconds)
            self.renew_all()

    def renew_all(self) -> None:
        """Everybody who lives says so."""
        for process in self.processes.values():
            # As they do, try again later.
            with running_on(process.machine), contextlib.suppress(RegistryError):
                self.site.registry().renew(process.name)

    def step(
        self,
        service: str | None,
        work: Callable[[], Any],
        named: Collection[str] = (),
        who: int | None = None,
    ) -> Step:
        """Do *work* where *who* is, of which only *service* may feel anything; of what is a stranger's, only what is *named*."""
        self.step_begun = self.hours.time()
        if self.faults:
            self.cloud.set_fault(*self.faults)
        begun, before = self.hours.monotonic(), self.open
        self.needed = self.needed_now()
        said, loose = len(self.site.warnings), set(self.loose)
        confused = any(self.confusing(one) for one in ([service] if service else SERVICES))
        faulty, refusing = bool(self.faults), self.refusing
        result, error = None, None
        with running_on(self.machine(who)):
            self.is_unsure = bool(self.ended) and self.site.registry().unsure(Deadline(60)) > 0
            try:
                with self.place.registries.refusing() if refusing else contextlib.nullcontext():
                    result = work()
            except RemoteItError as caught:
                error = caught
        if self.faults:
            self.cloud.set_fault()
        self.faults, self.refusing = [], False
        after = self.look()
        passed = self.hours.monotonic() - begun + 1
        opened = {id_: one for id_, one in after.items() if id_ not in before}
        gone = {id_: one for id_, one in before.items() if id_ not in after}
        vanished = {id_: one for id_, one in gone.items() if one["closes_in"] > passed}
        for one in (*opened.values(), *vanished.values()):
            assert service in (None, one["service_id"]), "another service was touched"
        assert all(one["user"] == OWNER for one in opened.values())
        touched = (self.strangers - self.mistaken) & set(vanished)
        assert touched <= {
            id_
            for id_ in touched
            if any(goes_by(vanished[id_], one) for one in named) and vanished[id_]["user"] == OWNER
        }
        if error:
            assert str(error).isprintable()
        for id_, one in opened.items():
            self.loose[id_] = one["service_id"]
        self.orphans = loose & set(gone)
        warnings = self.site.warnings[said:]
        if self.ahead:
            words = " ".join(warnings).lower()
            self.told_of |= {id_ for id_ in self.loose if id_ in words or after[id_]["session_id"].lower() in words}
        return Step(opened, vanished, result, error, faulty, confused, refusing, warnings)

    def look(self) -> dict[str, dict[str, Any]]:
        """What is open by now."""
        seen = {one["id"].lower(): one for one in self.cloud.state()["connections"]}
        for id_ in [id_ for id_ in self.open if id_ not in seen]:
            self.died[id_] = self.hours.time()
            self.loose.pop(id_, None)
            self.lost.pop(id_, None)
        self.open = seen
        return seen

    def foretold(self, options: dict[str, Any], service: str, who: int | None = None) -> dict[str, Any] | None:
        """What check mode says where *who* is, which does nothing; None when it cannot be known what will happen."""
        if self.faults or self.refusing:
            return None
        self.count("foretell")
        kept, asked = self.files(), len(self.writes())
        step = self.step(None, lambda: self.task(options, 0, "", check=True), who=who)
        assert not step.opened and not step.vanished
        assert (self.files(), len(self.writes())) == (kept, asked), "check mode wrote"
        # Whether what is not listed yet is open is not known until it is closed.
        is_open_question = any(self.is_settling(id_) for id_ in self.held[service])
        # Which clock is right is not known until another connection is open.
        is_open_question |= bool(self.ahead and self.site.registry().read(service).attempts)
        is_open_question |= self.is_on_edge(service, options["verify_after"], self.machine(who))
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

    def left(self, step: Step, service: str, name: str) -> None:
        """*name* has no use for the service any more, though that may not have been written down."""
        noted = {id_ for id_, record in self.records(service).items() if name in record.holders}
        for id_, held in self.held[service].items():
            if not step.refusing or id_ not in noted:
                held.holders.discard(name)

    def forgotten(self) -> None:
        """The registry was lost, so what is open is as a stranger's, but to those who use it."""
        self.strangers |= set(self.open)
        self.lost |= {id_: one["service_id"] for id_, one in self.open.items()}
        self.held = {service: {} for service in SERVICES}
        self.loose = {}
        self.mistaken, self.mixed_up = set(), set()

    def found_again(self, name: str) -> None:
        """What the registry had lost of what the run of that name uses may be there again."""
        for service, held in self.held.items():
            records = self.records(service)
            for one in self.memory(name).held().get(service, []):
                id_ = one.id.lower()
                if id_ in records:
                    known = held.setdefault(id_, Held(one.kept))
                    known.holders |= {name} & {*records[id_].holders}
                    self.strangers.discard(id_)
                    self.lost.pop(id_, None)

    def put_back(self, step: Step, name: str) -> None:
        """The run of that name said that it lives, and so puts back what the registry had lost of what it uses."""
        self.found_again(name)
        if step.calm:
            used = {one.id.lower() for some in self.memory(name).held().values() for one in some}
            for id_ in used & set(self.lost):
                assert self.age(self.open[id_]) <= LISTED + TOLERANCE, "what was lost was not put back"

    def nobody_lost(self, step: Step, leaving: str | None = None) -> None:
        """What somebody but who is *leaving* needs was left open."""
        for id_ in step.vanished:
            # None stands for what is to be kept, and nobody leaves that.
            assert step.confused or not self.needed.get(id_, set()) - {leaving or ""}, "somebody lost a use"

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
                lapsed = self.lapsed(held)
                assert {*record.holders} - lapsed in (held.holders - lapsed, {*held.holders, name} - lapsed)
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
            lapsed = self.lapsed(known[id_])
            assert (record.kept, {*record.holders} | lapsed) == (known[id_].kept, known[id_].holders | lapsed)
            # Another one may have its address by now, and answer there.
            is_taken = any((one["host"], one["port"]) == (record.host, record.port) for one in self.open.values())
            if id_ not in self.open and not (is_taken or self.confusing(service) or id_ in self.mixed_up):
                assert record.verified_at <= self.died[id_] + TOLERANCE, "it was found alive when it was dead"
        for id_, where in self.loose.items():
            if where == service and id_ not in self.mistaken | self.told_of:
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
        # Which of two orphans was made by the call that found them, nobody can know either, nor what was taken for another.
        known = set(told) - self.orphans - self.mistaken
        assert closed == told if step.calm else known <= set(closed) <= set(told)

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
            is_known = id_ in self.mixed_up or self.trusted(records[id_], trust) or self.is_settling(id_)
            assert is_known or unchecked, "it is dead"
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

    def is_on_edge(self, service: str, trust: int, machine: str) -> bool:
        """Whether a moment later, what is known there is trusted no more, or somebody taken to have ended."""
        ages = [self.hours.time() - record.verified_at for record in self.records(service).values()]
        ended = {name for held in self.held[service].values() for name in held.holders if name in self.ended}
        return any(abs(age - trust) < TOLERANCE for age in ages) or any(self.may_live(name, machine) for name in ended)

    def confusing(self, service: str) -> bool:
        """Whether nobody knows of something that began just when something did that died before it was ever listed.

        Where REST and the list of sessions use ids of their own, nothing tells the two apart.
        """
        remembered = [one for memory in self.memories.values() for one in memory.held().get(service, [])]
        known = {one.id.lower(): self._in_our_time(one) for one in remembered} | self.records(service)
        dead = {id_: record for id_, record in known.items() if id_ not in self.open and record.api == "rest"}
        for id_, where in (self.loose | self.lost).items():
            began = self.began(self.open[id_])
            alike = {dead_id for dead_id, record in dead.items() if self.is_alike(record, began)}
            if where == service and alike:
                self.mistaken.add(id_)
                self.mixed_up |= alike
        return any(id_ in self.open and self.open[id_]["service_id"] == service for id_ in self.mistaken)

    def is_alike(self, record: Connection, began: float) -> bool:
        """Whether something that *began* then did so while that was opened, by either clock that may be right."""
        return any(
            record.asked_at - SAME_TIME < began - ahead < record.opened_at + SAME_TIME for ahead in (0.0, self.ahead)
        )

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

    def unneeded(self, service: str, who: int | None = None, leaving: str = "") -> set[str]:
        """What is open for nobody but who is *leaving*, as far as it can be known where *who* is, or was being closed."""
        held, records, machine = self.held[service], self.records(service), self.machine(who)
        return {
            id_
            for id_ in self.alive(service)
            if records[id_].closing
            or not (held[id_].kept or any(self.may_live(name, machine) for name in held[id_].holders - {leaving}))
        }

    def needed_now(self) -> dict[str, set[str | None]]:
        """By whom what the registry knows is needed: the names of processes that live, and None if it is to be kept."""
        living = {process.name for process in self.processes.values()}
        needed: dict[str, set[str | None]] = {}
        for service, held in self.held.items():
            records = self.records(service)
            for id_ in [id_ for id_ in held if id_ in records and not records[id_].closing]:
                needed[id_] = {*(held[id_].holders & living), *([None] if held[id_].kept else [])}
        return needed

    def may_live(self, name: str, machine: str) -> bool:
        """Whether it could be taken to live on *machine* when the last step began."""
        if name not in self.ended:
            return True
        where, ended = self.ended[name]
        return where != machine and (self.is_unsure or self.step_begun < ended + LEASE + TOLERANCE)

    def lapsed(self, held: Held) -> set[str]:
        """Those who need it no more, and have said nothing for so long that others may have noticed."""
        last = self.hours.time() - LEASE + RENEW_EVERY + TOLERANCE
        return {name for name in held.holders if name in self.ended and self.ended[name][1] < last}

    def overdue(self, service: str) -> set[str]:
        """What was left open by nobody's will, is listed by now, and was not told."""
        return {
            id_
            for id_, where in self.loose.items()
            if where == service and id_ not in self.told_of and self.age(self.open[id_]) > LISTED + TOLERANCE
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
        times = ("asked_at", "opened_at", "expires_at")
        return record._replace(**{name: getattr(record, name) - self.ahead for name in times})

    def files(self) -> dict[str, bytes]:
        root = Path(self.site.place)
        records = [path for path in sorted(root.rglob("*")) if path.is_file() and path.parent.name != "holders"]
        return {str(path): path.read_bytes() for path in records}

    def writes(self) -> list[dict[str, Any]]:
        return [call for call in self.cloud.calls() if call["operation"] != "query"]


def defaults(module: Any) -> dict[str, Any]:
    return {name: option.get("default") for name, option in module.argument_spec().items()}


def lowered(names: Iterable[str]) -> list[str]:
    return sorted(name.lower() for name in names)


def goes_by(one: dict[str, Any], name: str) -> bool:
    return name.lower() in (one["id"].lower(), one["session_id"].lower())
