# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connect links as code: what a task says is so afterwards, the same again changes nothing, and no password is shown."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.lab import Lab
from tests.lab.playbook import Run
from tests.lab.world import DATABASE, NEIGHBOUR, UNKNOWN, VIEW_ONLY, WEB, service_id
from tests.simulator.threaded import ThreadedSimulator

from .fleet import inventory, operations
from .tasks import DEVICES, link, service, show

pytestmark = pytest.mark.one_core

GO_ON = {"ignore_errors": True}
BY_NAME = {"device": "cabinet", "service": "service 03"}
OFFICE = ["192.0.2.0/24"]
PASSWORD = "a password of our own"
SET, REMOVE = "set_connect_link", "remove_connect_link"
# Each with what its diff shows at least, before and after.
STATES: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    (
        "make",
        {"allow": ["198.51.100.7", *OFFICE], "password": PASSWORD},
        {},
        {"enabled": True, "allow": [*OFFICE, "198.51.100.7/32"], "has_password": True},
    ),
    ("change", {"allow": OFFICE}, {"allow": [*OFFICE, "198.51.100.7/32"]}, {"allow": OFFICE}),
    ("deny", {"deny": ["203.0.113.0/24"]}, {"deny": []}, {"deny": ["203.0.113.0/24"]}),
    ("clear", {"deny": [], "password": ""}, {"has_password": True}, {"has_password": False}),
    ("disable", {"state": "disabled", "password": PASSWORD}, {"enabled": True}, {"enabled": False}),
    ("enable", {}, {"enabled": False}, {"enabled": True}),
    ("remove", {"state": "absent"}, {"enabled": True, "allow": OFFICE}, {}),
]


def told(run: Run, task: str) -> dict[str, Any]:
    """The result of a task that went well."""
    result = run.result(task)
    assert result.status == "ok", run.output
    return dict(result.result)


def refused(run: Run, task: str) -> str:
    """Why a task failed."""
    result = run.result(task)
    assert result.status == "failed", run.output
    assert "Traceback" not in run.output
    return str(result.result["msg"])


def calls(lab: Lab) -> list[str]:
    """What remote.it was asked for, in order."""
    return [call["operation"] for call in lab.cloud.calls()]


def differing(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """What of *one* is not so in *other*."""
    return {name: value for name, value in one.items() if other.get(name) != value}


def test_a_link_comes_into_being_changes_and_goes_and_nothing_changes_twice(lab: Lab) -> None:
    tasks = [
        link(f"{name}{which}", keywords, **BY_NAME, **options)
        for name, options, _before, _after in STATES
        for which, keywords in ((" predicted", {"check_mode": True}), ("", {}), (" again", {}))
    ]
    run = lab.run_tasks(*tasks, arguments=["--diff", "-vvv"])
    urls = set()
    for name, _options, before, after in STATES:
        predicted, done, again = (told(run, f"{name}{which}") for which in (" predicted", "", " again"))
        assert [one["changed"] for one in (predicted, done, again)] == [True, True, False], name
        assert predicted["diff"] == done["diff"]
        assert again["diff"]["before"] == again["diff"]["after"] == done["diff"]["after"]
        assert differing(before, done["diff"]["before"]) == differing(after, done["diff"]["after"]) == {}, name
        assert done["service"] == {"id": WEB, "name": "service 03"}
        assert done["device"] == {"id": service_id(0x90, 0), "name": "cabinet"}
        urls |= {one["link"]["url"] for one in (done, again) if one["link"]}
    assert told(run, "make")["diff"]["before"] == told(run, "remove")["diff"]["after"] == {}
    assert told(run, "make predicted")["link"]["url"] is None
    assert told(run, "remove")["link"] is None
    assert len(urls) == 1
    assert PASSWORD not in run.output
    assert (operations(lab, SET), operations(lab, REMOVE)) == (len(STATES) - 1, 1)


def test_unchanged_it_asks_once_and_changed_twice_and_a_name_is_looked_up(lab: Lab) -> None:
    for options, expected in (
        ({"service_id": WEB}, ["query", SET]),
        ({"service_id": WEB}, ["query"]),
        (BY_NAME, ["query", "query"]),
        ({**BY_NAME, "state": "absent"}, ["query", "query", REMOVE]),
        ({"service_id": WEB, "state": "absent"}, ["query"]),
        ({"service_id": WEB, "state": "disabled"}, ["query"]),
    ):
        before = len(calls(lab))
        told(lab.run_tasks(link("link", **options)), "link")
        assert calls(lab)[before:] == expected


def test_no_output_shows_a_password_and_neither_does_a_module_that_is_sent_elsewhere(lab: Lab) -> None:
    sent = {"async": 30, "poll": 1}
    run = lab.run_tasks(
        link("make", service_id=WEB, password="{{ secret }}"),
        link("sent", sent, service_id=WEB, password="{{ secret }} too", allow=OFFICE),
        link("refused", GO_ON, service_id=DATABASE, password="{{ secret }}"),
        link("blank", GO_ON, service_id=WEB, password=" {{ secret }}"),
        link("long", GO_ON, service_id=WEB, password="{{ secret * 3 }}"),
        {"name": "list", DEVICES: {}},
        arguments=["-vvv", "--diff"],
        # Ansible shows lines of the playbook where a task fails.
        vars={"secret": PASSWORD},
    )
    assert [told(run, name)["changed"] for name in ("make", "sent")] == [True, True]
    assert "password begins or ends with a blank" in refused(run, "blank")
    assert "password has 63 characters: give at most 49" in refused(run, "long")
    assert PASSWORD not in run.output
    found = {one["name"]: one for one in told(run, "list")["devices"]}
    links = {one["id"]: one["link"] for one in found["cabinet"]["services"]}
    assert links.pop(WEB) == {"url": told(run, "sent")["link"]["url"], "enabled": True}
    assert set(links.values()) == {None}


def test_who_could_open_it_is_told(lab: Lab) -> None:
    runs = [
        lab.run_tasks(link("open", service_id=WEB), link("all", service_id=WEB, allow=["0.0.0.0/0"])),
        lab.run_tasks(link("some", service_id=WEB, allow=OFFICE), link("off", service_id=WEB, state="disabled")),
    ]
    assert [len(told(runs[0], name)["warnings"]) for name in ("open", "all")] == [1, 1]
    assert "anybody on the Internet who has the URL can open the connect link of service 03" in runs[0].output
    assert not any("warnings" in told(runs[1], name) for name in ("some", "off"))


@pytest.mark.parametrize(
    "behaviour", [{"link_password": "stars"}, {"link_password": "omitted"}, {"link_url": "rotates"}]
)
def test_whatever_remoteit_tells_it_is_right(behaviour: dict[str, str], lab: Lab) -> None:
    wanted = {"service_id": WEB, "allow": OFFICE, "password": PASSWORD}
    tasks = [
        link("make", **wanted),
        link("again", **wanted),
        link("off", service_id=WEB, state="disabled"),
        link("on", **wanted),
        link("always", **wanted, update_password="always"),
    ]
    with ThreadedSimulator(lab.simulator_config(**behaviour)) as cloud:
        run = lab.run_tasks(*tasks, arguments=["-vvv"], environ=lab.environment(cloud))
    results = [told(run, name) for name in ("make", "again", "off", "on", "always")]
    assert [one["changed"] for one in results] == [True, "omitted" in behaviour.values(), True, True, True]
    assert [one["link"]["has_password"] for one in (results[0], results[3])] == [True, True]
    urls = [one["link"]["url"] for one in results]
    if "link_url" in behaviour:
        assert len(set(urls[:3])) == 1 and urls[3] != urls[0]
        (said,) = results[3]["warnings"]
        assert said.endswith(f"has another URL than before: {urls[3]} instead of {urls[0]}.")
    else:
        assert len(set(urls)) == 1
    if "omitted" in behaviour.values():
        assert "does not tell whether the connect link of service 03" in results[1]["warnings"][0]
    assert PASSWORD not in run.output


def test_rights_are_looked_at_before_anything_is_written(lab: Lab) -> None:
    run = lab.run_tasks(
        link("seen", {**GO_ON, "check_mode": True}, service_id=VIEW_ONLY),
        link("named", GO_ON, device="next door"),
        link("no page", GO_ON, service_id=DATABASE),
        link("off", GO_ON, service_id=DATABASE, state="disabled"),
        link("gone", GO_ON, service_id=DATABASE, state="absent"),
    )
    assert f"may not manage service 01 ({VIEW_ONLY}) of next door" in refused(run, "seen")
    assert f"ask {NEIGHBOUR} for MANAGE" in refused(run, "seen")
    assert "fits no device on which this access key has MANAGE" in refused(run, "named")
    for name in ("no page", "off", "gone"):
        assert "has the type TCP, which is no web service, and a connect link is a URL for browsers" in refused(
            run, name
        )
    assert operations(lab, SET) + operations(lab, REMOVE) == 0


def test_a_strangers_device_of_the_same_name_is_neither_meant_nor_in_the_way(lab: Lab) -> None:
    lab.cloud.update(service_id(0x92, 0), name="cabinet")
    made = told(lab.run_tasks(link("make", **BY_NAME)), "make")
    assert (made["changed"], made["service"]["id"]) == (True, WEB)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"fault": "refused", "text": "plan limit reached"}, "plan limit reached"),
        ({"fault": "status", "status": 502}, "502"),
        ({"fault": "status", "status": 429, "retry_after": "1", "count": 1}, None),
        ({"fault": "lost_answer", "count": 1}, None),
        ({"fault": "lost_request", "count": 1}, None),
    ],
)
def test_what_goes_wrong_is_told_or_mended(fault: dict[str, Any], expected: str | None, lab: Lab) -> None:
    lab.cloud.set_fault({"operation": SET, **fault}, {"operation": REMOVE, **fault})
    lab.cloud.update(WEB, link={"url": "https://old.connect.remote.it", "allow": OFFICE})
    run = lab.run_tasks(
        link("change", GO_ON, service_id=WEB, allow=["198.51.100.0/24"], timeout=8),
        link("remove", GO_ON, service_id=WEB, state="absent", timeout=8),
        link("again", GO_ON, service_id=WEB, state="absent"),
    )
    if expected is None:
        assert [told(run, name)["changed"] for name in ("change", "remove", "again")] == [True, True, False]
    else:
        assert all(expected in refused(run, name) for name in ("change", "remove"))
        assert told(lab.run_tasks({"name": "list", DEVICES: {"name": "cabinet"}}), "list")["devices"][0]["services"][2][
            "link"
        ]


def test_what_somebody_else_does_meanwhile_is_not_undone(lab: Lab) -> None:
    lab.cloud.update(WEB, link={"url": "https://old.connect.remote.it", "allow": OFFICE})
    # they take another office out, and then the whole link away
    lab.cloud.set_fault(
        {
            "operation": SET,
            "fault": "device_changes",
            "change": {"id": WEB, "link": {"url": "https://old.connect.remote.it", "deny": ["10.0.0.0/8"]}},
        },
        {"operation": REMOVE, "fault": "device_changes", "change": {"id": WEB, "link_removed": True}},
    )
    run = lab.run_tasks(
        link("change", service_id=WEB, allow=["198.51.100.0/24"]), link("remove", service_id=WEB, state="absent")
    )
    assert (told(run, "change")["link"]["deny"], told(run, "remove")["changed"]) == (["10.0.0.0/8"], True)
    assert "other networks in deny of the connect link of service 03" in told(run, "change")["warnings"][0]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no network": ({"service_id": WEB, "allow": ["office"]}, "allow='office' is not a network: give one such as"),
    "host bits": ({"service_id": WEB, "deny": ["192.0.2.7/24"]}, "write 192.0.2.0/24 for the network"),
    "IPv6": ({"service_id": WEB, "allow": ["2001:db8::/32"]}, "is IPv6, of which it is not known"),
    "no id": ({"service_id": "web"}, "service_id='web' is not a service id"),
    "a device": ({"service_id": service_id(0x90, 0)}, "is the id of the device cabinet, not of a service"),
    "nothing": ({"service_id": UNKNOWN}, "is not a service that this access key can see: check it, and that the key"),
    "nothing to switch off": (
        {"service_id": UNKNOWN, "state": "disabled"},
        "is not a service that this access key can",
    ),
    "no service": ({"device": "cabinet"}, "has several services: set service to one of"),
    "no such service": ({"device": "cabinet", "service": "page"}, "service='page' is not a service of cabinet"),
    "no such device": ({"device": "nobody", "service": "page"}, "device='nobody' fits no device"),
    "no such device to remove it from": ({"device": "nobody", "state": "absent"}, "device='nobody' fits no device"),
    "both": ({"service_id": WEB, "device": "cabinet"}, "mutually exclusive"),
    "neither": ({"allow": OFFICE}, "one of the following is required: service_id, device, device_tag"),
    "no state": ({"service_id": WEB, "state": "enabled"}, "value of state must be one of: present, disabled, absent"),
    "no time": ({"service_id": WEB, "timeout": 0}, "timeout=0 is not a time"),
}


def test_what_cannot_be_meant_is_refused_and_nothing_is_written(lab: Lab) -> None:
    run = lab.run_tasks(*(link(name, GO_ON, **options) for name, (options, _sentence) in WRONG.items()))
    for name, (_options, sentence) in WRONG.items():
        assert sentence in refused(run, name)
        assert run.result(name).result["error"]["kind"] == "options"
    assert operations(lab, SET) + operations(lab, REMOVE) == 0


def test_what_is_gone_is_gone(lab: Lab) -> None:
    run = lab.run_tasks(link("by id", service_id=UNKNOWN, state="absent"), link("none", service_id=WEB, state="absent"))
    assert [(told(run, name)["changed"], told(run, name)["link"]) for name in ("by id", "none")] == [(False, None)] * 2
    assert told(run, "by id")["service"] is None


def test_a_service_and_its_link_are_made_in_one_play_and_the_inventory_has_the_url(lab: Lab) -> None:
    printer = {"device": "pi-kitchen", "service": "printer"}
    tasks = [
        service("service", **printer, application="http"),
        link("link", {"register": "made"}, **printer, allow=OFFICE),
        {"ansible.builtin.meta": "refresh_inventory"},
        show("same", "hostvars['printer'].remoteit_link.url == made.link.url"),
    ]
    chosen = inventory(lab, "pages", application=["http"], connect="none", hostname=["remoteit_service_name"])
    run = lab.run([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}], *chosen)
    assert told(run, "same")["msg"] is True
