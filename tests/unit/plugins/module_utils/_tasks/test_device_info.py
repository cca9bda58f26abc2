# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task that lists devices."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._tasks import device_info
from tests.doubles.fleet_cloud import ACME, FleetCloud, device_node, fleet, service_node
from tests.doubles.task import parameters


def run(cloud: FleetCloud, **options: Any) -> dict[str, Any]:
    given = parameters(device_info.argument_spec(), cloud.settings(), **options)
    with cloud.server:
        return device_info.run(given, False, cloud.warnings.append)


def test_devices_are_told_with_their_services() -> None:
    cloud = FleetCloud(device_node(1, services=[service_node(1, 1, name="ssh"), service_node(1, 2, name="web")]))
    result = run(cloud)
    (device,) = result["devices"]
    assert (result["changed"], device["name"], device["tags"]) == (False, "pi-1", [])
    assert [service["name"] for service in device["services"]] == ["ssh", "web"]
    # Ansible takes it as it is
    assert json.loads(json.dumps(result)) == result


def test_options_choose_and_are_asked_for() -> None:
    cloud = fleet(3)
    assert [device["name"] for device in run(cloud, name="PI-2")["devices"]] == ["pi-2"]
    assert cloud.asked[0]["variables"]["name"] == "PI-2"


def test_the_account_may_be_another_one() -> None:
    cloud = FleetCloud(device_node(1, owner={"id": ACME, "email": "acme@example.com"}))
    (device,) = run(cloud, account="acme")["devices"]
    assert (device["organisation"], device["shared"]) == (ACME, False)


def test_what_is_left_out_is_warned_of() -> None:
    cloud = FleetCloud(device_node(1), device_node(2, online=None))
    assert [device["name"] for device in run(cloud)["devices"]] == ["pi-1"]
    assert "pi-2" in cloud.warnings[0]


def test_what_cannot_be_a_time_limit_is_refused() -> None:
    cloud = fleet(1)
    with pytest.raises(OptionError, match="timeout=0"):
        run(cloud, timeout=0.0)
    assert cloud.asked == []
