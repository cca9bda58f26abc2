# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services of devices as code: what a task says is so afterwards, and the same task again changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.lab import Lab
from tests.lab.world import DATABASE, DISABLED, VIEW_ONLY, WEB, service_id

from .fleet import inventory, operations
from .tasks import WHO, connection, info, service, show

pytestmark = pytest.mark.one_core

PI = {"device": "pi-kitchen"}
BACKUP = {**PI, "name": "backup", "application": "SSH", "port": 2222}
GO_ON = {"ignore_errors": True}
WRITES = ("add_service", "update_service", "remove_service")


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


def writes(lab: Lab) -> int:
    """How often something was written."""
    return sum(operations(lab, name) for name in WRITES)


def test_a_service_comes_into_being_changes_and_goes_and_nothing_changes_twice(lab: Lab) -> None:
    states: list[tuple[str, dict[str, Any]]] = [
        ("add", BACKUP),
        ("change", {**BACKUP, "port": 2223, "host": "10.0.0.7"}),
        ("disable", {**PI, "name": "backup", "enabled": False}),
        ("remove", {**PI, "name": "backup", "state": "absent"}),
    ]
    run = lab.run_tasks(
        *(
            service(f"{time} {name}", {"check_mode": time == "predict"}, **options)
            for name, options in states
            for time in ("predict", "do", "repeat")
        ),
        arguments=["--diff"],
    )
    for name, _options in states:
        predicted, first, second = (told(run, f"{time} {name}") for time in ("predict", "do", "repeat"))
        assert [result["changed"] for result in (predicted, first, second)] == [True, True, False]
        assert predicted["diff"] == first["diff"]
        assert not first["pending"]
    assert told(run, "repeat remove")["service"] is None
    written = [call["operation"] for call in lab.cloud.calls() if call["operation"] in WRITES]
    assert written == ["add_service", "update_service", "update_service", "remove_service"]


def test_neither_does_it_in_another_run_nor_does_a_run_in_check_mode_write(lab: Lab) -> None:
    predicted = lab.run_tasks(service("add", **BACKUP), arguments=["--check", "--diff"])
    assert writes(lab) == 0
    first, second = (lab.run_tasks(service("add", **BACKUP), arguments=["--diff"]) for _time in range(2))
    assert [told(run, "add")["changed"] for run in (predicted, first, second)] == [True, True, False]
    assert told(predicted, "add")["diff"] == told(first, "add")["diff"]
    assert writes(lab) == 1


def test_what_it_adds_is_reached_and_what_is_not_said_gets_its_default(lab: Lab) -> None:
    run = lab.run_tasks(service("add", **PI, name="backup", application="ssh", port=lab.devices[0].port))
    added = told(run, "add")
    assert added["previous"] is None
    assert added["diff"]["before"] == {}
    assert {key: added["service"][key] for key in ("application", "host", "enabled")} == {
        "application": 28,
        "host": "127.0.0.1",
        "enabled": True,
    }
    reach = connection("open", added["service"]["id"], set_host_vars=True)
    # nobody knows the new name of the host key yet
    trusting = {"ANSIBLE_HOST_KEY_CHECKING": "false"}
    run = lab.run_tasks(reach, WHO, hosts="pi-kitchen", environ=trusting)
    assert told(run, "who")["stdout"] == "pi-kitchen"


def test_a_default_port_is_that_of_the_application(lab: Lab) -> None:
    assert (
        told(lab.run_tasks(service("add", **PI, name="desktop", application="vnc")), "add")["service"]["port"] == 5900
    )


def test_unchanged_it_asks_once(lab: Lab) -> None:
    run = lab.run_tasks(
        service("by id", service_id=service_id(1, 1), application="ssh", enabled=True),
        service("by device", device_id=service_id(1, 0), name="ssh", application="28"),
    )
    assert [told(run, name)["changed"] for name in ("by id", "by device")] == [False, False]
    assert [call["operation"] for call in lab.cloud.calls()] == ["query", "query"]


def test_a_service_is_renamed_by_its_id(lab: Lab) -> None:
    run = lab.run_tasks(*(service(name, service_id=WEB, name="page") for name in ("rename", "again")))
    assert told(run, "rename")["diff"] == {"before": {"name": "service 03"}, "after": {"name": "page"}}
    assert not told(run, "again")["changed"]


def test_a_name_behind_that_of_the_device_is_the_same_name(lab: Lab) -> None:
    lab.cloud.update(service_id(1, 1), name="pi-kitchen-ssh")
    run = lab.run_tasks(service("ssh", **PI, name="ssh", application="ssh"))
    assert not told(run, "ssh")["changed"]


def test_who_is_connected_is_not_cut_off_unless_that_is_forced(lab: Lab) -> None:
    changes: list[dict[str, Any]] = [{"port": 5433}, {"enabled": False}, {"state": "absent"}]
    run = lab.run_tasks(
        connection("open", DATABASE),
        *(service(f"change {change}", GO_ON, service_id=DATABASE, **change) for change in changes),
    )
    for change in changes:
        why = refused(run, f"change {change}")
        assert "is in use by 1 connections, which the change would cut off: close them, or set force=true" in why
    opened = told(run, "open")["connection"]["id"]
    assert ([item["id"] for item in lab.open_connections()], writes(lab)) == ([opened], 0)
    # to rename it cuts nobody off
    assert told(lab.run_tasks(service("rename", service_id=DATABASE, name="db")), "rename")["changed"]
    assert [item["id"] for item in lab.open_connections()] == [opened]
    assert told(lab.run_tasks(service("force", service_id=DATABASE, port=5433, force=True)), "force")["changed"]
    assert (lab.open_connections(), lab.registry()) == ([], [])


def test_the_last_way_to_a_device_is_not_taken_unless_that_is_forced(lab: Lab) -> None:
    only = service_id(2, 1)
    run = lab.run_tasks(
        service("disable", GO_ON, service_id=only, enabled=False),
        service("remove", GO_ON, service_id=only, state="absent"),
        service("force", service_id=only, state="absent", force=True),
    )
    for name in ("disable", "remove"):
        assert "is the last one that is enabled" in refused(run, name)
    assert told(run, "force")["changed"]
    assert writes(lab) == 1


def test_a_device_that_is_offline_takes_the_change_later(lab: Lab) -> None:
    lab.cloud.update(service_id(1, 0), online=False)
    assert told(lab.run_tasks(service("add", **BACKUP)), "add")["pending"]


def test_rights_are_looked_at_before_anything_is_written(lab: Lab) -> None:
    run = lab.run_tasks(service("change", service_id=VIEW_ONLY, enabled=False), arguments=["--check"])
    assert "this access key may not manage" in refused(run, "change")
    lab.cloud.update(service_id(1, 0), configurable=False)
    run = lab.run_tasks(service("add", **BACKUP))
    assert "cannot be changed from outside; update the remote.it software" in refused(run, "add")
    assert writes(lab) == 0


@pytest.mark.parametrize("fault", ["lost_answer", "status"])
def test_a_lost_answer_adds_nothing_twice(fault: str, lab: Lab) -> None:
    how = {"fault": fault, **({"status": 502} if fault == "status" else {})}
    lab.cloud.set_fault({"operation": "add_service", **how})
    run = lab.run_tasks(service("add", **BACKUP, timeout=15))
    lab.cloud.set_fault()
    if fault == "lost_answer":
        assert told(run, "add")["changed"]
    else:
        refused(run, "add")
    again = lab.run_tasks(service("add", **BACKUP), info("list"))
    assert told(again, "add")["changed"] == (fault == "status")


BAD: list[tuple[dict[str, Any], str]] = [
    ({**PI, "name": " "}, "name is empty"),
    ({**PI, "name": "x" * 101}, "cannot be the name of a service"),
    ({**PI, "name": "x", "application": "shh"}, "application='shh' is not a type of services: give one of"),
    ({**PI, "name": "x", "application": "35"}, "application='35' is not a type of services"),
    ({**PI, "name": "x"}, "application is missing"),
    ({**PI, "name": "x", "application": "tcp"}, "port is missing: application='tcp' has none by default"),
    ({**PI, "name": "x", "application": "ssh", "port": 70000}, "port=70000 is not a port"),
    (
        {**PI, "name": "x", "application": "ssh", "host": "http://pi"},
        "host='http://pi' is not the address of a host",
    ),
    ({"device": "nobody", "name": "x"}, "device='nobody' fits no device"),
    ({"device_id": service_id(0x77, 0), "name": "x"}, "is not a device that this access key can see"),
    ({"device_id": "pi", "name": "x"}, "device_id='pi' is not the id of a device"),
    ({"service_id": service_id(0x77, 1)}, "is not a service that this access key can see"),
    ({"service_id": service_id(1, 0)}, "is the id of the device pi-kitchen, not of a service"),
    ({"service_id": DISABLED, "device": "pi"}, "mutually exclusive"),
    ({**PI}, "name"),
]


def test_what_cannot_be_meant_is_refused_and_nothing_is_written(lab: Lab) -> None:
    run = lab.run_tasks(*(service(f"bad {number}", GO_ON, **options) for number, (options, _why) in enumerate(BAD)))
    for number, (_options, sentence) in enumerate(BAD):
        assert sentence in refused(run, f"bad {number}")
        assert run.result(f"bad {number}").result["error"]["kind"] == "options"
    assert writes(lab) == 0


def test_what_is_gone_is_gone(lab: Lab) -> None:
    run = lab.run_tasks(
        service("by id", service_id=service_id(0x77, 1), state="absent"),
        service("by name", **PI, name="nothing", state="absent"),
    )
    assert [told(run, name)["changed"] for name in ("by id", "by name")] == [False, False]


def test_what_one_writes_the_inventory_reads_in_the_same_run(lab: Lab) -> None:
    run = lab.run(
        [
            {
                "hosts": "localhost",
                "gather_facts": False,
                "tasks": [
                    service("add", **PI, name="shop", application="postgresql"),
                    {"ansible.builtin.meta": "refresh_inventory"},
                    show("seen", "groups.remoteit_application_postgresql"),
                ],
            }
        ],
        *inventory(lab, "shops", application=["postgresql"], connect="none", hostname=["remoteit_service_name"]),
    )
    assert "shop" in told(run, "seen")["msg"]


def test_a_module_sent_elsewhere_does_the_same(lab: Lab) -> None:
    run = lab.run_tasks(service("add", {"async": 30, "poll": 1}, **BACKUP))
    assert told(run, "add")["service"]["port"] == 2222
