# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random histories of the connections of three services, checked after each step."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ansible_collections.community.remoteit.plugins.module_utils._api.http_exchange import Http
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    ApiError,
    OptionError,
    RegistryError,
    RemoteItError,
)
from ansible_collections.community.remoteit.plugins.module_utils._connections.liveness import LISTED_AFTER
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep import sweep
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.connection import Connection
from ansible_collections.community.remoteit.plugins.module_utils._model.ids import same_id
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry import files
from ansible_collections.community.remoteit.plugins.module_utils._registry.claims import join, leave
from ansible_collections.community.remoteit.plugins.module_utils._registry.redis_store import RedisStore
from ansible_collections.community.remoteit.plugins.module_utils._tasks import connection_info as connection_info_task
from tests.doubles.processes import Fork
from tests.lab.site import SERVICES

from .history import REQUEST_TIMEOUT, SAME_TIME, TOLERANCE, History, Place, defaults, lowered
from .history_world import ACCESSES, LISTED, NEIGHBOURS_DEVELOPER_KEY, NEIGHBOURS_KEY, WORLDS
from .machines import HERE

T = TypeVar("T")

STEPS = 50

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
# the number of a process that needs a connection, on this machine or on another one; None is somebody who will say when
# it is to be closed
HOLDERS = [0, 1, 2, 3]
HOLDER = st.sampled_from(HOLDERS)
WHO = st.sampled_from([None, None, None, *HOLDERS])
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


class Machine(History, RuleBasedStateMachine):
    """The rules of which a history is made."""

    def __init__(self, place: Place) -> None:
        RuleBasedStateMachine.__init__(self)
        History.__init__(self, place)
        self.steps = -1

    @initialize(name=st.sampled_from(sorted(WORLDS)))
    def begin(self, name: str) -> None:
        self.begin_in(name)

    def teardown(self) -> None:
        self.place.counts["(mistaken)"] += len(self.mistaken)
        self.place.counts["(steps)"] += self.steps
        self.place.counts[f"(histories of {STEPS} steps)"] += self.steps >= STEPS
        for process in self.processes.values():
            process.fork.kill()

    @invariant()
    def registries_are_right(self) -> None:
        self.steps += 1
        for service in SERVICES:
            self.registry_is_right(service)

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
        foretold = self.foretold(options, service, who) if foretell else None
        reusable = [] if force else self.reusable(service, access, life)
        records = self.records(service)
        over = all(one.until + TOLERANCE < self.hours.time() for one in self.site.registry().read(service).attempts)
        step = self.step(service, lambda: self.task(options, who), who=who)
        if not force:
            self.nobody_lost(step)
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
            assert self.unneeded(service, who) <= {id_}
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
        if step.closes:
            assert not self.alive(service)
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
        step = self.step(service, lambda: self.task(options), named=[id_])
        if step.closes and is_here and id_ in self.held[service]:
            assert id_ not in self.open
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
        params = {**defaults(connection_info_task), **self.site.options(), "service_id": service}
        warnings: list[str] = []
        step = self.step(service, lambda: connection_info_task.run(params, False, warnings.append))
        assert not step.opened and not step.vanished
        # Where nothing is held, it must not be told that nothing is open.
        assert not step.error or (isinstance(step.error, ApiError) and not step.closes)
        if not step.closes:
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

    @rule(service=SERVICE, access=ACCESS, who=HOLDER, trust=TRUST)
    @something_is_held
    def join(self, service: str, access: str, who: int, trust: int) -> None:
        """As a ProxyCommand does first."""
        self.count("join")
        wanted = self.wanted(access, who, trust)
        records = self.records(service)
        step = self.step(service, lambda: join(self.site.registry(), service, wanted, Deadline(60)), who=who)
        assert not step.opened and not step.vanished
        if step.error:
            assert step.refusing and isinstance(step.error, RegistryError)
            return
        if step.result is not None:
            self.remember(self.name(who), step.result, False)
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
        wish = Access(dead.access, dead.client_ip)
        wanted = Wanted(wish, holder=self.name(who), verify_after=0)
        core = self.site.connections(**self.api(api))
        step = self.step(service, lambda: core.instead_of(dead, wanted, Deadline(60)), who=who)
        self.nobody_lost(step, wanted.holder)
        if wanted.holder:
            self.left(step, service, wanted.holder)
        if step.error:
            self.failed(step, service, adopt=True)
            return
        found: Connection = step.result.usable()
        if wanted.holder:
            self.remember(wanted.holder, found, step.result.is_new)
        assert not same_id(found.id, dead.id)
        access = next(name for name, (_options, hostip) in ACCESSES.items() if hostip == wish.hostip)
        self.is_usable(found.as_result(self.hours.time()), step, service, access, 0, records)
        self.told(step, service, found.id.lower())
        self.claimed(service, found.id.lower(), who)
        if step.calm:
            assert self.unneeded(service, who) <= {found.id.lower()}
            assert not self.overdue(service)

    @rule(service=SERVICE, who=HOLDER, api=API, briefly=st.booleans())
    @something_is_open
    def release(self, service: str, who: int, api: str, briefly: bool) -> None:
        self.count("release")
        name = self.name(who)
        if briefly:
            step = self.step(service, lambda: leave(self.site.registry(), service, name, Deadline(60)), who=who)
            assert not step.opened and not step.vanished
            if step.error:
                assert step.refusing and isinstance(step.error, RegistryError)
                return
            if not step.result:
                return
        else:
            core, opened = self.site.connections(**self.api(api)), self.memory(name).opened().get(service, [])
            step = self.step(
                service,
                lambda: core.release(service, name, Deadline(60), opened),
                named=[one.id for one in opened],
                who=who,
            )
        self.found_again(name)
        self.nobody_lost(step, name)
        if step.closes:
            assert not self.unneeded(service, who, name)
        self.left(step, service, name)
        if step.error:
            self.failed(step, service)
            return
        assert not step.opened
        # What was taken for another one goes by the name of that.
        if not briefly and not step.confused:
            assert lowered(step.result) == self.names_of(step.vanished, step.result)

    @rule(who=HOLDER)
    def kill_holder(self, who: int) -> None:
        self.count("kill a holder")
        if who in self.processes:
            self.end(who)

    @rule(who=HOLDER)
    def end_of_run(self, who: int) -> None:
        """A process ends, and what watches over it sweeps."""
        self.count("end of a run")
        name = self.name(who)
        self.end(who)
        memory = self.memory(name)
        opened = [one for some in memory.opened().values() for one in some]
        # It is put back as well if it was lost, and here nobody else does so while time passes.
        held = [one for some in memory.held().values() for one in some]
        joined = [one for one in held if one.id.lower() in self.lost]
        step = self.step(
            None,
            lambda: sweep(self.site.settings(request_timeout=REQUEST_TIMEOUT), name, memory),
            named=[one.id for one in (*opened, *joined)],
            who=who,
        )
        assert not step.error and not step.opened
        # Who sweeps has forgotten it by now, but put it back before.
        for one in held:
            self.remember(name, one, one in opened)
        self.put_back(step, name)
        self.nobody_lost(step)
        for service in SERVICES:
            if step.closes:
                assert not self.unneeded(service, who, name)
                assert self.ahead or not self.overdue(service)
            self.left(step, service, name)
        if self.ahead:
            # It has nobody to tell what two clocks leave open.
            self.told_of |= set(self.loose)
        if step.closes:
            assert not self.open.keys() & {one.id.lower() for one in opened if one.id.lower() in self.lost}
        if step.calm:
            # Here, unlike beside a run, nobody renews while time passes.
            truths = (
                "was left behind by a process that has ended, and was closed",
                "was to be closed before, and was closed",
                "could not reach the registry for",
            )
            assert all(any(truth in one for truth in truths) for one in step.result)

    @rule(
        service=SERVICE, api=API, access=ACCESS, who=WHO, force=st.booleans(), nth=st.integers(1, 4),
        moment=st.sampled_from(["asking", "asked", "writing", "written", "kept"]),
    )  # fmt: skip
    def killed(self, service: str, api: str, access: str, who: int | None, force: bool, nth: int, moment: str) -> None:
        """A process is killed while it opens."""
        self.count("kill while opening")
        self.faults, self.refusing = [], False
        self.cloud.set_fault()
        name = self.name(who)
        options = {**self.options(service, api), **ACCESSES[access][0], "force": force}
        options["close"] = "never" if who is None else "at_end"

        def work(report: Callable[[str], None]) -> None:
            _die(moment, nth)
            with contextlib.suppress(RemoteItError):
                self.task(options, who, name, warn=report)

        def run() -> int:
            fork = Fork(work)
            self.site.warnings += iter(fork.receive, "")
            return fork.join()

        step = self.step(service, run, who=who)
        if not force:
            self.nobody_lost(step)
        assert step.result in (0, -signal.SIGKILL)
        self.adopt(step, service, name)

    @rule(who=HOLDER)
    @something_is_open
    def renew(self, who: int) -> None:
        """The process beside a run says that it lives, and puts back what the registry lost."""
        self.count("renew")
        name = self.name(who)
        step = self.step(None, self.memory(name).renew, who=who)
        assert not step.opened and not step.vanished
        assert not step.error or not step.calm
        self.put_back(step, name)

    # -- rules: what happens to them -----------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([0, 65, 65]))
    @something_is_open
    def other_machine_is_gone(self, seconds: int) -> None:
        """With all that ran there, maybe for longer than a lease, and from now on there is another one."""
        self.count("machine gone")
        for who in [who for who, process in self.processes.items() if process.machine != HERE]:
            self.end(who)
        self.other_machines += 1
        self.hours.sleep(seconds)
        self.look()

    @rule()
    @something_is_open
    def registry_is_gone(self) -> None:
        self.count("registry gone")
        self.place.registries.wipe()
        self.forgotten()
        # What an attempt makes from now on begins later than all that is forgotten.
        self.hours.sleep(SAME_TIME)
        self.look()

    @rule()
    @something_is_open
    def registry_refuses(self) -> None:
        """What the next one wants to write."""
        self.count("registry refuses")
        self.refusing = True

    @rule(seconds=st.sampled_from([5, 20, 40, 60, 61, 79, 120]), is_frozen=st.booleans())
    @something_is_open
    def registry_is_away(self, seconds: int, is_frozen: bool) -> None:
        """As long as it is, nobody can say that he lives."""
        self.count("registry away")
        self.away = self.place.registries.can_be_away
        with self.place.registries.away(is_frozen):
            self.hours.sleep(seconds)
        if self.away:
            self.place.registries.passed(seconds)
        self.away = False
        self.look()

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
            who = {"access_key_id": NEIGHBOURS_KEY, "developer_key": NEIGHBOURS_DEVELOPER_KEY}
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
        self.faults, self.refusing = [], False
        self.cloud.set_fault()
        self.hours.sleep(LISTED_AFTER)
        self.look()
        for service in SERVICES:
            self.absent(service, "rest", False)
            assert self.confusing(service) or not self.records(service)
        assert set(self.open) <= self.strangers | self.mistaken | self.told_of


def _picked(number: int, from_: Sequence[T]) -> T:
    # Ids are never the same twice, so that a choice among them could not be repeated.
    return from_[number % len(from_)]


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
        (files, "replace", "writing", "kept"),
        (os, "replace", "written", ""),
        (RedisStore, "write", "writing", "kept"),
        (RedisStore, "_script", "written", ""),
    )
    for owner, name, before, after in patches:
        setattr(owner, name, between(before, getattr(owner, name), after))
