# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log of events in whole playbooks: who was connected to what and when, however long ago and however much it is."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.doubles.nasty import TEXTS
from tests.lab.lab import Lab
from tests.lab.playbook import Run
from tests.lab.world import DATABASE, NEIGHBOUR, OTHER, OWNER, UNKNOWN, VIEW_ONLY, WEB, service_id
from tests.simulator.threaded import ThreadedSimulator

from .tasks import EVENTS, connection, events, show

pytestmark = pytest.mark.one_core

CABINET, KITCHEN = service_id(0x90, 0), service_id(1, 0)
GO_ON = {"ignore_errors": True}
STRANGER = "stranger@example.com"


def ago(**span: float) -> str:
    """That long before now, as the simulator takes it."""
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


def told(run: Run, task: str) -> dict[str, Any]:
    """The result of a task that went well."""
    result = run.result(task)
    assert result.status == "ok", run.output
    assert not result.changed
    return dict(result.result)


def refused(run: Run, task: str) -> str:
    """Why a task failed."""
    result = run.result(task)
    assert result.status == "failed", run.output
    assert "Traceback" not in run.output
    return str(result.result["msg"])


def test_an_account_in_which_nothing_happened_is_one_request(lab: Lab) -> None:
    for arguments in ([], ["--check", "--diff"]):
        lab.reset()
        result = told(lab.run_tasks(events("read"), arguments=arguments), "read")
        assert (result["events"], result["complete"], result["log_days"]) == ([], True, None)
        assert len(lab.cloud.calls()) == 1


def test_who_was_connected_to_what_and_when(lab: Lab) -> None:
    run = lab.run_tasks(
        connection("open", DATABASE),
        connection("close", DATABASE, state="absent"),
        events("read", types=["device_connect"]),
        events("again", types=["DEVICE_CONNECT"], since="1h"),
    )
    ended, begun = told(run, "read")["events"]
    assert (begun["state"], ended["state"]) == ("connected", "disconnected")
    assert begun["actor"] == begun["owner"] == OWNER
    assert begun["devices"] == [{"id": CABINET, "name": "cabinet"}]
    assert begun["services"] == [{"id": DATABASE, "name": "service 01"}]
    assert begun["session"] == ended["session"]
    assert begun["time"][:4].isdigit() and begun["time"].endswith("Z") and begun["time"] <= ended["time"]
    assert told(run, "again")["events"] == [ended, begun]


def test_what_goes_offline_is_told(lab: Lab) -> None:
    lab.cloud.update(service_id(2, 0), online=False)
    found = told(lab.run_tasks(events("read", types=["DEVICE_STATE"])), "read")["events"]
    assert {(event["state"], event["devices"][0]["name"]) for event in found} == {("inactive", "pi-garage")}
    assert sorted(len(event["services"]) for event in found) == [0, 1]


def test_thousands_are_read_in_pages_and_no_more_than_asked_for(lab: Lab) -> None:
    # Three to a minute, so that many have one time.
    lab.cloud.add_events(
        *({"time": ago(minutes=number // 3), "target": WEB, "session": str(number)} for number in range(2500))
    )
    run = lab.run_tasks(
        events("all", since="10d", max_items=10000),
        events("some", since="10d", max_items=1500),
        events("default", since="10d"),
    )
    found = told(run, "all")
    assert (len(found["events"]), found["complete"]) == (2500, True)
    assert len({event["id"] for event in found["events"]}) == 2500
    times = [event["time"] for event in found["events"]]
    assert times == sorted(times, reverse=True)
    for task, count in (("some", 1500), ("default", 1000)):
        result = told(run, task)
        assert (len(result["events"]), result["complete"]) == (count, False)
        assert result["events"] == found["events"][:count]
    # Three pages, two, and one
    assert len(lab.cloud.calls()) == 6


def test_more_than_a_month_is_asked_for_in_pieces(lab: Lab) -> None:
    lab.cloud.add_events(*({"time": ago(days=days), "target": WEB} for days in (1, 26, 27, 28, 40, 80, 200)))
    run = lab.run_tasks(
        events("quarter", since="90d"),
        events("between", since=ago(days=50), until=ago(days=26.5)),
        events("epoch", since="{{ now().timestamp() - 86400 * 27.5 }}", until="2d"),
        events("year", since="52w", max_items=6),
    )
    assert len(told(run, "quarter")["events"]) == 6
    assert len(told(run, "between")["events"]) == 3
    assert len(told(run, "epoch")["events"]) == 2
    # That it is all but one is only seen by looking for it.
    assert (len(told(run, "year")["events"]), told(run, "year")["complete"]) == (6, False)


def test_the_plan_keeps_some_days(lab: Lab) -> None:
    with ThreadedSimulator(lab.simulator_config(event_days=7)) as cloud:
        cloud.add_events(*({"time": ago(days=days), "target": WEB} for days in (6, 8)))
        run = lab.run_tasks(events("read", since="30d"), events("week", since="6d"), environ=lab.environment(cloud))
    result = told(run, "read")
    assert (len(result["events"]), result["log_days"]) == (1, 7)
    assert result["warnings"] == ["The plan of this account keeps events for 7 days, so older ones are missing."]
    assert "warnings" not in told(run, "week")


def test_devices_and_services_have_logs_of_their_own(lab: Lab) -> None:
    lab.cloud.add_events(
        *({"time": ago(hours=1), "target": target} for target in (DATABASE, WEB, CABINET, KITCHEN, service_id(2, 1)))
    )
    tasks: dict[str, tuple[dict[str, Any], int]] = {
        "account": ({}, 5),
        "ids": ({"device_ids": [CABINET, KITCHEN.lower()]}, 4),
        "services": ({"service_ids": [DATABASE, OTHER]}, 1),
        "names": ({"devices": ["cabinet", "pi-garage"]}, 4),
        "own account": ({"devices": ["cabinet"], "account": OWNER}, 3),
        "whole own account": ({"account": OWNER}, 5),
        "no such type": ({"device_ids": [CABINET], "types": ["DEVICE_SHARE"]}, 0),
    }
    run = lab.run_tasks(*(events(name, **options) for name, (options, _count) in tasks.items()))
    assert {name: len(told(run, name)["events"]) for name in tasks} == {
        name: count for name, (_options, count) in tasks.items()
    }
    # One each; one more finds the account, one the names, and both for names in an account.
    assert len(lab.cloud.calls()) == len(tasks) + 4


def test_a_fleet_is_asked_for_twenty_at_a_time(lab: Lab) -> None:
    config = lab.simulator_config()
    ids = [f"80:00:00:00:03:00:{number:02X}:00" for number in range(50)]
    config["devices"] += [{"id": id_, "name": id_, "owner": OWNER, "services": []} for id_ in ids]
    with ThreadedSimulator(config) as cloud:
        cloud.add_events(*({"time": ago(minutes=30), "target": id_} for id_ in ids for _time in range(3)))
        run = lab.run_tasks(events("read", device_ids=ids), environ=lab.environment(cloud))
        assert len(told(run, "read")["events"]) == 150
        assert len(cloud.calls()) == 3


def test_addresses_are_personal_and_only_told_if_they_are_asked_for(lab: Lab) -> None:
    lab.cloud.add_events({"time": ago(hours=1), "target": DATABASE, "actor": STRANGER, "address": "203.0.113.77"})
    without, with_them = (
        lab.run_tasks(events("read", addresses=addresses), arguments=["-vvv"]) for addresses in (False, True)
    )
    (event,) = told(without, "read")["events"]
    assert "addresses" not in event and "203.0.113.77" not in without.output and "Reykjavik" not in without.output
    (event,) = told(with_them, "read")["events"]
    assert event["addresses"]["source"] == "203.0.113.77"
    assert event["addresses"]["source_place"] == "Reykjavik, Iceland"
    assert event["actor"] == STRANGER


def test_what_strangers_write_is_only_text(lab: Lab) -> None:
    evil = "".join(TEXTS[name] for name in ("expression", "statement", "clipboard", "newline", "right to left"))
    lab.cloud.update(CABINET, name=evil)
    lab.cloud.update(DATABASE, name=evil)
    lab.cloud.add_events(
        {"time": ago(hours=1), "target": DATABASE, "actor": evil, "state": evil, "action": evil, "type": evil},
        {"time": ago(hours=2), "target": WEB, "users": [evil], "session": evil, "type": "OF_TOMORROW"},
    )
    run = lab.run_tasks(events("read", {"register": "log"}), show("show", "log.events"), arguments=["-vvv"])
    first, second = told(run, "read")["events"]
    assert second["type"] == "OF_TOMORROW"
    assert [told(run, "show")["msg"][number]["id"] for number in (0, 1)] == [first["id"], second["id"]]
    assert "\x1b" not in run.output and "\u202e" not in run.output
    assert "{{" not in json.dumps([first, second])


def test_bad_input_is_named_and_nothing_is_asked(lab: Lab) -> None:
    cases: dict[str, dict[str, Any]] = {
        "since='yesterday' is neither a moment nor a span": {"since": "yesterday"},
        "until='-2h' is neither a moment nor a span": {"until": "-2h"},
        "since='2h' is not before until='3h'": {"since": "2h", "until": "3h"},
        "since='2100-01-01' is not before the present": {"since": "2100-01-01"},
        "types='device connect' is not the name of a type": {"types": ["device connect"]},
        "device_ids='pi' is not an id": {"device_ids": ["pi"]},
        "device_ids has 0 different items": {"device_ids": []},
        "devices has an empty name": {"devices": [" "]},
        "parameters are mutually exclusive: device_ids|service_ids|devices": {
            "devices": ["a"],
            "device_ids": [CABINET],
        },
        "max_items=0 is not a number from 1 to 10000": {"max_items": 0},
        "max_items=10001 is not a number from 1 to 10000": {"max_items": 10001},
        "timeout=0 is not a time": {"timeout": 0},
        "Unsupported parameters for": {"from": "1d"},
    }
    run = lab.run_tasks(*(events(words, GO_ON, **options) for words, options in cases.items()))
    for words in cases:
        assert words in refused(run, words)
    assert lab.cloud.calls() == []


def test_what_cannot_be_seen_is_named(lab: Lab) -> None:
    run = lab.run_tasks(
        events("id", GO_ON, device_ids=[CABINET, UNKNOWN]),
        events("name", GO_ON, devices=["cabinet", "ghost"]),
        events("account", GO_ON, account=NEIGHBOUR),
        events("type", GO_ON, types=["OF_TOMORROW"]),
        events("shared", service_ids=[VIEW_ONLY]),
    )
    assert f"device_ids={UNKNOWN} cannot be seen by this access key, so it has no log for it" in refused(run, "id")
    assert "devices='ghost' fits no device of the account" in refused(run, "name")
    assert "is not an account that this access key can see" in refused(run, "account")
    assert 'remote.it refused the request: "' in refused(run, "type") and "OF_TOMORROW" in refused(run, "type")
    assert told(run, "shared")["events"] == []


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"fault": "errors", "text": "not today"}, "refused"),
        ({"fault": "status", "status": 401}, "refused"),
        ({"fault": "data_null"}, "answer_lost"),
        ({"fault": "truncated"}, "answer_lost"),
        ({"fault": "wrong_fields"}, "answer_lost"),
    ],
)
def test_a_fault_is_a_sentence(lab: Lab, fault: dict[str, Any], kind: str) -> None:
    lab.cloud.add_events({"time": ago(hours=1), "target": DATABASE})
    lab.cloud.set_fault({**fault, "operation": "query"})
    run = lab.run_tasks(events("read", GO_ON, timeout=8))
    assert refused(run, "read")
    assert run.result("read").result["error"]["kind"] == kind


def test_what_passes_is_tried_again_in_the_middle_of_pages(lab: Lab) -> None:
    lab.cloud.add_events(*({"time": ago(minutes=number), "target": WEB} for number in range(1200)))
    for fault in ({"fault": "lost_answer"}, {"fault": "status", "status": 503}, {"fault": "extra_fields"}):
        lab.cloud.set_fault({**fault, "operation": "query", "after": 1, "count": 1})
        found = told(lab.run_tasks(events("read", max_items=2000)), "read")
        assert (len(found["events"]), found["complete"]) == (1200, True)


def test_sent_to_a_host_or_in_the_background_it_is_the_same(lab: Lab) -> None:
    lab.cloud.add_events({"time": ago(hours=1), "target": WEB})
    run = lab.run_tasks(
        events("here"),
        events("in the background", {"async": 60, "poll": 1}),
        {
            "name": "defaults",
            EVENTS: {},
            "module_defaults": {"group/community.remoteit.remoteit": {"signature": "cavage"}},
        },
    )
    found = [told(run, name)["events"] for name in ("here", "in the background", "defaults")]
    assert found[0] == found[1] == found[2] != []
