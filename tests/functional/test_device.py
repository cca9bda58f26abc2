# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Devices as code: what a task says is so afterwards, the same task again changes nothing, and nothing in use is removed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.documents import blocks
from tests.lab.lab import Lab
from tests.lab.world import DATABASE, NEIGHBOUR, OWNER, service_id
from tests.simulator.threaded import ThreadedSimulator

from .fleet import inventory, operations
from .tasks import DEVICES, connection, device, show

pytestmark = pytest.mark.one_core

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "guide_fleet_as_code.rst"
KITCHEN, GARAGE, CABINET, CELLAR, NEXT_DOOR = (service_id(number, 0) for number in (1, 2, 0x90, 0x91, 0x92))
UNKNOWN = service_id(0x77, 0)
GO_ON = {"ignore_errors": True}
CELLAR_GONE = {"device_id": CELLAR, "expect_name": "cellar", "state": "absent"}
WRITES = ("add_tag", "remove_tag", "set_attribute", "rename_service", "delete_device")
LONG_AGO = "2024-01-01T00:00:00.000Z"


def told(run: Any, task: str) -> dict[str, Any]:
    """The result of a task that went well."""
    result = run.result(task)
    assert result.status == "ok", run.output
    return dict(result.result)


def refused(run: Any, task: str) -> str:
    """Why a task failed."""
    result = run.result(task)
    assert result.status == "failed", run.output
    assert "Traceback" not in run.output
    return str(result.result["msg"])


def writes(lab: Lab) -> dict[str, int]:
    """How often each kind of write was asked for."""
    counted = {name: operations(lab, name) for name in WRITES}
    return {name: count for name, count in counted.items() if count}


def requests(lab: Lab) -> int:
    """How many requests there were."""
    return len(lab.cloud.calls())


def devices(task: str, /, **options: Any) -> dict[str, Any]:
    """A task that lists devices."""
    return {"name": task, DEVICES: options}


def refusing(lab: Lab, tasks: list[dict[str, Any]], arguments: list[str] | None = None) -> Any:
    """The run of tasks with these options, all of which fail."""
    named = [device(f"task {number}", GO_ON, **options) for number, options in enumerate(tasks)]
    run = lab.run_tasks(*named, arguments=arguments or [])
    assert len(run.results) == len(tasks), run.output
    return run


def test_a_device_becomes_what_is_said_and_nothing_changes_twice(lab: Lab) -> None:
    everything = {"name": "pi-pantry", "tags": ["Prod", "kitchen"], "attributes": {"rack": 7, "note": "{{ 'a' }}b"}}
    texts = {"description": "above the door", "categories": {"a": "Berlin"}, "statuses": {"e": "fine"}}
    states: dict[str, dict[str, Any]] = {
        "all": {**everything, **texts},
        "more": {"tags": ["new"], "attributes": {"rack": "7"}},
        "other case": {"tags": ["PROD"], "purge_tags": True},
        "less": {"attributes": {"note": None}, "description": "", "statuses": {"e": ""}},
        "none": {"tags": [], "purge_tags": True, "attributes": {}, "purge_attributes": True},
    }
    ways: dict[str, dict[str, Any]] = {"predicted": {"check_mode": True}, "first": {}, "second": {}}
    run = lab.run_tasks(
        *(
            device(f"{name} {way}", keywords, device_id=KITCHEN, **options)
            for name, options in states.items()
            for way, keywords in ways.items()
        ),
        devices("list", name="pi-pantry"),
    )
    for name in states:
        predicted, first, second = (told(run, f"{name} {way}") for way in ways)
        assert [one["changed"] for one in (predicted, first, second)] == [True, True, False]
        assert all(predicted[key] == first[key] for key in ("diff", "tags_added", "tags_removed", "tags_created"))
        assert second["diff"]["before"] == second["diff"]["after"] == first["diff"]["after"]
    assert writes(lab) == {"add_tag": 2, "remove_tag": 2, "set_attribute": 4, "rename_service": 1}
    (now,) = told(run, "list")["devices"]
    assert (now["id"], now["tags"], now["attributes"]) == (KITCHEN, [], {"$remoteit": {"categoryA": "Berlin"}})


def test_the_diff_shows_what_is_managed_and_nothing_else(lab: Lab) -> None:
    lab.cloud.update(KITCHEN, tags=["b"], attributes={"rack": 7, "others": 1})
    run = lab.run_tasks(
        device("change", device_id=KITCHEN, tags=["a"], attributes={"rack": 8}), arguments=["--check", "--diff"]
    )
    assert told(run, "change")["diff"] == {
        "before": {"tags": ["b"], "attributes": {"rack": 7}},
        "after": {"tags": ["a", "b"], "attributes": {"rack": 8}},
    }
    assert '+        "rack": 8' in run.output


def test_many_are_described_by_one_task_which_reads_once(lab: Lab) -> None:
    wanted = [
        {"device_id": KITCHEN, "tags": ["lab"], "services": [{"name": "web", "application": "http"}]},
        {"device_id": GARAGE, "attributes": {"rack": 7}},
    ]
    run = lab.run_tasks(
        device("predicted", {"check_mode": True}, devices=wanted),
        device("first", devices=wanted),
        device("second", devices=wanted),
        device("in part", GO_ON, devices=[*wanted, {"device_id": UNKNOWN, "tags": ["lab"]}]),
        arguments=["--diff"],
    )
    assert [told(run, name)["changed"] for name in ("predicted", "first", "second")] == [True, True, False]
    assert told(run, "predicted")["diff"] == told(run, "first")["diff"]
    assert "1 of 3 devices are not as described" in refused(run, "in part")
    # reads, the tags of the account twice, a tag, a service and an attribute
    assert requests(lab) == 4 + 2 + 3


def test_unchanged_it_asks_once_by_id_and_twice_by_name(lab: Lab) -> None:
    lab.cloud.update(KITCHEN, tags=["a"], attributes={"rack": 7})
    wanted: dict[str, Any] = {"tags": ["A"], "attributes": {"rack": 7.0}, "description": ""}
    lab.run_tasks(device("by id", device_id=KITCHEN.lower(), **wanted))
    assert requests(lab) == 1
    run = lab.run_tasks(device("by name", device="pi-kitchen", **wanted))
    assert requests(lab) == 3
    assert not told(run, "by name")["changed"]


def test_a_whole_change_has_a_budget(lab: Lab) -> None:
    wanted: dict[str, Any] = {"name": "x", "tags": ["a"], "purge_tags": True, "purge_attributes": True}
    lab.cloud.update(KITCHEN, tags=["b"], attributes={"old": 1})
    attributes = {f"a{number}": number for number in range(20)}
    run = lab.run_tasks(device("all", device_id=KITCHEN, attributes=attributes, **wanted))
    assert told(run, "all")["changed"]
    # read, tags of the account, and a write of each kind
    assert requests(lab) == 7


def test_a_tag_that_is_new_to_the_account_is_told(lab: Lab) -> None:
    lab.cloud.update(GARAGE, tags=["prod"])
    run = lab.run_tasks(device("tag", device="pi-kitchen", tags=["Prod", "kichten"]))
    assert (told(run, "tag")["tags_added"], told(run, "tag")["tags_created"]) == (["kichten", "prod"], ["kichten"])
    assert told(run, "tag")["device"]["tags"] == ["kichten", "prod"]


def test_types_of_values_count(lab: Lab) -> None:
    lab.cloud.update(KITCHEN, attributes={"one": 1})
    values: list[Any] = [1, "1", True, 1.0, [1], {"a": 1}, {"a": 1}]
    tasks = [device(f"{number}", device_id=KITCHEN, attributes={"one": value}) for number, value in enumerate(values)]
    run = lab.run_tasks(*tasks)
    assert [told(run, f"{number}")["changed"] for number in range(len(values))] == [False, *[True] * 5, False]


def test_what_others_gave_a_device_stays(lab: Lab) -> None:
    own: dict[str, Any] = {"$remoteit": {"description": "theirs", "other": [1]}, "a.b": 1}
    lab.cloud.update(KITCHEN, tags=["theirs"], attributes={**own, "rack": 7})
    run = lab.run_tasks(
        device("add", device_id=KITCHEN, tags=["ours"], attributes={"row": 1}),
        device("purge", device_id=KITCHEN, attributes={}, purge_attributes=True, categories={"b": "x"}),
        devices("list", name="pi-kitchen"),
    )
    now = told(run, "list")["devices"][0]
    assert now["tags"] == ["ours", "theirs"]
    assert now["attributes"] == {**own, "$remoteit": {**own["$remoteit"], "categoryB": "x"}}


GUARDED: list[tuple[dict[str, Any], str]] = [
    ({"device_id": KITCHEN, "expect_name": "pi-garage"}, "expect_name='pi-garage' is not the name of pi-kitchen"),
    ({"device_id": KITCHEN, "expect_name": "pi-kitchen"}, "is online: uninstall the remote.it software on it"),
    ({"device_id": NEXT_DOOR, "expect_name": "next door"}, f"belongs to {NEIGHBOUR}: its owner removes it"),
    (
        {"device_id": CELLAR, "expect_name": "cellar", "min_offline": 10**9},
        "min_offline=1000000000: remote.it last heard",
    ),
    ({"device_id": CELLAR}, "state=absent needs device_id and expect_name"),
    ({"device": "cellar", "expect_name": "cellar"}, "state=absent needs device_id and expect_name"),
    ({"device_id": CELLAR, "expect_name": "cellar", "min_offline": -1}, "min_offline=-1 is negative"),
]


@pytest.mark.parametrize("arguments", [["--check"], []])
def test_what_may_be_in_use_is_not_removed(arguments: list[str], lab: Lab) -> None:
    run = refusing(lab, [{**options, "state": "absent"} for options, _sentence in GUARDED], arguments)
    for number, (_options, sentence) in enumerate(GUARDED):
        assert sentence in refused(run, f"task {number}")
    assert writes(lab) == {}


def test_who_is_connected_keeps_a_device_and_who_was_does_not(lab: Lab) -> None:
    gone = {"device_id": CABINET, "expect_name": "cabinet", "state": "absent"}
    lab.run_tasks(connection("open", DATABASE))
    lab.cloud.update(CABINET, online=False, last_reported=LONG_AGO)
    run = lab.run_tasks(device("remove", **gone))
    assert "has 1 open connections: close them" in refused(run, "remove")
    (opened,) = lab.open_connections()
    lab.cloud.close(opened["id"])
    assert len(lab.registry()) == 1
    assert told(lab.run_tasks(device("remove", **gone)), "remove")["changed"]
    assert lab.registry() == []


def test_a_device_that_is_gone_is_gone(lab: Lab) -> None:
    run = lab.run_tasks(
        device("predicted", {"check_mode": True}, **CELLAR_GONE),
        device("first", **CELLAR_GONE),
        device("second", **CELLAR_GONE),
        device("describe", GO_ON, device_id=CELLAR, tags=["a"]),
    )
    assert [told(run, name)["changed"] for name in ("predicted", "first", "second")] == [True, True, False]
    assert told(run, "predicted")["diff"] == told(run, "first")["diff"] == {"before": {"name": "cellar"}, "after": {}}
    assert told(run, "first")["device"] is None
    assert "is not a device that this access key can see" in refused(run, "describe")
    # each reads once
    assert (requests(lab), writes(lab)) == (5, {"delete_device": 1})


@pytest.mark.parametrize("fault", ["lost_answer", "lost_request"])
def test_a_lost_answer_deletes_nothing_twice(fault: str, lab: Lab) -> None:
    lab.cloud.set_fault({"operation": "delete_device", "fault": fault})
    run = lab.run_tasks(device("remove", timeout=15, **CELLAR_GONE))
    assert operations(lab, "delete_device") <= 1
    if fault == "lost_answer":
        assert told(run, "remove")["changed"]
    else:
        refused(run, "remove")
        assert run.result("remove").result["done"] == []


@pytest.mark.parametrize(
    ("at", "fault"),
    [
        ("add_tag", {"fault": "status", "status": 429}),
        ("set_attribute", {"fault": "refused"}),
        ("rename_service", {"fault": "refused"}),
        ("remove_tag", {"fault": "status", "status": 503}),
    ],
)
def test_the_first_failure_ends_it_and_what_was_done_is_told(at: str, fault: dict[str, Any], lab: Lab) -> None:
    lab.cloud.update(KITCHEN, tags=["old"])
    task = device(
        "change", device_id=KITCHEN, name="x", tags=["new"], purge_tags=True, attributes={"rack": 7}, timeout=3
    )
    lab.cloud.set_fault({"operation": at, **fault})
    run = lab.run_tasks(task)
    order = ["add_tag", "set_attribute", "rename_service", "remove_tag"]
    refused(run, "change")
    assert len(run.result("change").result["done"]) == order.index(at)
    assert list(writes(lab)) == sorted(order[: order.index(at) + 1], key=WRITES.index)
    lab.cloud.set_fault()
    # the next run goes on from there
    run = lab.run_tasks(task, {**task, "name": "again"})
    assert [told(run, name)["changed"] for name in ("change", "again")] == [True, False]


def test_lost_answers_are_asked_for_again(lab: Lab) -> None:
    lab.cloud.update(KITCHEN, tags=["old"])
    lab.cloud.set_fault(*({"operation": at, "fault": "lost_answer", "count": 1} for at in WRITES))
    task = device("change", device_id=KITCHEN, name="x", tags=["new"], purge_tags=True, attributes={"rack": 7})
    run = lab.run_tasks(task, {**task, "name": "again"})
    assert [told(run, name)["changed"] for name in ("change", "again")] == [True, False]
    assert writes(lab) == dict.fromkeys(WRITES[:4], 2)


def test_somebody_else_who_is_faster_is_set_right_by_the_next_run(lab: Lab) -> None:
    change = {"id": KITCHEN, "tags": ["theirs"], "attributes": {"rack": 1}, "name": "theirs"}
    lab.cloud.set_fault({"operation": "remove_tag", "fault": "device_changes", "change": change, "count": 1})
    lab.cloud.update(KITCHEN, tags=["old"])
    task = device("change", device_id=KITCHEN, name="x", tags=["new"], purge_tags=True, attributes={"rack": 7})
    run = lab.run_tasks(*({**task, "name": f"{time}"} for time in range(3)))
    assert [told(run, f"{time}")["changed"] for time in range(3)] == [True, True, False]


def test_a_device_that_somebody_else_deletes_meanwhile(lab: Lab) -> None:
    for operation, task in (
        ("add_tag", device("change", device_id=CELLAR, tags=["a"])),
        ("delete_device", device("remove", **CELLAR_GONE)),
    ):
        lab.reset()
        lab.cloud.set_fault(
            {"operation": operation, "fault": "device_changes", "change": {"id": CELLAR, "removed": True}, "count": 1}
        )
        run = lab.run_tasks(task)
        if operation == "add_tag":
            assert "Device not found" in refused(run, "change")
        else:
            assert told(run, "remove")["changed"]


def test_a_path_that_leads_elsewhere_than_the_application_looks_is_told(lab: Lab) -> None:
    with ThreadedSimulator(lab.simulator_config(attribute_paths="literal")) as cloud:
        environ = lab.environment(cloud)
        run = lab.run_tasks(device("describe", device_id=KITCHEN, description="x"), environ=environ)
    assert "accepted the change of the attributes $remoteit.description of pi-kitchen" in refused(run, "describe")


def test_what_takes_administrators_is_told_and_check_mode_cannot_know(lab: Lab) -> None:
    lab.cloud.update(NEXT_DOOR, permissions={OWNER: ["VIEW", "MANAGE"]})
    task = device("rename", device_id=NEXT_DOOR, name="x", attributes={"a": 1})
    assert told(lab.run_tasks(task, arguments=["--check"]), "rename")["changed"]
    run = lab.run_tasks(task)
    assert "Permission denied: ADMIN" in refused(run, "rename")
    assert "Tags and names of devices may take ADMIN in the account." in refused(run, "rename")
    assert run.result("rename").result["done"] == ["Attributes set: a."]


def test_rights_are_looked_at_before_anything_is_written(lab: Lab) -> None:
    run = lab.run_tasks(device("change", device_id=NEXT_DOOR, tags=["a"]), arguments=["--check"])
    assert f"this access key may not manage next door ({NEXT_DOOR}); ask {NEIGHBOUR} for MANAGE" in refused(
        run, "change"
    )
    assert "fits no device on which this access key has MANAGE" in refused(
        lab.run_tasks(device("change", device="next door", tags=["a"])), "change"
    )
    assert writes(lab) == {}


@pytest.mark.parametrize("permissions", [["VIEW", "MANAGE", "ADMIN"], ["VIEW", "MANAGE"]])
def test_who_may_get_or_lose_access_is_warned_of(permissions: list[str], lab: Lab) -> None:
    config = lab.simulator_config()
    config["accounts"][1]["organization"] = "ACME"
    role = {"role": "Cooks", "permissions": permissions, "tag": {"values": ["kitchen"]}}
    config["accounts"][0]["memberships"] = [
        {"account": NEIGHBOUR, **role},
        {"account": NEIGHBOUR, "role": "All", "permissions": ["VIEW", "MANAGE"]},
    ]
    with ThreadedSimulator(config) as cloud:
        task = device("tag", device_id=NEXT_DOOR, account="ACME", tags=["kitchen"])
        run = lab.run_tasks(task, environ=lab.environment(cloud), arguments=["--check"])
        warned = "Custom roles select devices by tags that change at next door" in run.output
        assert warned == ("ADMIN" in permissions), run.output
        assert told(run, "tag")["tags_created"] == ["kitchen"]


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({}, "one of the following is required: device_id, device"),
    ({"device_id": KITCHEN, "device": "pi-kitchen"}, "mutually exclusive"),
    ({"device": "pi-kitchen", "name": "x"}, "missing parameter(s) required by 'name': device_id"),
    ({"device_id": KITCHEN, "purge_tags": True}, "purge_tags is True but all of the following are missing: tags"),
    (
        {"device_id": KITCHEN, "purge_attributes": True},
        "purge_attributes is True but all of the following are missing",
    ),
    ({"device_id": "pi"}, "device_id='pi' is not the id of a device"),
    ({"device_id": UNKNOWN}, "is not a device that this access key can see"),
    ({"device_id": service_id(1, 1)}, "is the id of a service of pi-kitchen"),
    ({"device": KITCHEN}, "is an id, not a name: give it as device_id"),
    ({"device": "nobody"}, "device='nobody' fits no device"),
    ({"device_id": KITCHEN, "account": "nobody"}, "account='nobody' is not an account"),
    ({"device_id": KITCHEN, "name": ""}, "name is empty"),
    ({"device_id": KITCHEN, "tags": ["a b"]}, "tags has 'a b', which cannot be a tag"),
    ({"device_id": KITCHEN, "attributes": {"a.b": 1}}, "attributes has the name 'a.b'"),
    ({"device_id": KITCHEN, "attributes": {"$x": 1}}, "attributes has the name '$x'"),
    (
        {"device_id": KITCHEN, "attributes": {"x": "{{ '2026-02-03' | to_datetime('%Y-%m-%d') }}"}},
        "is no value of JSON: write it as text",
    ),
    ({"device_id": KITCHEN, "categories": {"f": "x"}}, "Unsupported parameters"),
    ({"device_id": KITCHEN, "description": "x" * 1025}, "description has 1025 characters"),
    ({"device_id": KITCHEN, "timeout": 0}, "timeout=0 is not a time"),
]


def test_what_cannot_be_meant_is_refused_and_nothing_is_written(lab: Lab) -> None:
    run = refusing(lab, [options for options, _sentence in MISTAKES])
    for number, (_options, sentence) in enumerate(MISTAKES):
        assert sentence in refused(run, f"task {number}")
        assert run.result(f"task {number}").result["error"]["kind"] == "options"
    assert writes(lab) == {}


def test_of_two_with_one_name_none_is_chosen(lab: Lab) -> None:
    lab.cloud.update(GARAGE, name="pi-kitchen")
    said = refused(lab.run_tasks(device("which", device="pi-kitchen", tags=["a"])), "which")
    assert "fits 2 devices: set device_id to one of pi-kitchen" in said
    assert KITCHEN in said and GARAGE in said


def test_an_agent_that_takes_its_name_back_is_renamed_again(lab: Lab) -> None:
    with ThreadedSimulator(lab.simulator_config(agent_overwrites_name=True)) as cloud:
        environ = lab.environment(cloud)
        task = device("rename", device_id=KITCHEN, name="x")
        lab.run_tasks(task, environ=environ)
        cloud.update(KITCHEN, online=False)
        cloud.update(KITCHEN, online=True)
        run = lab.run_tasks(task, environ=environ)
    assert told(run, "rename")["diff"] == {"before": {"name": "pi-kitchen"}, "after": {"name": "x"}}


def test_what_one_writes_the_inventory_reads_in_the_same_run(lab: Lab) -> None:
    run = lab.run(
        [
            {
                "hosts": "localhost",
                "gather_facts": False,
                "tasks": [
                    device("tag", device="pi-kitchen", tags=["pantry"]),
                    {"ansible.builtin.meta": "refresh_inventory"},
                    show("seen", "groups.remoteit_tag_pantry"),
                ],
            }
        ],
        *inventory(lab, "pantry", connect="none", hostname=["remoteit_device_name"]),
    )
    assert told(run, "seen")["msg"] == ["pi-kitchen"]


def test_what_is_written_down_as_the_guide_shows_it_changes_nothing(lab: Lab) -> None:
    lab.cloud.update(
        KITCHEN,
        tags=["b", "{{x}}", "Prod"],
        name="{% if %} pi",
        attributes={
            "$remoteit": {"description": "two\nlines {{ x }}", "categoryB": "x", "other": 1},
            "a.b": 1,
            "types": [1, 1.5, True, None, "1", "yes", {"deep": "2026-02-03"}],
            "{{n}}": "#jinja2: {{ x }}",
        },
    )
    lab.cloud.update(GARAGE, attributes={"$remoteit": {"statusE": "fine"}, "rack": "7"})
    lab.cloud.update(service_id(2, 1), name="pi-garage-{{ x }}", port=22, host="192.168.1.20", enabled=False)
    (plays,) = (text for _language, text in blocks(GUIDE) if "Write the fleet down" in text)
    run = lab.run(plays)
    written = run.result("Describe each device").result["results"]
    assert len(written) == 4, run.output
    assert not any(item["changed"] for item in written)
    assert writes(lab) == {}
    services = {one["device_id"]: one["services"] for one in run.result("Read it").result["ansible_facts"]["fleet"]}
    assert [one["service_id"] for one in services[CABINET]] == [service_id(0x90, number) for number in (1, 2, 3, 4)]
    assert (
        services[GARAGE][0].items() >= {"port": 22, "host": "192.168.1.20", "enabled": False, "application": 28}.items()
    )


def test_a_module_sent_elsewhere_does_the_same(lab: Lab) -> None:
    run = lab.run_tasks(
        device("tag", {"async": 30, "poll": 1}, device="pi-kitchen", tags=["a"], attributes={"1": True})
    )
    assert told(run, "tag")["device"]["tags"] == ["a"]
    assert told(run, "tag")["device"]["attributes"] == {"1": True}
