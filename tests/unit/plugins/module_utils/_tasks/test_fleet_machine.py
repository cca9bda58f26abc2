# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random histories of two devices that tasks and somebody else change, while remote.it's answers get lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError, RemoteItError
from ansible_collections.community.remoteit.plugins.module_utils._tasks import device_info, device_state, service_state
from tests.doubles.patience import impatient
from tests.doubles.task import parameters
from tests.lab.site import OFFLINE, SERVICES, Site
from tests.lab.world import service_id

pytestmark = pytest.mark.slow

_FORM = settings(
    max_examples=30,
    stateful_step_count=12,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)

CABINET, CELLAR = service_id(1, 0), service_id(2, 0)
APPLICATIONS = {"ssh": 28, "http": 7}
THEIRS = {CABINET: service_id(0x77, 1), CELLAR: service_id(0x77, 2)}

# -- what may happen ---------------------------------------------------------------------------------------------------

DEVICE = st.sampled_from([CABINET, CELLAR])
TAGS = ["a", "b", "Prod"]
PATHS = ["rack", "row", "old"]
VALUE = st.sampled_from([None, 1, "1", [1], {"in": 2}])
TEXT = st.sampled_from(["", "x", "y"])
NAMES = ["a", "b", "service 01"]
FIELDS = {
    "host": st.sampled_from(["127.0.0.1", "printer"]),
    "port": st.sampled_from([22, 80]),
    "enabled": st.booleans(),
    "description": TEXT,
}


def _which(service: Mapping[str, Any]) -> str:
    return str(service.get("service_id") or service["name"])


NAMED = st.fixed_dictionaries(
    {"name": st.sampled_from(NAMES), "application": st.sampled_from(sorted(APPLICATIONS))}, optional=FIELDS
)
KNOWN = st.fixed_dictionaries(
    {"service_id": st.sampled_from(SERVICES)}, optional={"name": st.sampled_from(["b", "c", "d"]), **FIELDS}
)
PARTS = {
    "tags": st.sets(st.sampled_from(TAGS)).map(sorted),
    "attributes": st.dictionaries(st.sampled_from(PATHS), VALUE, min_size=1),
    "services": st.lists(NAMED | NAMED | KNOWN, min_size=1, max_size=3, unique_by=_which),
}
MORE = {
    "name": st.sampled_from(["cabinet", "attic"]),
    "description": TEXT,
    **{f"purge_{part}": st.booleans() for part in PARTS},
}
FORCE = {"force": st.sampled_from([True, True, True, False])}
# Most change much, and some leave out what others have.
DEVICE_WISH = st.one_of(
    st.fixed_dictionaries({**FORCE, **PARTS, **MORE}),
    st.fixed_dictionaries({**FORCE, **PARTS}, optional=MORE),
    st.fixed_dictionaries(FORCE, optional={**PARTS, **MORE}),
)
SERVICE_WISH = st.tuples(NAMED | KNOWN, st.sampled_from(["present", "present", "absent"]), st.booleans())
_ANSWERS: list[dict[str, Any]] = [
    *({"fault": "lost_answer", "how": how} for how in ("close", "half")),
    {"fault": "status", "status": 502},
    {"fault": "status", "status": 502, "committed": True},
    {"fault": "data_null", "committed": True},
    {"fault": "refused"},
    {"fault": "part_refused", "field": "a0"},
    {"fault": "part_refused", "field": "a1"},
]
OPERATIONS = [
    "add_service",
    "update_service",
    "remove_service",
    "add_tag",
    "remove_tag",
    "set_attribute",
    "rename_service",
]
# One write after another is hit, until there are no faults left.
TROUBLE = st.lists(st.sampled_from(_ANSWERS), min_size=1, max_size=2).flatmap(
    lambda answers: st.sets(st.sampled_from(OPERATIONS), min_size=1).map(
        lambda operations: [
            {**answer, "operation": operation, "count": 1} for operation in sorted(operations) for answer in answers
        ]
    )
)
TRIES = st.sampled_from([1, 1, 2])
CHANGE = st.one_of(
    st.tuples(st.just("name"), st.just("theirs")),
    st.tuples(st.just("tag"), st.sampled_from(TAGS)),
    st.tuples(st.just("attribute"), st.sampled_from(PATHS)),
    st.tuples(st.sampled_from(["port", "removed"]), st.sampled_from([*SERVICES, OFFLINE])),
    st.tuples(st.just("new"), st.just("")),
)

# -- what there is -----------------------------------------------------------------------------------------------------

# What a change is about: of which device, whether a tag, an attribute, a service or its name, and which one.
Subject = tuple[str, str, str]
# A sentence of ``done``, taken apart, and what it is about.
Told = tuple[str, Subject]


class Fact(NamedTuple):
    """A device as remoteit_device_info lists it; services are told apart by their ids."""

    name: str
    tags: dict[str, str]
    attributes: dict[str, Any]
    services: dict[str, dict[str, Any]]
    descriptions: dict[str, str]


Facts = dict[str, Fact]


def _fact(device: Mapping[str, Any]) -> Fact:
    own = device["attributes"].get("$remoteit", {})
    attributes = {name: value for name, value in device["attributes"].items() if name != "$remoteit"}
    fields = ("name", "application", "host", "port", "enabled")
    return Fact(
        name=device["name"],
        tags={tag.casefold(): tag for tag in device["tags"]},
        attributes={**attributes, **{f"$remoteit.{name}": value for name, value in own.items()}},
        services={one["id"]: {field: one[field] for field in fields} for one in device["services"]},
        descriptions={
            one["id"]: one["attributes"].get("$remoteit", {}).get("description", "") for one in device["services"]
        },
    )


def _differences(before: Facts, after: Facts) -> set[Told]:
    """What ``done`` would have to tell for *before* to become *after*."""
    return {told for id_ in before for told in _differing(id_, before[id_], after[id_])}


def _differing(id_: str, was: Fact, now: Fact) -> Iterator[Told]:
    for what, kind, first, second in (
        ("Tags added", "tag", now.tags, was.tags),
        ("Tags removed", "tag", was.tags, now.tags),
        ("Attributes removed", "attribute", was.attributes, now.attributes),
        ("Service added", "service", now.services, was.services),
        ("Service removed", "service", was.services, now.services),
    ):
        yield from ((what, (id_, kind, name)) for name in first.keys() - second.keys())
    for name, value in now.attributes.items():
        if name not in was.attributes or was.attributes[name] != value:
            yield "Attributes set", (id_, "attribute", name)
    for name, values in now.services.items():
        if name in was.services and was.services[name] != values:
            yield "Service changed", (id_, "service", name)
        if was.descriptions.get(name, "") != now.descriptions[name]:
            yield "Service described", (id_, "service", name)
    if was.name != now.name:
        yield f"Renamed from {was.name} to {now.name}", (id_, "name", "")


def _told(device: str, done: list[str]) -> Iterator[Told]:
    """What the sentences in *done* tell of a device."""
    for sentence in done:
        what, _colon, rest = sentence.removesuffix(".").partition(": ")
        if what.startswith("Renamed"):
            yield what, (device, "name", "")
        elif what.startswith("Service"):
            yield what, (device, "service", re.findall(r"\(([0-9A-F:]+)\)\Z", rest)[0])
        elif what.startswith("Tags"):
            yield from ((what, (device, "tag", tag.casefold())) for tag in rest.split(", "))
        else:
            yield from ((what, (device, "attribute", path)) for path in rest.split(", "))


def _lacking(device: str, fact: Fact, wish: Mapping[str, Any]) -> Iterator[Subject]:
    """What of a device is not as a task of remoteit_device says."""
    if wish.get("name", fact.name) != fact.name:
        yield device, "name", ""
    tags, attributes, services = wish.get("tags"), wish.get("attributes"), wish.get("services")
    if tags is not None:
        wanted = {tag.casefold() for tag in tags}
        wrong = wanted ^ fact.tags.keys() if wish.get("purge_tags") else wanted - fact.tags.keys()
        yield from ((device, "tag", tag) for tag in wrong)
    paths = dict(attributes or {})
    if wish.get("purge_attributes"):
        paths = {**{path: None for path in fact.attributes if "$" not in path}, **paths}
    if "description" in wish:
        paths["$remoteit.description"] = wish["description"] or None
    yield from ((device, "attribute", path) for path, value in paths.items() if fact.attributes.get(path) != value)
    found = [_found(fact, one) for one in services or ()]
    for one, ids in zip(services or (), found, strict=True):
        yield from _lacking_service(device, fact, one, ids)
    if wish.get("purge_services"):
        yield from ((device, "service", id_) for id_ in fact.services.keys() - {id_ for ids in found for id_ in ids})


def _found(fact: Fact, wish: Mapping[str, Any]) -> list[str]:
    """The ids of the services that a *wish* means."""
    if "service_id" in wish:
        return [id_ for id_ in fact.services if id_ == wish["service_id"]]
    return [id_ for id_, values in fact.services.items() if values["name"] == wish["name"]]


def _lacking_service(device: str, fact: Fact, wish: Mapping[str, Any], ids: list[str]) -> Iterator[Subject]:
    if len(ids) != 1:
        yield device, "service", wish.get("service_id", "")
        return
    there = {**fact.services[ids[0]], "description": fact.descriptions[ids[0]]}
    wanted = {name: value for name, value in wish.items() if name in there}
    if "application" in wanted:
        wanted["application"] = APPLICATIONS[wanted["application"]]
    if any(there[name] != value for name, value in wanted.items()):
        yield device, "service", ids[0]


# -- the histories -----------------------------------------------------------------------------------------------------


class Outcome(NamedTuple):
    """What became of a task, and what it says that it had *done* if it failed with *error*."""

    error: RemoteItError | None
    done: list[str]


class Fleet(RuleBasedStateMachine):
    """The rules of which a history is made."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.site = site
        self.cloud = site.cloud

    @initialize()
    def begin(self) -> None:
        self.cloud.reset()

    @rule(
        device=DEVICE,
        wish=DEVICE_WISH,
        trouble=st.just([]) | TROUBLE | TROUBLE,
        tries=TRIES,
        change=st.none() | st.none() | CHANGE,
    )
    def have_a_device(self, device: str, wish: dict[str, Any], **how: Any) -> None:
        if device == CELLAR and "services" in wish:
            wish["services"] = [one for one in wish["services"] if "service_id" not in one]
        self.have(device, device_state, {"device_id": device, **wish}, **how)

    @rule(
        device=DEVICE,
        wish=SERVICE_WISH,
        trouble=st.just([]) | TROUBLE | TROUBLE,
        tries=TRIES,
        change=st.none() | st.none() | CHANGE,
    )
    def have_a_service(self, device: str, wish: tuple[dict[str, Any], str, bool], **how: Any) -> None:
        options, state, force = wish
        if "service_id" in options:
            device = CABINET
        else:
            options = {"device_id": device, **options}
        self.have(device, service_state, {**options, "state": state, "force": force}, **how)

    @rule(device=DEVICE, change=CHANGE)
    def somebody_changes(self, device: str, change: tuple[str, str]) -> None:
        """What somebody else wants of a device, between two tasks."""
        known = self.facts()
        made, subject = self.change(known, device, change)
        if made is not None:
            self.cloud.update(made["id"], **{name: value for name, value in made.items() if name != "id"})
            assert {about for _what, about in _differences(known, self.facts())} <= {subject}

    def have(
        self,
        device: str,
        module: ModuleType,
        options: dict[str, Any],
        trouble: list[dict[str, Any]],
        tries: int,
        change: tuple[str, str] | None,
    ) -> None:
        """Run a task in *trouble* while somebody makes a *change*, and see whether all that is told of it is true."""
        before = self.facts()
        made, subject = self.change(before, device, change) if change else (None, None)
        # After all was read and checked, and before anything is written.
        meddling = {"operation": "*", "fault": "device_changes", "after": 1, "count": 1, "change": made}
        so_far = self.meddled()
        self.cloud.set_fault(*([] if made is None else [meddling]), *trouble)
        if any(fault["fault"] == "part_refused" for fault in trouble):
            # Nobody refuses a value that he has just taken.
            tries = 1
        outcome = self.attempt(module, options, tries)
        self.cloud.set_fault()
        touched = subject if self.meddled() > so_far else None
        after = self.facts()
        if outcome.error is None:
            self.is_had(device, module, options, after, touched)
            self.only_wanted(before, after, device, touched)
        else:
            told = list(_told(device, outcome.done))
            assert _but(set(told), touched) == _but(_differences(before, after), touched), outcome.error
            assert len(told) == len(set(told))
        if outcome.error is None or isinstance(outcome.error, OptionError):
            return
        again = self.attempt(module, options, 1)
        # What they did may be what the options do not take.
        if touched is None:
            assert again.error is None
        if again.error is None:
            self.is_had(device, module, options, self.facts(), None)
        self.nothing_twice(before, self.facts(), device)

    def attempt(self, module: ModuleType, options: dict[str, Any], tries: int, *, check: bool = False) -> Outcome:
        params = parameters(module.argument_spec(), self.site.settings(), **options)
        try:
            with impatient(requests=tries, pause=0.001, looks=(0.0, 0.01)):
                changed = module.run(params, check, self.site.warnings.append)["changed"]
        except RemoteItError as error:
            return Outcome(error, list(error.as_result().get("done", [])))
        assert not (check and changed)
        return Outcome(None, [])

    def is_had(
        self, device: str, module: ModuleType, options: dict[str, Any], facts: Facts, touched: Subject | None
    ) -> None:
        """What a task says is so, but for what somebody *touched* meanwhile."""
        fact = facts[device]
        if module is device_state:
            lacking = set(_lacking(device, fact, options))
        elif options["state"] == "present":
            lacking = set(_lacking_service(device, fact, options, _found(fact, options)))
        else:
            lacking = {(device, "service", id_) for id_ in _found(fact, options)}
        assert lacking <= {touched}
        if touched is None:
            assert self.attempt(module, options, 1, check=True).error is None

    def only_wanted(self, before: Facts, after: Facts, device: str, touched: Subject | None) -> None:
        """Nothing of the other device is changed, and no service is added twice."""
        assert all(about[0] == device for _what, about in _but(_differences(before, after), touched))
        self.nothing_twice(before, after, device)

    def nothing_twice(self, before: Facts, after: Facts, device: str) -> None:
        added = [about[2] for what, about in _differences(before, after) if what == "Service added"]
        names = [after[device].services[id_]["name"] for id_ in added]
        assert len(names) == len(set(names))

    def facts(self) -> Facts:
        params = parameters(device_info.argument_spec(), self.site.settings())
        return {one["id"]: _fact(one) for one in device_info.run(params, False, self.site.warnings.append)["devices"]}

    def meddled(self) -> int:
        """How often somebody made a change between what a task read and what it wrote."""
        return sum(call["fault"] == "device_changes" for call in self.cloud.calls())

    def change(
        self, facts: Facts, device: str, change: tuple[str, str]
    ) -> tuple[dict[str, Any] | None, Subject | None]:
        """The *change* as the simulator takes it, None if there is nothing to be changed, and what it is about."""
        kind, which = change
        fact = facts[device]
        if kind == "name":
            return {"id": device, "name": which}, (device, "name", "")
        if kind == "tag":
            tags = {**fact.tags, which.casefold(): which}
            if which.casefold() in fact.tags:
                del tags[which.casefold()]
            return {"id": device, "tags": list(tags.values())}, (device, "tag", which.casefold())
        if kind == "attribute":
            own = {path.removeprefix("$remoteit."): fact.attributes[path] for path in fact.attributes if "$" in path}
            others = {path: value for path, value in fact.attributes.items() if "$" not in path}
            attributes = {**others, which: "theirs", **({"$remoteit": own} if own else {})}
            return {"id": device, "attributes": attributes}, (device, "attribute", which)
        if kind == "new":
            new = {"id": THEIRS[device], "name": "theirs", "application": 1, "port": 1}
            is_there = THEIRS[device] in fact.services
            return None if is_there else {"id": device, "new_services": [new]}, (device, "service", THEIRS[device])
        if which not in fact.services:
            return None, None
        return {"id": which, **({"port": 4444} if kind == "port" else {"removed": True})}, (device, "service", which)


def _but(told: set[Told], touched: Subject | None) -> set[Told]:
    return {one for one in told if one[1] != touched}


def test_histories(simulated: Site) -> None:
    # any callable will do, whatever the types of hypothesis say
    run_state_machine_as_test(lambda: Fleet(simulated), settings=_FORM)  # type: ignore[arg-type]
