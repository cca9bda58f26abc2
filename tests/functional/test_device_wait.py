# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for devices in whole playbooks: those that come, go, restart, are enrolled meanwhile, or never come.

What is about many intervals has tests of its own on a clock of their own: here, a look follows the first one after two seconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.lab.lab import Lab
from tests.lab.world import DATABASE, DISABLED, NEIGHBOUR, OFFLINE, OWNER, UNKNOWN, service_id
from tests.simulator.threaded import ThreadedSimulator

from .tasks import WAIT, wait

pytestmark = pytest.mark.one_core

KITCHEN, GARAGE, CABINET, CELLAR = (service_id(number, 0) for number in (1, 2, 0x90, 0x91))
GO_ON = {"ignore_errors": True}
SENT = {"async": 60, "poll": 1}
# What a test has to wait for at most.
_PATIENCE = 60


def queries(lab: Lab) -> int:
    """How many requests there were: nothing else than looks."""
    calls = lab.cloud.calls()
    assert {call["operation"] for call in calls} <= {"query"}
    return len(calls)


def after_the_first_look(lab: Lab, *changes: Callable[[], None]) -> threading.Thread:
    """Make *changes* as soon as a look has been seen."""

    def change() -> None:
        end = time.monotonic() + _PATIENCE
        while not lab.cloud.calls() and time.monotonic() < end:
            time.sleep(0.02)
        for one in changes:
            one()

    thread = threading.Thread(target=change)
    thread.start()
    return thread


def test_each_way_to_ask_for_devices_is_one_request_and_again(lab: Lab) -> None:
    tasks = [
        wait("ids", device_ids=[KITCHEN, GARAGE.lower(), CABINET, KITCHEN]),
        wait("services", service_ids=[DATABASE, service_id(1, 1)]),
        wait("names", devices=["pi-kitchen", "next door", "pi-garage"]),
        wait("offline", device_ids=[CELLAR], state="offline"),
        wait("not there", devices=["ghost", "cellar"], state="offline"),
        wait("own account", devices=["cabinet"], account=OWNER),
    ]
    for _time in range(2):
        lab.reset()
        run = lab.run_tasks(*tasks)
        assert run.returncode == 0, run.output
        assert not any(item.changed or item.result["missing"] for item in run.results)
        # one more finds the account
        assert queries(lab) == len(tasks) + 1
    found = {item.task: [device["name"] for device in item.result["devices"]] for item in run.results}
    assert found["ids"] == ["pi-kitchen", "pi-garage", "cabinet"]
    assert found["services"] == ["cabinet", "pi-kitchen"]
    assert found["names"] == ["pi-kitchen", "next door", "pi-garage"]
    assert found["not there"] == ["cellar"]
    (database, _ssh) = run.result("services").result["devices"]
    assert (database["id"], database["service_id"], database["online"]) == (CABINET, DATABASE, True)


def test_a_thousand_devices_are_one_request(lab: Lab) -> None:
    config = lab.simulator_config()
    ids = [f"80:00:00:00:03:{number >> 8:02X}:{number & 255:02X}:00" for number in range(1000)]
    config["devices"] += [{"id": id_, "name": id_[12:], "owner": OWNER, "services": []} for id_ in ids]
    with ThreadedSimulator(config) as cloud:
        run = lab.run_tasks(wait("wait", device_ids=ids), environ=lab.environment(cloud))
        assert len(run.result("wait").result["devices"]) == 1000
        assert len(cloud.calls()) == 1


def test_one_that_comes_while_it_waits(lab: Lab) -> None:
    change = after_the_first_look(lab, lambda: lab.cloud.update(CELLAR, online=True))
    run = lab.run_tasks(wait("wait", device_ids=[KITCHEN, CELLAR], timeout=2))
    change.join()
    assert run.result("wait").result["missing"] == [], run.output
    assert run.result("wait").result["waited"] >= 2
    assert queries(lab) == 2


def test_one_that_goes_while_it_waits(lab: Lab) -> None:
    change = after_the_first_look(lab, lambda: lab.cloud.update(KITCHEN, online=False))
    run = lab.run_tasks(wait("wait", devices=["pi-kitchen"], state="offline", timeout=2))
    change.join()
    assert run.result("wait").status == "ok", run.output
    assert not run.result("wait").result["devices"][0]["online"]
    assert queries(lab) == 2


def test_one_that_is_enrolled_while_it_waits(lab: Lab) -> None:
    change = after_the_first_look(lab, lambda: lab.cloud.update(CABINET, name="pi-attic"))
    run = lab.run_tasks(wait("wait", devices=["pi-attic", "pi-garage"], timeout=2))
    change.join()
    assert [device["id"] for device in run.result("wait").result["devices"]] == [CABINET, GARAGE], run.output
    assert queries(lab) == 2


def test_one_that_restarts_while_it_waits(lab: Lab) -> None:
    lab.cloud.update(KITCHEN, online=False, last_reported="2026-02-03T04:05:06.000Z")
    change = after_the_first_look(lab, lambda: lab.cloud.update(KITCHEN, online=True))
    run = lab.run_tasks(wait("wait", device_ids=[KITCHEN], since="{{ now(utc=true).isoformat() }}", timeout=2))
    change.join()
    assert run.result("wait").result["devices"][0]["last_reported"] == "2026-02-03T04:05:06.000Z", run.output


def test_since(lab: Lab) -> None:
    lab.cloud.update(KITCHEN, last_reported="2026-02-03T04:05:06.000Z")
    run = lab.run_tasks(
        # the cabinet reports all the time
        wait("reports", device_ids=[CABINET], since="{{ now(utc=true).isoformat() }}"),
        wait("before", device_ids=[KITCHEN], since="2026-02-03T04:05:06Z"),
        wait("epoch", device_ids=[KITCHEN], since=1770091506),
        wait("from before", GO_ON, device_ids=[KITCHEN], since="2026-02-03T04:05:07Z"),
    )
    assert [item.status for item in run.results] == ["ok", "ok", "ok", "failed"], run.output
    assert run.result("from before").result["msg"] == (
        f"Not online within 0 seconds: pi-kitchen ({KITCHEN}) is online, but not shown to have been away since "
        "2026-02-03T04:05:07Z; raise timeout, or set on_timeout=continue to go on without them."
    )


def test_a_clock_that_differs_is_taken_into_account(lab: Lab) -> None:
    """A device that reports all the time has reported since now, by whichever clock."""
    now = "{{ now(utc=true).isoformat() }}"
    for offset in (-3600, 3600):
        with ThreadedSimulator(lab.simulator_config(clock_offset=offset)) as cloud:
            run = lab.run_tasks(wait("wait", device_ids=[CABINET], since=now), environ=lab.environment(cloud))
        assert run.result("wait").status == "ok", run.output


def test_what_never_comes_fails_or_is_told(lab: Lab) -> None:
    run = lab.run_tasks(
        wait("fail", GO_ON, service_ids=[OFFLINE, DATABASE], timeout=0.5),
        wait("go on", service_ids=[OFFLINE, DISABLED, DATABASE], on_timeout="continue"),
        wait("no such name", GO_ON, devices=["ghost"]),
    )
    failed = run.result("fail").result
    assert failed["msg"] == (
        f"Not online within 0.5 seconds: service {OFFLINE} of cellar is offline; raise timeout, or set on_timeout=continue "
        "to go on without them."
    )
    assert failed["error"] == {"kind": "out_of_time", "status": None, "reason": ""}
    assert failed["missing"] == [OFFLINE]
    assert [device["online"] for device in failed["devices"]] == [False, True]
    assert run.result("go on").status == "ok"
    assert OFFLINE in run.result("go on").result["missing"]
    assert DATABASE not in run.result("go on").result["missing"]
    assert run.result("no such name").result["missing"] == ["ghost"]


def test_check_mode_is_one_look_that_does_not_fail(lab: Lab) -> None:
    run = lab.run_tasks(wait("wait", device_ids=[CELLAR], timeout=300, delay=300), arguments=["--check"])
    result = run.result("wait")
    assert (result.status, result.changed, result.result["missing"]) == ("ok", False, [CELLAR])
    assert queries(lab) == 1


def test_remoteit_may_be_busy_in_the_middle(lab: Lab) -> None:
    busy = {"fault": "status", "status": 429, "after": 1, "count": 1}
    lab.cloud.set_fault(busy)
    change = after_the_first_look(lab, lambda: lab.cloud.update(CELLAR, online=True))
    run = lab.run_tasks(wait("wait", device_ids=[CELLAR], timeout=2))
    change.join()
    assert run.result("wait").result["missing"] == [], run.output
    assert [call["status"] for call in lab.cloud.calls()] == [200, 429, 200]


def test_what_waiting_would_not_help_fails_at_once(lab: Lab) -> None:
    lab.cloud.update(GARAGE, name="pi-kitchen")
    cases: dict[str, dict[str, Any]] = {
        f"device_ids={UNKNOWN} cannot be seen by this access key": {"device_ids": [KITCHEN, UNKNOWN]},
        f"device_ids={DATABASE} cannot be seen by this access key": {"device_ids": [DATABASE]},
        f"service_ids={CABINET} cannot be seen by this access key": {"service_ids": [CABINET]},
        f"devices='pi-kitchen' fits 2 devices: set device_ids to the ids of those that are meant, of {KITCHEN}, {GARAGE}.": {
            "devices": ["pi-kitchen"]
        },
        "account='nobody' is not an account": {"devices": ["pi"], "account": "nobody"},
        f"account='{NEIGHBOUR}' is not an account": {"devices": ["pi"], "account": NEIGHBOUR},
    }
    run = lab.run_tasks(*(wait(said, GO_ON, timeout=300, **options) for said, options in cases.items()))
    for said in cases:
        result = run.result(said)
        assert result.status == "failed"
        assert result.result["msg"].startswith(said)
        assert result.result["error"]["kind"] == "options"


def test_mistakes_are_one_sentence_and_ask_nobody(lab: Lab) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "one of the following is required: device_ids, service_ids, devices"),
        (
            {"device_ids": [KITCHEN], "devices": ["pi"]},
            "parameters are mutually exclusive: device_ids|service_ids|devices",
        ),
        ({"device_ids": ["pi"]}, "device_ids='pi' is not an id: "),
        ({"service_ids": [80000001]}, "service_ids='80000001' is not an id: "),
        ({"devices": [KITCHEN]}, f"devices='{KITCHEN}' is an id, not a name: "),
        ({"devices": [" "]}, "devices has an empty name: "),
        ({"devices": []}, "devices has 0 different items: give 1 to 1000"),
        ({"devices": ["pi"], "state": "asleep"}, "value of state must be one of: online, offline"),
        ({"devices": ["pi"], "on_timeout": "ignore"}, "value of on_timeout must be one of: fail, continue"),
        ({"devices": ["pi"], "interval": 5}, "interval=5 is not a time to wait: give seconds, 10 or more."),
        ({"devices": ["pi"], "timeout": -1}, "timeout=-1 is not a time to wait: give seconds, 0 or more."),
        ({"devices": ["pi"], "delay": "inf"}, "delay=inf is not a time to wait: give seconds, 0 or more."),
        ({"devices": ["pi"], "since": "yesterday"}, "since='yesterday' is not a moment: "),
        (
            {"devices": ["pi"], "since": 1770091506, "state": "offline"},
            "since tells when devices must have come back: ",
        ),
    ]
    run = lab.run_tasks(*({"name": said, WAIT: options, **GO_ON} for options, said in cases))
    for _options, said in cases:
        assert run.result(said).status == "failed"
        assert run.result(said).result["msg"].startswith(said)
        assert run.result(said).result["error"]["kind"] == "options"
    assert lab.cloud.calls() == []


def test_the_module_does_the_same_where_the_task_is_sent(lab: Lab) -> None:
    options: dict[str, Any] = {"devices": ["cellar", "cabinet", "ghost"], "on_timeout": "continue"}
    run = lab.run_tasks(
        wait("here", **options),
        wait("sent", SENT, **options),
        wait("failed", {**SENT, **GO_ON}, device_ids=[CELLAR]),
    )
    here, sent, failed = (run.result(name).result for name in ("here", "sent", "failed"))
    assert [device["name"] for device in sent["devices"]] == ["cellar", "cabinet"], run.output
    assert sent["missing"] == here["missing"] == ["cellar", "ghost"]
    assert (failed["error"]["kind"], failed["missing"]) == ("out_of_time", [CELLAR])


def test_module_defaults_reach_it(lab: Lab) -> None:
    defaults = {"group/community.remoteit.remoteit": {"graphql_url": "https://nowhere.invalid/"}}
    run = lab.run_tasks(wait("wait", devices=["pi"], timeout=300), module_defaults=defaults)
    assert "https://nowhere.invalid" in run.result("wait").result["msg"]
    assert run.result("wait").result["error"]["kind"] == "not_sent"


def test_what_strangers_wrote_is_never_a_template(lab: Lab) -> None:
    name = "{{ lookup('pipe', 'touch templated') }}"
    lab.cloud.update(service_id(0x92, 0), name=name)
    run = lab.run_tasks(
        wait("wait", {"register": "waited"}, device_ids=[service_id(0x92, 0)]),
        {"name": "show", "ansible.builtin.debug": {"msg": "{{ waited.devices[0].name }}"}},
    )
    assert run.result("show").result["msg"] == name.replace("{{", r"\x7b{")
    assert not list(lab.root.rglob("templated"))
