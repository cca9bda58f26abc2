# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A device by its name; the rest is in test_service_by_name.py."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._api.client import Client
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Clock, Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._fleet.device_by_name import device_by_name
from tests.doubles.fleet_cloud import FleetCloud, device_node, id_of


def chosen(cloud: FleetCloud, permission: str | None = "MANAGE", **options: Any) -> str:
    values = {**dict.fromkeys(("device", "device_tag", "account")), **options}
    client = Client(cloud.settings(), Clock(), cloud.warnings.append)
    with cloud.server:
        return device_by_name(values, client, Deadline(20), permission).id


def refusal(cloud: FleetCloud, permission: str | None = "MANAGE", **options: Any) -> str:
    with pytest.raises(OptionError) as caught:
        chosen(cloud, permission, **options)
    return str(caught.value)


STRANGERS = device_node(2, name="pi", permissions=["VIEW", "CONNECT"])


def test_a_strangers_device_of_the_same_name_is_neither_meant_nor_in_the_way() -> None:
    cloud = FleetCloud(STRANGERS, device_node(1, name="pi"))
    assert chosen(cloud, device="pi") == id_of(1)
    assert "fits 2 devices: set service_id to one of" in refusal(FleetCloud(*cloud.devices), None, device="pi")


@pytest.mark.parametrize(("known", "told"), [({}, "service_id"), ({"device_id": None}, "device_id")])
def test_of_two_that_may_be_changed_none_is_chosen(known: dict[str, Any], told: str) -> None:
    cloud = FleetCloud(device_node(1, name="pi"), device_node(3, name="pi"), STRANGERS)
    said = refusal(cloud, device="pi", **known)
    assert f"device='pi' fits 2 devices: set {told} to one of pi" in said
    assert (id_of(3) in said) == (told == "device_id")


def test_a_device_that_may_only_be_seen_is_told_of() -> None:
    said = refusal(FleetCloud(STRANGERS), device="pi")
    assert said.startswith("device='pi' fits no device on which this access key has MANAGE, but pi of me@example.com")
    assert said.endswith("ask the owner for it.")


@pytest.mark.parametrize("option", ["device", "device_tag"])
def test_an_empty_name_is_refused(option: str) -> None:
    assert refusal(FleetCloud(), **{option: " "}) == f"{option} is empty: give a name, or leave it out."
