# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random histories of the connections of three services, and after each step the questions that a user would ask."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ansible_collections.community.remoteit.plugins.module_utils import (
    _connection_info_task,
    _connection_task,
    _registry,
    _transport,
)
from ansible_collections.community.remoteit.plugins.module_utils._access import Access
from ansible_collections.community.remoteit.plugins.module_utils._claims import join, leave
from ansible_collections.community.remoteit.plugins.module_utils._clock import Deadline, from_iso8601
from ansible_collections.community.remoteit.plugins.module_utils._errors import OptionError, RemoteItError
from ansible_collections.community.remoteit.plugins.module_utils._holder import holder
from ansible_collections.community.remoteit.plugins.module_utils._http import Http
from ansible_collections.community.remoteit.plugins.module_utils._liveness import SETTLING
from ansible_collections.community.remoteit.plugins.module_utils._model import Connection, same_id
from ansible_collections.community.remoteit.plugins.module_utils._sweep import sweep
from ansible_collections.community.remoteit.plugins.module_utils._wanted import Wanted
from tests.lab.world import NEIGHBOUR, OWNER
from tests.simulator.harness import Simulator
from tests.unit.plugins.processes import Fork

from .hours import Hours
from .site import SERVICES, Site, configuration

T = TypeVar("T")

NEIGHBOURS_KEY = "LABACCESSKEY00000009"
STEPS = 50
# Nothing is looked for before it must be listed.
LISTED = 4.0
# Both clocks are read to a second, and a step takes some time as well.
TOLERANCE = 3.0
_REQUEST_TIMEOUT = 10.0
# Where ids do not tell the sessions of one account apart, the time at which they began does, but for these seconds.
SAME_TIME = 4.0

ACCESSES = {
    "latching": ({}, "255.255.255.255"),
    "public": ({"access": "public"}, "0.0.0.0"),
    "restricted": ({"access": "restricted", "client_ip": "127.0.0.9"}, "127.0.0.9"),
}

# What an account may be like: behaviour of the simulator.
WORLDS: dict[str, dict[str, Any]] = {
    "plain": {"idle_timeout": 600},
    "odd": {
        "lifetime": 1000,
        "idle_timeout": 5000,
        "session_delay": LISTED,
        "rest_session_id": "different",
        "id_case": "mixed",
        "reuse_ports": True,
        "disconnect_unknown": "false",
        "rest_answer": "toplevel_id",
    },
}


def world(target: str, **behaviour: Any) -> dict[str, Any]:
    """The site, with a neighbour who may use its device, too, and sessions of others that nobody may touch."""
    content = configuration(target, **behaviour)
    neighbour = content["accounts"][1]
    neighbour["developer_key"] = "Tm90T3VycyE"
    neighbour["access_keys"] = [{"id": NEIGHBOURS_KEY, "secret": content["accounts"][0]["access_keys"][0]["secret"]}]
    content["devices"][0]["shared_with"] = [{"account": NEIGHBOUR, "permissions": ["VIEW", "CONNECT"]}]
    content["sessions"] = [
        {"id": f"16fd2706-8baf-433b-82eb-8c7fada8470{number}", "service": SERVICES[number], "account": who, **more}
        for number, (who, more) in enumerate([(NEIGHBOUR, {}), (OWNER, {"proxy": False})])
    ]
    return content


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
    counts: Counter[str] = field(default_factory=Counter)


# -- what may happen ---------------------------------------------------------------------------------------------------

_ANSWERS = [
    *({"fault": "lost_answer", "how": how} for how in ("close", "reset", "half")),
    *({"fault": "lost_request", "how": how} for how in ("close", "reset")),
    *({"fault": "status", "status": status} for status in (401, 403, 500, 502, 503)),
    *({"fault": "status", "status": 503, "committed": True}, {"fault": "status", "status": 429, "retry_after": "2"}),
    *({"fault": name} for name in ("truncated", "empty", "html", "wrong_type", "wrong_fields", "extra_fields")),
    *({"fault": name} for name in ("refused", "errors", "data_null")),
    {"fault": "data_null", "committed": True},
]
FAULTS = st.builds(
    lambda fault, operation, count, after: {**fault, "operation": operation, "count": count, "after": after},
    st.sampled_from(_ANSWERS),
    st.sampled_from(["connect", "connect", "stop", "disconnect", "query", "*"]),
    st.sampled_from([1, 1, 1, 1, 2, 2, 3, 50]),
    st.sampled_from([0, 0, 0, 1]),
)
TROUBLE = st.lists(FAULTS, min_size=1, max_size=2)
SERVICE = st.sampled_from(SERVICES)
API = st.sampled_from(["rest", "graphql", "graphql without developer key"])
ACCESS = st.sampled_from(list(ACCESSES))
# the number of a process that needs a connection; None is somebody who will say when it is to be closed
WHO = st.sampled_from([None, None, 0, 1])
LIFE = st.sampled_from([0, 300, 900])
PICK = st.integers(0, 19)
TRUST = st.sampled_from([0, 15, 15, 3600])


def first_open(is_needed: Callable[[Machine], Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Have a rule open a connection instead where there is nothing yet that it could be about.

    A precondition of hypothesis's would have it draw other rules, and so never the same history twice: what is there
    depends on moments as well.
    """

    def wrap(rule_: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(rule_)
        def run(self: Machine, **how: Any) -> None:
            if is_needed(self):
                rule_(self, **how)
            else:
                self.open_one(
                    service=SERVICES[self.steps % 2],
                    api="rest",
                    access="latching",
                    who=None,
                    life=0,
                    trust=15,
                    foretell=False,
                )

        return run

    return wrap


something_is_held = first_open(lambda self: any(self.records(service) for service in SERVICES))
something_is_open = first_open(lambda self: self.open)
something_is_ours = first_open(lambda self: set(self.open) - self.strangers)


class Machine(RuleBasedStateMachine):
    """One history. What should be is in *held*, by service and id; all else is looked up where it is."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.held: dict[str, dict[str, Held]] = {service: {} for service in SERVICES}
        # what a lost answer or a killed process left open
        self.loose: dict[str, str] = {}
        self.strangers: set[str] = set()
        self.mistaken: set[str] = set()
        self.orphans: set[str] = set()
        self.died: dict[str, float] = {}
        self.steps = -1
        self.faults: list[dict[str, Any]] = []
        self.processes: dict[int, tuple[Fork, str]] = {}

    @initialize(name=st.sampled_from(sorted(WORLDS)))
    def begin(self, name: str) -> None:
        self.count("(histories)")
        self.cloud, self.hours = self.place.clouds[name], self.place.hours
        self.cloud.reset()
        self.hours.restart(self.cloud)
        shutil.rmtree(self.place.root, ignore_errors=True)
        self.site = Site(self.cloud, self.place.root)
        self.colleague = Site(self.cloud, self.place.root / "colleague")
        self.open: dict[str, dict[str, Any]] = {}
        self.look()

    def teardown(self) -> None:
        self.place.counts["(mistaken)"] += len(self.mistaken)
        self.place.counts["(steps)"] += self.steps
        self.place.counts[f"(histories of {STEPS} steps)"] += self.steps >= STEPS
        for process, _name in self.processes.values():
            process.kill()

    # -- rules: what users do ------------------------------------------------------------------------------------------

    @rule(service=SERVICE, api=API, access=ACCESS, who=WHO, life=LIFE, trust=TRUST, foretell=st.booleans())
    def open_one(self, **how: Any) -> None:
        self.count("open")
        self.present(**how, force=False)

    @rule(faults=TROUBLE, service=SERVICE, api=API, access=ACCESS, who=WHO, force=st.booleans())
    def open_in_trouble(self, faults: list[dict[str, Any]], **how: Any) -> None:
        self.count("open in trouble")
        self.faults = faults
        self.present(**how, life=300, trust=0, foretell=False)

    @rule(faults=TROUBLE, pick=PICK, api=API)
    @something_is_held
    def close_in_trouble(self, faults: list[dict[str, Any]], pick: int, api: str) -> None:
        self.count("close in trouble")
        self.faults = faults
        record = _picked(pick, [record for service in SERVICES for record in self.records(service).values()])
        self.absent(record.service_id, api, False)

    @rule(pick=PICK, api=API, who=WHO, trust=TRUST, foretell=st.booleans())
    @something_is_held
    def use_again(self, pick: int, **how: Any) -> None:
        self.count("use again")
        record = _picked(pick, [record for service in SERVICES for record in self.records(service).values()])
        self.present(**how, service=record.service_id, access=record.access, life=0, force=False)

    @rule(service=SERVICE, api=API, access=ACCESS, who=WHO, foretell=st.booleans())
    @something_is_held
    def force(self, **how: Any) -> None:
        self.count("open by force")
        self.present(**how, life=0, trust=15, force=True)

    def present(
        self, service: str, api: str, access: str, who: int | None, force: bool, life: int, trust: int, foretell: bool
    ) -> None:
        options = {**self.options(service, api), **ACCESSES[access][0], "min_remaining": life, "verify_after": trust}
        options |= {"force": force, "close": "never" if who is None else "at_end"}
        foretold = self.foretold(options, service) if foretell else None
        reusable = [] if force else self.reusable(service, access, life)
        records = self.records(service)
        over = all(one.until + TOLERANCE < self.hours.time() for one in self.site.registry().read(service).attempts)
        step = self.step(service, lambda: self.task(options, who))
        if step.error:
            self.failed(step, service)
            return
        self.is_true(step)
        found = step.result["connection"]
        self.is_usable(found, step, service, access, trust, records)
        id_ = found["id"].lower()
        self.told(step, service, id_)
        self.claimed(service, id_, who)
        if step.calm:
            assert not (reusable and step.opened), "one was open already"
            assert set(self.unneeded(service)) <= {id_}
        if step.calm and (over or not self.trusted(records.get(id_), trust)):
            assert not self.overdue(service)
        self.was_foretold(foretold, step, service)

    @rule(service=SERVICE, api=API, foretell=st.booleans())
    @something_is_open
    def close(self, **how: Any) -> None:
        self.count("close")
        self.absent(**how)

    def absent(self, service: str, api: str, foretell: bool) -> None:
        options = {**self.options(service, api), "state": "absent"}
        foretold = self.foretold(options, service) if foretell else None
        step = self.step(service, lambda: self.task(options))
        if step.error:
            self.failed(step, service)
            return
        self.is_true(step)
        assert not step.opened
        assert not self.alive(service)
        self.held[service] = {}
        if step.calm:
            assert not self.overdue(service)
        self.was_foretold(foretold, step, service)

    @rule(pick=PICK, service=SERVICE, api=API, foretell=st.booleans())
    @something_is_open
    def absent_by_id(self, pick: int, service: str, api: str, foretell: bool) -> None:
        self.count("close one id")
        id_ = _picked(pick, [*self.open, *self.died, "16fd2706-8baf-433b-82eb-8c7fada84700", "00000000-unknown"])
        options = {**self.options(service, api), "state": "absent", "connection_id": id_}
        foretold = self.foretold(options, service) if foretell else None
        is_here = self.open.get(id_, {}).get("service_id") == service
        step = self.step(service, lambda: self.task(options), named=id_)
        if step.error:
            # It may be the id of another service's, which is said so.
            if not isinstance(step.error, OptionError) or is_here:
                self.failed(step, service)
            return
        self.is_true(step)
        assert not step.opened
        if is_here and id_ in self.held[service]:
            assert id_ not in self.open
            del self.held[service][id_]
        self.was_foretold(foretold, step, service)

    @rule(service=SERVICE)
    @something_is_open
    def info(self, service: str) -> None:
        self.count("list")
        params = {**_defaults(_connection_info_task), **self.site.options(), "service_id": service}
        warnings: list[str] = []
        step = self.step(service, lambda: _connection_info_task.run(params, False, warnings.append))
        assert not step.error and not step.opened and not step.vanished
        if not step.calm:
            return
        listed = {item["id"].lower(): item["held"] for item in step.result["connections"]}
        there = {id_ for id_ in self.alive(service) if self.age(self.open[id_]) > LISTED}
        assert there <= {id_ for id_, is_held in listed.items() if is_held}
        for id_, is_held in listed.items():
            if is_held:
                assert id_ in self.held[service] and (id_ in self.open or self.is_settling(id_))
            else:
                assert id_ in {
                    name for one in self.open.values() for name in (one["id"].lower(), one["session_id"].lower())
                }

    # -- rules: what processes do --------------------------------------------------------------------------------------

    @rule(service=SERVICE, access=ACCESS, who=st.sampled_from([0, 1]), trust=TRUST)
    @something_is_held
    def join(self, service: str, access: str, who: int, trust: int) -> None:
        """As a ProxyCommand does first."""
        self.count("join")
        wanted = self.wanted(access, who, trust)
        records = self.records(service)
        step = self.step(service, lambda: join(self.site.registry(), service, wanted, Deadline(60)))
        assert not step.error and not step.opened and not step.vanished
        if step.result is not None:
            self.is_usable(step.result.as_result(self.hours.time()), step, service, access, trust, records)
            self.claimed(service, step.result.id.lower(), who)

    @rule(pick=PICK, service=SERVICE, who=WHO, api=API)
    @something_is_held
    def replace(self, pick: int, service: str, who: int | None, api: str) -> None:
        """As a ProxyCommand does whose proxy does not answer."""
        records = self.records(service)
        if not records:
            service = next(service for service in SERVICES if self.records(service))
            records = self.records(service)
        self.count("replace")
        dead = _picked(pick, list(records.values()))
        wanted = Wanted(Access(dead.access, dead.client_ip), holder=self.name(who), verify_after=0)
        core = self.site.connections(**self.api(api))
        step = self.step(service, lambda: core.instead_of(dead, wanted, Deadline(60)))
        if wanted.holder:
            for held in self.held[service].values():
                held.holders.discard(wanted.holder)
        if step.error:
            self.failed(step, service, adopt=True)
            return
        found: Connection = step.result
        assert not same_id(found.id, dead.id)
        access = next(name for name, (_options, hostip) in ACCESSES.items() if hostip == wanted.access.hostip)
        self.is_usable(found.as_result(self.hours.time()), step, service, access, 0, records)
        self.told(step, service, found.id.lower())
        self.claimed(service, found.id.lower(), who)
        if step.calm:
            assert set(self.unneeded(service)) <= {found.id.lower()}
            assert not self.overdue(service)

    @rule(service=SERVICE, who=st.sampled_from([0, 1]), api=API, briefly=st.booleans())
    @something_is_open
    def release(self, service: str, who: int, api: str, briefly: bool) -> None:
        self.count("release")
        name = self.name(who)
        if briefly:
            step = self.step(service, lambda: leave(self.site.registry(), service, name, Deadline(60)))
            assert not step.error and not step.opened and not step.vanished
            if not step.result:
                return
        else:
            step = self.step(
                service, lambda: self.site.connections(**self.api(api)).release(service, name, Deadline(60))
            )
        for held in self.held[service].values():
            held.holders.discard(name)
        if step.error:
            self.failed(step, service)
            return
        assert not step.opened
        if not briefly:
            assert _ids(step.result) == self.names_of(step.vanished, step.result)
        if step.calm:
            assert not self.unneeded(service)

    @rule(who=st.sampled_from([0, 1]))
    def kill_holder(self, who: int) -> None:
        self.count("kill a holder")
        if who in self.processes:
            self.processes.pop(who)[0].kill()

    @rule(who=st.sampled_from([0, 1]))
    def end_of_run(self, who: int) -> None:
        """A process ends, and what watches over it sweeps."""
        self.count("end of a run")
        name = self.name(who)
        self.processes.pop(who)[0].kill()
        step = self.step(None, lambda: sweep(self.site.settings(request_timeout=_REQUEST_TIMEOUT), name))
        assert not step.error and not step.opened
        for service in SERVICES:
            for held in self.held[service].values():
                held.holders.discard(name)
            if step.calm:
                assert not self.unneeded(service)
                assert not self.overdue(service)
        assert not (step.calm and step.result)

    @rule(
        service=SERVICE, api=API, access=ACCESS, who=WHO, force=st.booleans(), nth=st.integers(1, 4),
        moment=st.sampled_from(["asking", "asked", "writing", "written", "kept"]),
    )  # fmt: skip
    def killed(self, service: str, api: str, access: str, who: int | None, force: bool, nth: int, moment: str) -> None:
        """A process is killed while it opens."""
        self.count("kill while opening")
        self.faults = []
        self.cloud.set_fault()
        name = self.name(who)
        options = {**self.options(service, api), **ACCESSES[access][0], "force": force}
        options["close"] = "never" if who is None else "at_end"

        def work(_report: Callable[[str], None]) -> None:
            _die(moment, nth)
            with contextlib.suppress(RemoteItError):
                self.task(options, who, name)

        step = self.step(service, lambda: Fork(work).join())
        assert step.result in (0, -signal.SIGKILL)
        self.adopt(step, service, name)

    @rule()
    @something_is_open
    def restart(self) -> None:
        """All that a process remembers is gone."""
        self.count("restart")
        _transport._dialect_that_worked.clear()

    # -- rules: what happens to them -----------------------------------------------------------------------------------

    @rule(faults=TROUBLE)
    @something_is_open
    def lose(self, faults: list[dict[str, Any]]) -> None:
        """What goes wrong while the next one asks."""
        self.count("fault")
        self.faults = faults

    @rule(seconds=st.sampled_from([1, 1, 3, 6, 6, 20, 60, 601, 701, 1001]))
    @something_is_open
    def time_passes(self, seconds: int) -> None:
        self.count("time passes")
        self.hours.sleep(seconds)
        before = len(self.open)
        self.look()
        self.place.counts["(expired or idle)"] += before - len(self.open)

    @rule(pick=PICK)
    @something_is_open
    def close_elsewhere(self, pick: int) -> None:
        self.count("close elsewhere")
        self.cloud.close(_picked(pick, list(self.open)))
        self.look()

    @rule(service=SERVICE, neighbour=st.booleans(), api=st.sampled_from(["rest", "graphql"]))
    def open_elsewhere(self, service: str, neighbour: bool, api: str) -> None:
        """Another user opens a connection, or somebody with our key who does not share our registry."""
        self.count("open elsewhere")
        self.cloud.set_fault()
        who: dict[str, Any] = {}
        if neighbour:
            who = {"access_key_id": NEIGHBOURS_KEY, "developer_key": "Tm90T3VycyE"}
        else:
            until = max((item.until for item in self.site.registry().read(service).attempts), default=0.0)
            self.hours.sleep(max(0.0, until - self.hours.time()) + SAME_TIME)
        before = self.look()
        wanted = Wanted(Access(), force=True)
        self.colleague.connections(api=api, **who).present(service, wanted, Deadline(60))
        if not neighbour:
            self.hours.sleep(SAME_TIME)
        self.look()
        self.strangers |= set(self.open) - set(before)
        self.cloud.set_fault(*self.faults)

    @rule()
    @something_is_ours
    def clean_up(self) -> None:
        """In the end, everything can be closed, and nothing is left."""
        self.count("clean up")
        self.faults = []
        self.cloud.set_fault()
        self.hours.sleep(SETTLING)
        self.look()
        for service in SERVICES:
            self.absent(service, "rest", False)
            assert self.confusing(service) or not self.records(service)
        assert set(self.open) <= self.strangers | self.mistaken

    # -- what they do it with ------------------------------------------------------------------------------------------

    def count(self, what: str) -> None:
        self.place.counts[what] += 1

    def api(self, api: str) -> dict[str, Any]:
        wire, *without_key = api.split(" ", 1)
        options: dict[str, Any] = {"api": wire, "request_timeout": _REQUEST_TIMEOUT}
        return {**options, "developer_key": None} if without_key else options

    def options(self, service: str, api: str) -> dict[str, Any]:
        return {**_defaults(_connection_task), **self.site.options(), **self.api(api), "service_id": service}

    def task(
        self, options: dict[str, Any], who: int | None = None, name: str | None = None, check: bool = False
    ) -> dict[str, Any]:
        return _connection_task.run(options, check, self.site.warnings.append, lambda _settings: name or self.name(who))

    def wanted(self, access: str, who: int | None, trust: int) -> Wanted:
        options = ACCESSES[access][0]
        wish = Access.from_options(options.get("access"), options.get("client_ip"), None)
        return Wanted(wish, holder=self.name(who), verify_after=trust)

    def name(self, who: int | None) -> Any:
        """The name of a process that lives."""
        if who is None:
            return None
        if who not in self.processes:
            process = Fork(lambda report: (report(holder(os.getpid())), signal.pause()))
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
            id_ for id_ in touched if named and _is(vanished[id_], named) and vanished[id_]["user"] == OWNER
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
        return None if is_open_question or step.error else step.result

    def was_foretold(self, foretold: dict[str, Any] | None, step: Step, service: str) -> None:
        if foretold is None:
            return
        result = step.result
        assert (foretold["changed"], _ids(foretold["closed"])) == (result["changed"], _ids(result["closed"]))
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

    @invariant()
    def registries_are_right(self) -> None:
        self.steps += 1
        for service in SERVICES:
            self.registry_is_right(service)

    def registry_is_right(self, service: str) -> None:
        holding = self.site.registry().read(service)
        known = self.held[service]
        records = {record.id.lower(): record for record in holding.connections}
        assert set(records) <= set(known), "the registry knows what nobody opened"
        for id_ in set(known) - set(records):
            assert id_ not in self.open, f"an open connection was forgotten: {self.open[id_]}"
            del known[id_]
        for id_, record in records.items():
            assert (record.kept, {*record.holders}) == (known[id_].kept, known[id_].holders)
            if id_ not in self.open and not self.confusing(service):
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
        closed = _ids(step.result["closed"])
        # Whether it was closed by somebody else or by a request whose answer was lost, nobody can know.
        unsure = [] if step.calm else [id_ for id_ in closed if id_ in self.died and id_ not in step.vanished]
        unsure = [id_ for id_ in unsure if not any(_is(one, id_) for one in step.vanished.values())]
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
        return record is not None and self.hours.time() - record.opened_at < SETTLING + TOLERANCE

    def confusing(self, service: str) -> bool:
        """Whether nobody knows of something that began just when something did that died before it was ever listed.

        Where REST and the list of sessions use ids of their own, nothing tells the two apart.
        """
        dead = [
            record for id_, record in self.records(service).items() if id_ not in self.open and record.api == "rest"
        ]
        for id_, where in self.loose.items():
            began = self.began(self.open[id_])
            if where == service and any(abs(record.opened_at - began) < SAME_TIME for record in dead):
                self.mistaken.add(id_)
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
        return {record.id.lower(): record for record in self.site.registry().read(service).connections}

    def files(self) -> dict[str, bytes]:
        root = self.place.root / "registry"
        return {str(path): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}

    def writes(self) -> list[dict[str, Any]]:
        return [call for call in self.cloud.calls() if call["operation"] != "query"]


def _picked(number: int, from_: Sequence[T]) -> T:
    # Ids are never the same twice, so that a choice among them could not be repeated.
    return from_[number % len(from_)]


def _defaults(module: Any) -> dict[str, Any]:
    return {name: option.get("default") for name, option in module.argument_spec().items()}


def _ids(names: Iterable[str]) -> list[str]:
    return sorted(name.lower() for name in names)


def _is(one: dict[str, Any], name: str) -> bool:
    return name.lower() in (one["id"].lower(), one["session_id"].lower())


def _die(moment: str, nth: int) -> None:
    """Have this process killed at the *nth* time that it comes to *moment*."""
    left = nth

    def reach(here: str) -> None:
        nonlocal left
        left -= here == moment
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    def between(before: str, work: Callable[..., Any], after: str) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            reach(before)
            result = work(*arguments)
            reach(after)
            return result

        return run

    patches: Any = (
        (Http, "post", "asking", "asked"),
        (_registry, "_replace", "writing", "kept"),
        (os, "replace", "written", ""),
    )
    for owner, name, before, after in patches:
        setattr(owner, name, between(before, getattr(owner, name), after))
