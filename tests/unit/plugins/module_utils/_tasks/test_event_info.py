# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task that reads events: options in, result out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._tasks import event_info
from tests.doubles.events import log, node
from tests.doubles.fleet_cloud import id_of
from tests.doubles.patience import impatient
from tests.doubles.seen_cloud import SeenCloud
from tests.doubles.task import parameters

WEEK = [{"name": "log-limit", "value": "P1W"}]


def run(cloud: SeenCloud, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    given = parameters(event_info.argument_spec(), cloud.settings(), **options)
    with cloud.server, impatient(pause=0.002):
        return event_info.run(given, check_mode, cloud.warnings.append)


@pytest.mark.parametrize("check_mode", [True, False])
def test_it_reads(check_mode: bool) -> None:
    cloud = SeenCloud({"events": log(node(2), node(1)), "limits": WEEK})
    result = run(cloud, check_mode)
    assert {key: value for key, value in result.items() if key != "events"} == {
        "changed": False,
        "complete": True,
        "log_days": 7,
    }
    assert [event["id"] for event in result["events"]] == ["event-2", "event-1"]
    assert "addresses" not in result["events"][0]
    # Ansible takes it as it is
    assert json.loads(json.dumps(result)) == result
    assert (len(cloud.asked), cloud.warnings) == (1, [])


def test_addresses_are_for_who_wants_them() -> None:
    (event,) = run(SeenCloud({"events": log(node())}), addresses=True)["events"]
    assert event["addresses"]["source"] == "203.0.113.9"


def test_what_the_plan_does_not_keep_is_mentioned() -> None:
    cloud = SeenCloud({"events": log(node()), "limits": WEEK})
    run(cloud, since="8d")
    assert cloud.warnings == ["The plan of this account keeps events for 7 days, so older ones are missing."]
    cloud = SeenCloud({"events": log(node()), "limits": WEEK})
    run(cloud, since="7d")
    assert cloud.warnings == []


def test_too_many() -> None:
    result = run(SeenCloud({"events": log(node(2), node(1), more=True)}), max_items=2)
    assert (len(result["events"]), result["complete"]) == (2, False)


def test_devices() -> None:
    cloud = SeenCloud({"device": [{"id": id_of(1), "events": log(node())}]})
    assert len(run(cloud, device_ids=[id_of(1).lower()])["events"]) == 1


@pytest.mark.parametrize("options", [{"device_ids": []}, {"max_items": 0}, {"since": "x"}, {"timeout": 0.0}])
def test_nothing_is_asked_if_an_option_cannot_be_used(options: dict[str, Any]) -> None:
    cloud = SeenCloud({})
    with pytest.raises(OptionError):
        run(cloud, **options)
    assert cloud.asked == []
