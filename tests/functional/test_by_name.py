# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services by name: the one that is meant, or an error that says what there is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.lab import Lab
from tests.lab.world import DATABASE, NEIGHBOUR, OFFLINE, OTHER, SECRET, service_id
from tests.simulator.threaded import ThreadedSimulator

from .tasks import CONNECTION, INFO, LOOKUP, WHO, show

KITCHEN = service_id(1, 1)
GARAGE = service_id(2, 1)
IGNORED = {"ignore_errors": True}


def task(name: str, options: dict[str, Any], keywords: dict[str, Any] | None = None, module: str = CONNECTION) -> Any:
    """A task of any module."""
    return {"name": name, module: options, **(keywords or {})}


def by_name(**options: Any) -> dict[str, Any]:
    """Options that mean the database of the cabinet."""
    return {"device": "cabinet", "service": "service 01", **options}


def operations(lab: Lab) -> list[str]:
    """What was asked of the simulator, in order."""
    return [call["operation"] for call in lab.cloud.calls()]


@pytest.mark.one_core
def test_names_do_what_ids_do(lab: Lab) -> None:
    run = lab.run_tasks(
        task("predict", by_name(), {"check_mode": True}),
        task("open", by_name()),
        task("again", by_name(), {"async": 60, "poll": 1}),
        task("by id", {"service_id": DATABASE}),
        task("list", by_name(), module=INFO),
        show("look up", f"lookup('{LOOKUP}', device='cabinet', service='service 01', attribute='id')"),
        task("predict the end", by_name(state="absent"), {"check_mode": True}),
        task("close", by_name(state="absent")),
        task("closed", by_name(state="absent")),
    )
    assert run.returncode == 0, run.output
    opened = run.result("open").result["connection"]
    assert opened["service_id"] == run.result("predict").result["connection"]["service_id"] == DATABASE
    for again in ("again", "by id"):
        assert run.result(again).result["connection"]["id"] == opened["id"]
        assert not run.result(again).changed
    assert [item["id"] for item in run.result("list").result["connections"]] == [opened["id"]]
    assert run.result("look up").result["msg"] == opened["id"]
    changes = [run.result(name).changed for name in ("predict", "predict the end", "close", "closed")]
    assert changes == [True, True, True, False]
    assert operations(lab).count("connect") == 1
    assert lab.open_connections() == []


@pytest.mark.one_core
def test_a_tag_and_a_device_with_one_service_lead_through_ssh(lab: Lab) -> None:
    lab.cloud.update(service_id(1, 0), tags=["kitchen"])
    run = lab.run_tasks(
        task("open", {"device_tag": "kitchen", "set_host_vars": True}),
        WHO,
        task("close", {"device": "pi-kitchen", "state": "absent"}),
        hosts="pi-kitchen",
    )
    assert run.returncode == 0, run.output
    assert run.result("open").result["connection"]["service_id"] == KITCHEN
    assert run.result("who").result["stdout"] == "pi-kitchen"
    assert run.result("close").changed
    assert lab.open_connections() == []


@pytest.mark.one_core
def test_the_lookup_asks_only_for_names(lab: Lab) -> None:
    run = lab.run_tasks(
        show("opened", f"lookup('{LOOKUP}', device='pi-garage', missing='open', attribute='service_id')"),
        show("empty", f"lookup('{LOOKUP}', device='cellar', missing='empty')"),
        show("id", f"lookup('{LOOKUP}', '{GARAGE}', attribute='service_id')"),
        show("no terms", f"query('{LOOKUP}')"),
    )
    assert run.result("opened").result["msg"] == run.result("id").result["msg"] == GARAGE
    assert run.result("empty").result["msg"] == {}
    assert run.result("no terms").result["msg"] == []
    assert operations(lab) == ["query", "connect", "query"]


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({}, "one of the following is required: service_id, device, device_tag"),
    ({"service": "ssh"}, "one of the following is required: service_id, device, device_tag"),
    ({"service_id": DATABASE, "device": "cabinet"}, "parameters are mutually exclusive: service_id|device|device_tag"),
    ({"deviceaddress": DATABASE, "device_tag": "a"}, "parameters are mutually exclusive: service_id|device|device_tag"),
    ({"service_id": DATABASE, "service": "ssh"}, "parameters are mutually exclusive: service_id|service"),
    ({"device": ""}, "device is empty: give a name, or leave it out."),
    ({"device": "attic"}, "device='attic' fits no device of the account, nor one that is shared with it"),
    ({"device_tag": "attic"}, "device_tag='attic' fits no device of the account"),
    ({"device": "Cabinet"}, f"similar ones are cabinet ({service_id(0x90, 0)})."),
    ({"device": "pi"}, f"similar ones are pi-garage ({service_id(2, 0)}), pi-kitchen ({service_id(1, 0)})."),
    ({"device": "cabinet"}, f"has several services: set service to one of service 01 ({DATABASE}), service 02"),
    ({"device": "cabinet", "service": "ssh"}, f"it has service 01 ({DATABASE}), service 02 ({OTHER}), service 03"),
    ({"device": "next door"}, f"of next door ({service_id(0x92, 0)}); ask {NEIGHBOUR} for CONNECT."),
    ({"device": "cellar", "account": "attic"}, "account='attic' is not an account that this access key can see"),
    ({"device": "cellar"}, f"No connection: the device of {OFFLINE} is offline"),
]


@pytest.mark.one_core
def test_mistakes_say_what_there_is(lab: Lab) -> None:
    names = [f"{number} {options}" for number, (options, _expected) in enumerate(MISTAKES)]
    sent = {"async": 60, "poll": 1}
    run = lab.run_tasks(
        *(task(name, options, IGNORED) for name, (options, _expected) in zip(names, MISTAKES, strict=True)),
        *(task(f"sent {number}", MISTAKES[number][0], {**IGNORED, **sent}) for number in (2, 6)),
        task("info", {"service": "ssh"}, IGNORED, INFO),
    )
    for name, (_options, expected) in zip(names, MISTAKES, strict=True):
        result = run.result(name)
        assert result.status == "failed"
        assert expected in result.result["msg"], (name, result.result["msg"])
        assert len(result.result["msg"]) < 600
    for number in (2, 6):
        assert MISTAKES[number][1] in run.result(f"sent {number}").result["msg"]
    assert run.result("info").result["msg"] == "service='ssh' does not say on which device: set device or device_tag."
    assert "Traceback" not in run.output
    assert SECRET not in run.output
    assert lab.open_connections() == []


@pytest.mark.one_core
def test_mistakes_in_the_lookup(lab: Lab) -> None:
    mistakes = {
        f"'{DATABASE}', device='cabinet'": "Terms are ids of services, and device, device_tag and service are names",
        "service='ssh'": "service='ssh' does not say on which device",
        "device='cabinet'": "has several services: set service to one of service 01",
    }
    run = lab.run_tasks(*({**show(words, f"lookup('{LOOKUP}', {words})"), **IGNORED} for words in mistakes))
    for words, expected in mistakes.items():
        assert run.result(words).status == "failed"
        assert expected in run.result(words).result["msg"]
    assert "Traceback" not in run.output


@pytest.mark.one_core
def test_two_that_fit_are_never_guessed_and_hostile_names_are_only_text(lab: Lab) -> None:
    hostile = "{{ lookup('pipe', 'touch templated') }}"
    lab.cloud.update(service_id(1, 0), name=hostile)
    lab.cloud.update(service_id(2, 0), name=hostile)
    lab.cloud.update(service_id(0x91, 0), name="cabinet")
    lab.cloud.update(OTHER, name="service 01")
    unsafe = lab.root / "unsafe.yml"
    unsafe.write_text(f'hostile: !unsafe "{hostile}"\n')
    run = lab.run_tasks(
        task("devices", by_name(), IGNORED),
        task("hostile", {"device": "{{ hostile }}"}, {**IGNORED, "register": "said"}),
        show("said again", "said.msg"),
        vars_files=[str(unsafe)],
    )
    said = run.result("devices").result["msg"]
    assert said.startswith("device='cabinet' fits 2 devices: set service_id to one of cabinet of owner@example.com (")
    assert DATABASE in said
    assert OFFLINE in said
    assert rf"\x7b{hostile[1:]} of owner@example.com (ssh ({KITCHEN}))" in run.result("hostile").result["msg"]
    assert run.result("said again").result["msg"] == run.result("hostile").result["msg"]
    lab.cloud.update(service_id(0x91, 0), name="cellar")
    run = lab.run_tasks(task("services", by_name(), IGNORED))
    assert run.result("services").result["msg"] == (
        f"service='service 01' fits 2 services of cabinet ({service_id(0x90, 0)}): set service_id to one of "
        f"service 01 ({DATABASE}), service 01 ({OTHER})."
    )
    assert not list(lab.root.rglob("templated"))
    assert "connect" not in operations(lab)


@pytest.mark.one_core
def test_a_device_of_an_organisation_is_found_through_its_account(lab: Lab) -> None:
    config = lab.simulator_config()
    config["accounts"][0]["memberships"] = [{"account": NEIGHBOUR, "permissions": ["VIEW", "CONNECT"]}]
    config["accounts"][1]["organization"] = "Neighbours"
    config["devices"][-1]["shared_with"] = []
    with ThreadedSimulator(config) as cloud:
        run = lab.run_tasks(
            task("without", {"device": "next door"}, IGNORED),
            task("open", {"device": "next door", "account": "neighbours"}),
            task("close", {"device": "next door", "account": NEIGHBOUR, "state": "absent"}),
            environ=lab.environment(cloud),
        )
        assert "or set account if it belongs to an organisation" in run.result("without").result["msg"]
        assert [run.result(name).changed for name in ("open", "close")] == [True, True]
        assert cloud.state()["connections"] == []
