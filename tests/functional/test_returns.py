# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What plugins return is what their documentation says: the keys, their types, and samples of the same types."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import COLLECTION
from tests.lab.lab import Lab
from tests.lab.playbook import TaskResult
from tests.lab.world import DATABASE, OFFLINE, OTHER, UNKNOWN, WEB, service_id

from .tasks import (
    CONNECTION,
    DEVICE,
    DEVICES,
    EVENTS,
    INFO,
    LINK,
    SERVICE,
    WAIT,
    connection,
    device,
    events,
    info,
    link,
    service,
    wait,
)

pytestmark = pytest.mark.one_core

TYPES: dict[str, type[Any]] = {"str": str, "int": int, "bool": bool, "dict": dict, "list": list}
# Ansible's own, which ansible-core documents for all modules.
COMMON = {"changed", "failed", "warnings", "exception", "invocation"}

Documented = Mapping[str, Mapping[str, Any]]


def documented(plugin: str, kind: str = "modules") -> Documented:
    """The return values of a plugin."""
    name = plugin.rpartition(".")[2]
    found = importlib.import_module(f"ansible_collections.community.remoteit.plugins.{kind}.{name}").RETURN
    values: Documented = yaml.safe_load(found)
    return values


def complaints(values: Documented, got: Mapping[str, Any], where: str) -> Iterator[str]:
    """How *got* differs from what is documented."""
    for name in got.keys() - values.keys():
        yield f"{where}.{name} is not documented"
    for name, value in values.items():
        if name not in got:
            if value["returned"] in ("always", "success"):
                yield f"{where}.{name} is not returned"
        elif got[name] is not None:
            yield from _unlike(value, got[name], f"{where}.{name}")


def _unlike(value: Mapping[str, Any], got: Any, where: str) -> Iterator[str]:
    if not isinstance(got, TYPES[value["type"]]):
        yield f"{where} is {got!r}, no {value['type']}"
    elif "contains" in value:
        for item in got if value["type"] == "list" else [got]:
            yield from complaints(value["contains"], item, where)


def without_sample(values: Documented, where: str) -> Iterator[str]:
    """The values whose documentation shows none of their type, neither as a whole nor of each part."""
    for name, value in values.items():
        if "sample" in value or "contains" not in value:
            yield from _unlike({"type": value["type"]}, value.get("sample"), f"{where}.{name}")
        else:
            yield from without_sample(value["contains"], f"{where}.{name}")


RETURNING = sorted(path for kind in ("modules", "lookup", "filter") for path in COLLECTION.glob(f"plugins/{kind}/*.py"))


@pytest.mark.parametrize("path", RETURNING, ids=lambda path: path.stem)
def test_every_value_has_a_sample(path: Path) -> None:
    assert list(without_sample(documented(path.stem, path.parent.name), path.stem)) == []


def undocumented(task: TaskResult) -> list[str]:
    """How what the task returned differs from its documentation."""
    plugins = {
        "info": INFO,
        "device": DEVICE,
        "devices": DEVICES,
        "service": SERVICE,
        "wait": WAIT,
        "link": LINK,
        "events": EVENTS,
    }
    plugin = plugins.get(task.task.partition(" ")[0], CONNECTION)
    values = documented(plugin)
    got = {name: value for name, value in task.result.items() if name not in COMMON and name[0] != "_"}
    if task.status == "failed":
        got.pop("msg")
        values = {
            name: {**value, "returned": "always"}
            for name, value in values.items()
            if name in got or value["returned"] == "failure"
        }
    elif "services" in got:
        # "success" means that of one service
        values = {name: value for name, value in values.items() if name in got}
    return list(complaints(values, got, task.task))


def test_what_is_returned_is_documented(lab: Lab) -> None:
    many = {"services": [DATABASE, OFFLINE], "on_error": "continue"}
    run = lab.run_tasks(
        connection("port", DATABASE, access="restricted", client_ip="127.0.0.1"),
        connection("reverse", WEB),
        connection("predicted", OTHER, {"check_mode": True}),
        {"name": "many", CONNECTION: many},
        info("info"),
        link("link made", service_id=WEB, allow=["192.0.2.0/24"]),
        link("link predicted", {"check_mode": True}, service_id=WEB, state="disabled"),
        link("link of nothing", service_id=UNKNOWN, state="absent"),
        {"name": "devices", DEVICES: {}},
        service("service added", {"check_mode": True}, device="pi-kitchen", name="new", application="ssh"),
        service("service changed", service_id=OTHER, name="other"),
        service("service of nothing", service_id=UNKNOWN, state="absent"),
        device("device changed", device="pi-kitchen", tags=["a"], attributes={"rack": 7}),
        device("device by device", devices=[{"device_id": service_id(1, 0), "tags": ["b"]}]),
        device("device gone", device_id=service_id(0x91, 0), expect_name="cellar", state="absent"),
        wait("wait", service_ids=[DATABASE]),
        events("events"),
        events("events with addresses", addresses=True),
        connection("closed", DATABASE, state="absent"),
    )
    assert run.returncode == 0, run.output
    assert all(task.result for task in run.results)
    assert [complaint for task in run.results for complaint in undocumented(task)] == []


def test_what_is_returned_by_a_failure_is_documented(lab: Lab) -> None:
    go_on = {"ignore_errors": True}
    lab.cloud.set_fault({"operation": "set_attribute", "fault": "refused"})
    run = lab.run_tasks(
        connection("refused", OFFLINE, go_on),
        connection("options", DATABASE, go_on, min_remaining=-1),
        {"name": "many", CONNECTION: {"services": [DATABASE, OFFLINE]}, **go_on},
        {**info("info of nothing", service_id="kitchen"), **go_on},
        service("service refused", go_on, service_id=UNKNOWN),
        device("device refused", go_on, device_id=service_id(0x92, 0), tags=["a"]),
        device("device half done", go_on, device_id=service_id(0x91, 0), tags=["a"], attributes={"rack": 7}),
        {"name": "devices of nobody", DEVICES: {"profile": "x", "credentials_file": "/no/such/file"}, **go_on},
        link("link refused", go_on, service_id=UNKNOWN),
        wait("wait in vain", go_on, service_ids=[OFFLINE]),
        wait("wait for nothing", go_on, devices=[]),
        events("events of no time", go_on, since="soon"),
    )
    assert [task.status for task in run.results] == ["failed"] * 12
    assert [complaint for task in run.results for complaint in undocumented(task)] == []
