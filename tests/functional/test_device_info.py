# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Listing devices: every filter, many pages, bad answers, and names that strangers wrote."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.lab.lab import Lab
from tests.lab.world import DATABASE, NEIGHBOUR, OFFLINE, OWNER, WEB, service_id
from tests.simulator.threaded import ThreadedSimulator

from .tasks import DEVICES, show

MEMBER = "member@example.com"
HOSTILE = (
    "{{ lookup('pipe', 'touch templated') }}",
    "{% set x = lookup('pipe', 'touch templated') %}",
    "{{ 6 * 7 }}",
    "-oProxyCommand=touch templated",
    "$(touch templated); `touch templated`",
    "!unsafe '{{ 6 * 7 }}'",
    "red \x1b[31m and \u202e backwards\nand a second line",
)


def devices(title: str, keywords: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """A remoteit_device_info task."""
    return {"name": title, DEVICES: options, **(keywords or {})}


def listed(lab: Lab, environ: dict[str, str] | None = None, **options: Any) -> list[str]:
    """The names of the devices that pass."""
    run = lab.run_tasks(devices("list", **options), environ=environ)
    assert run.returncode == 0, run.output
    return [device["name"] for device in run.result("list").result["devices"]]


@pytest.mark.one_core
def test_the_whole_fleet_in_one_request(lab: Lab) -> None:
    run = lab.run_tasks(devices("list"), arguments=["--check"])
    result = run.result("list")
    assert not result.changed
    found = {device["name"]: device for device in result.result["devices"]}
    assert list(found) == ["cabinet", "cellar", "next door", "pi-garage", "pi-kitchen"]
    cabinet = found["cabinet"]
    assert (cabinet["id"], cabinet["online"], cabinet["owner"]) == (service_id(0x90, 0), True, OWNER)
    assert (cabinet["shared"], cabinet["organisation"], cabinet["tags"]) == (False, None, [])
    web = next(service for service in cabinet["services"] if service["id"] == WEB)
    assert (web["name"], web["application"], web["application_name"]) == ("service 03", 7, "HTTP")
    assert [service["enabled"] for service in cabinet["services"]] == [True, True, True, False]
    next_door = found["next door"]
    assert (next_door["owner"], next_door["shared"]) == (NEIGHBOUR, True)
    assert [service["can_connect"] for service in next_door["services"]] == [False]
    assert [call["operation"] for call in lab.cloud.calls()] == ["query"]


@pytest.mark.one_core
def test_filters(lab: Lab) -> None:
    kitchen, garage = service_id(1, 0), service_id(2, 0)
    lab.cloud.update(kitchen, tags=["pi", "warm"])
    lab.cloud.update(garage, tags=["pi"])
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"name": "PI-"}, ["pi-garage", "pi-kitchen"]),
        ({"tags": ["warm", "pi"]}, ["pi-garage", "pi-kitchen"]),
        ({"tags": ["warm", "pi"], "tags_match": "all"}, ["pi-kitchen"]),
        ({"tags": "warm"}, ["pi-kitchen"]),
        ({"state": "offline"}, ["cellar"]),
        ({"application": "ssh"}, ["pi-garage", "pi-kitchen"]),
        ({"application": ["HTTP", 28]}, ["cabinet", "pi-garage", "pi-kitchen"]),
        ({"platform": "unknown", "shared": True}, ["next door"]),
        ({"platform": "linux"}, []),
        ({"owner": NEIGHBOUR}, ["next door"]),
        ({"shared": False, "state": "online", "application": "tcp"}, ["cabinet"]),
        ({"account": OWNER, "name": "cellar"}, ["cellar"]),
    ]
    run = lab.run_tasks(*(devices(str(options), **options) for options, _expected in cases))
    for options, expected in cases:
        found = run.result(str(options)).result["devices"]
        assert [device["name"] for device in found] == expected, options
    http = run.result(str({"application": ["HTTP", 28]})).result["devices"]
    assert [service["id"] for service in http[0]["services"]] == [WEB]


def test_the_module_does_the_same_where_the_task_is_sent(lab: Lab) -> None:
    options: dict[str, Any] = {"name": "c", "state": "online"}
    run = lab.run_tasks(devices("here", **options), devices("sent", {"async": 60, "poll": 1}, **options))
    here, sent = run.result("here").result["devices"], run.result("sent").result["devices"]
    assert [device["name"] for device in here] == ["cabinet", "pi-kitchen"]
    assert [{**device, "last_reported": ""} for device in sent] == [{**device, "last_reported": ""} for device in here]


@pytest.mark.one_core
def test_module_defaults_reach_it(lab: Lab) -> None:
    defaults = {"group/community.remoteit.remoteit": {"graphql_url": "https://nowhere.invalid/"}}
    run = lab.run_tasks(devices("list", timeout=2), module_defaults=defaults)
    assert "https://nowhere.invalid" in run.result("list").result["msg"]


@pytest.mark.one_core
def test_mistakes_are_one_sentence(lab: Lab) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        (
            {"application": "shh"},
            "application='shh' is no type that remote.it knows: choose one of Bulk Service, HTTP,",
        ),
        (
            {"platform": "beos"},
            "platform='beos' is no type that remote.it knows: choose one of Linux, Unknown, Windows, or give its id.",
        ),
        (
            {"account": "nobody"},
            "account='nobody' is not an account that this access key can see; it sees owner@example.com "
            "(f0:00:00:00:00:00:00:01).",
        ),
        ({"state": "asleep"}, "value of state must be one of: online, offline"),
        ({"timeout": 0}, "timeout=0 is not a time: give seconds greater than 0."),
    ]
    run = lab.run_tasks(*(devices(str(options), {"ignore_errors": True}, **options) for options, _expected in cases))
    for options, expected in cases:
        result = run.result(str(options))
        assert result.status == "failed"
        assert result.result["msg"].startswith(expected)


@pytest.mark.one_core
def test_faults(lab: Lab) -> None:
    # Each hits the request of one task; only after the last one it is asked again.
    faults: list[dict[str, Any]] = [
        {"fault": "refused", "text": "no \x1b today"},
        {"fault": "errors", "committed": True, "text": "half of it"},
        {"fault": "wrong_fields"},
        {"fault": "item_error", "text": "odd"},
        {"fault": "wrong_item", "text": "odd"},
        {"fault": "extra_fields"},
        {"fault": "truncated"},
    ]
    lab.cloud.set_fault(*({**fault, "count": 1} for fault in faults))
    run = lab.run_tasks(*(devices(fault["fault"], {"ignore_errors": True}) for fault in faults))
    results = {item.task: item.result for item in run.results}
    assert results["refused"]["msg"] == r'remote.it refused the request: "no \x1b today".'
    assert results["errors"]["msg"] == 'remote.it refused the request: "half of it".'
    assert "cannot be used" in results["wrong_fields"]["msg"]
    for fault, why in (("item_error", 'remote.it says "odd"'), ("wrong_item", "its id is not one")):
        assert len(results[fault]["devices"]) == 4
        (warning,) = results[fault]["warnings"]
        assert warning.startswith("Left out, because what remote.it tells of them cannot be used: device cabinet ")
        assert warning.endswith(f" ({why}).")
    assert len(results["extra_fields"]["devices"]) == 5
    assert len(results["truncated"]["devices"]) == 5
    assert len(lab.cloud.calls()) == len(faults) + 1
    lab.cloud.set_fault({"fault": "status", "count": 2})
    assert len(listed(lab)) == 5


@pytest.mark.one_core
def test_an_organisation_of_more_than_two_pages(lab: Lab) -> None:
    config = lab.simulator_config()
    config["accounts"][0]["memberships"] = [{"account": MEMBER, "permissions": ["VIEW"]}]
    config["accounts"].append({"id": "f0:00:00:00:00:00:00:03", "email": MEMBER, "organization": "Many Things"})
    for number in range(2100):
        octets = f"{number >> 8:02X}:{number & 255:02X}"
        service = {"id": f"80:00:00:00:03:{octets}:01", "name": "ssh", "application": 28}
        config["devices"].append(
            {"id": f"80:00:00:00:03:{octets}:00", "name": f"thing {number:04}", "owner": MEMBER, "services": [service]}
        )
    with ThreadedSimulator(config) as cloud:
        # The types and accounts, the first page, and then, in the second task, a device of the first page is gone.
        cloud.set_fault({"fault": "device_leaves", "id": "80:00:00:00:03:00:07:00", "after": 4 + 2, "count": 1})
        whole, without = devices("whole", account="many things"), devices("without", account="many things")
        run = lab.run_tasks(whole, without, environ=lab.environment(cloud))
        assert len(cloud.calls()) == 4 + 7
    found = {item.task: [device["name"] for device in item.result["devices"]] for item in run.results}
    assert found["whole"] == [f"thing {number:04}" for number in range(2100)]
    assert found["without"] == [f"thing {number:04}" for number in range(2100) if number != 7]


@pytest.mark.one_core
def test_what_strangers_wrote_is_never_a_template(lab: Lab) -> None:
    config = lab.simulator_config()
    stranger = config["devices"][-1]
    stranger.update(name=HOSTILE[0], tags=list(HOSTILE), attributes={text: [text, {text: text}] for text in HOSTILE})
    stranger["services"][0].update(name=HOSTILE[1], attributes=dict(enumerate(HOSTILE)))
    with ThreadedSimulator(config) as cloud:
        run = lab.run_tasks(
            devices("list", {"register": "found"}, shared=True),
            show("name", "found.devices[0].name"),
            show("twice", "found.devices | map(attribute='services') | flatten | map(attribute='name') | first"),
            show("text", "found | to_json"),
            {"name": "loop", "ansible.builtin.debug": {"msg": "{{ item }}"}, "loop": "{{ found.devices[0].tags }}"},
            {"name": "fact", "ansible.builtin.set_fact": {"kept": "{{ found.devices[0].attributes }}"}},
            show("kept", "kept"),
            environ=lab.environment(cloud),
        )
    assert run.returncode == 0, run.output
    clean = [text.replace("{{", r"\x7b{").replace("{%", r"\x7b%") for text in HOSTILE[:-1]]
    clean.append(r"red \x1b[31m and \u202e backwards\nand a second line")
    assert run.result("name").result["msg"] == clean[0]
    assert run.result("twice").result["msg"] == clean[1]
    (device,) = run.result("list").result["devices"]
    assert device["tags"] == sorted(clean)
    assert list(device["attributes"]) == clean
    assert run.result("kept").result["msg"] == device["attributes"]
    assert json.dumps(device["services"][0]["attributes"]["2"]) == r'"\\x7b{ 6 * 7 }}"'
    assert "\x1b" not in run.output
    assert not list(lab.root.rglob("templated"))


@pytest.mark.one_core
def test_ids_are_those_that_the_other_modules_take(lab: Lab) -> None:
    run = lab.run_tasks(
        devices("list", {"register": "found"}, name="cabinet"),
        {
            "name": "open",
            "community.remoteit.remoteit_connection": {"service_id": "{{ found.devices[0].services[0].id }}"},
        },
    )
    assert run.result("open").result["connection"]["service_id"] == DATABASE
    assert OFFLINE not in run.output
