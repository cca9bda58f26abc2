# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._api.client import Client
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Clock, Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError, RefusedError
from ansible_collections.community.remoteit.plugins.module_utils._fleet.service_by_name import service_by_name
from tests.doubles.fleet_cloud import ACME, FleetCloud, device_node, id_of, service_node

PI = f"pi ({id_of(1)})"
SSH = f"ssh ({id_of(1, 1)})"
WEB = f"web ({id_of(1, 2)})"


def pi(**fields: Any) -> dict[str, Any]:
    """A device with two services."""
    services = [service_node(1, 1, name="ssh"), service_node(1, 2, name="web")]
    return device_node(1, **{"name": "pi", "services": services, **fields})


def chosen(cloud: FleetCloud, to_connect: bool = True, permission: str | None = None, **options: Any) -> str:
    """What the options mean to somebody who has the devices of *cloud*."""
    values = {**dict.fromkeys(("device", "device_tag", "service", "account")), **options}
    client = Client(cloud.settings(), Clock(), cloud.warnings.append)
    with cloud.server:
        return service_by_name(values, client, Deadline(20), to_connect=to_connect, permission=permission)


def refusal(cloud: FleetCloud, **options: Any) -> str:
    with pytest.raises(OptionError) as caught:
        chosen(cloud, **options)
    return str(caught.value)


def test_device_and_service() -> None:
    cloud = FleetCloud(pi(), device_node(2, name="pi-2"), device_node(3, name="PI"))
    assert chosen(cloud, device="pi", service="web") == id_of(1, 2)
    (asked,) = cloud.asked
    assert asked["variables"]["name"] == "pi"


def test_a_tag_and_a_service() -> None:
    cloud = FleetCloud(pi(tags=[{"name": "kitchen"}]), device_node(2, tags=[{"name": "Kitchen"}]))
    assert chosen(cloud, device_tag="kitchen", service="ssh") == id_of(1, 1)
    assert cloud.asked[0]["variables"]["tag"] == {"operator": "ANY", "values": ["kitchen"]}


def test_the_only_service_needs_no_name() -> None:
    assert chosen(FleetCloud(device_node(2)), device="pi-2") == id_of(2, 1)


def test_the_device_of_an_organisation() -> None:
    cloud = FleetCloud(pi())
    assert chosen(cloud, device="pi", service="ssh", account="acme") == id_of(1, 1)
    assert cloud.asked[1]["variables"]["account"] == ACME


def test_names_are_compared_as_they_are_shown() -> None:
    cloud = FleetCloud(pi(name=" pi\n", services=[service_node(1, 1, name="ssh ")]))
    assert chosen(cloud, device="pi ", service=" ssh") == id_of(1, 1)


def test_no_such_device() -> None:
    assert refusal(FleetCloud(device_node(2, name="other")), device="pi") == (
        "device='pi' fits no device of the account, nor one that is shared with it: check it, ask the owner to share the "
        "device, or set account if it belongs to an organisation."
    )
    assert refusal(FleetCloud(pi()), device_tag="pi").startswith("device_tag='pi' fits no device of")


def test_part_of_a_name_or_another_case_is_not_enough() -> None:
    cloud = FleetCloud(pi(), device_node(2, name="pi-2"))
    assert refusal(cloud, device="P") == (
        f"device='P' is not exactly the name of a device; similar ones are {PI}, pi-2 ({id_of(2)})."
    )
    assert refusal(FleetCloud(pi()), device="PI").endswith(f"similar ones are {PI}.")


def test_two_that_fit_are_told_apart_by_id() -> None:
    twin = device_node(2, name="pi", owner={"id": ACME, "email": "acme@example.com"}, services=[])
    cloud = FleetCloud(pi(), twin)
    assert refusal(cloud, device="pi", service="ssh") == (
        f"device='pi' fits 2 devices: set service_id to one of pi of me@example.com ({SSH}, {WEB}), pi of "
        "acme@example.com (no services)."
    )
    tagged = [device_node(number, tags=[{"name": "a"}]) for number in range(1, 30)]
    said = refusal(FleetCloud(*tagged), device_tag="a")
    assert said.startswith("device_tag='a' fits 29 devices: ")
    assert said.endswith(", and 19 more.")


def test_no_such_service_lists_what_is_there() -> None:
    assert refusal(FleetCloud(pi()), device="pi", service="SSH") == (
        f"service='SSH' is not a service of {PI}; it has {SSH}, {WEB}."
    )
    assert refusal(FleetCloud(pi()), device="pi") == (
        f"device {PI} has several services: set service to one of {SSH}, {WEB}."
    )
    assert refusal(FleetCloud(pi(services=[])), device="pi", service="ssh") == (
        f"device {PI} has no services that this access key can see."
    )


def test_two_services_of_one_name_are_told_apart_by_id() -> None:
    services = [service_node(1, number, name="ssh") for number in (1, 2)]
    assert refusal(FleetCloud(pi(services=services)), device="pi", service="ssh") == (
        f"service='ssh' fits 2 services of {PI}: set service_id to one of {SSH}, ssh ({id_of(1, 2)})."
    )


def test_what_may_be_seen_only_is_refused_to_who_wants_to_connect() -> None:
    node = pi(services=[service_node(1, 1, name="ssh", can=False)], owner={"id": ACME, "email": "acme@example.com"})
    with pytest.raises(RefusedError) as caught:
        chosen(FleetCloud(node), device="pi")
    assert str(caught.value) == (
        f"No connection: this access key may see, but not connect to, {SSH} of {PI}; ask acme@example.com for CONNECT."
    )
    assert chosen(FleetCloud(node), to_connect=False, device="pi") == id_of(1, 1)


def test_a_device_on_which_a_permission_is_missing_does_not_count() -> None:
    cloud = FleetCloud(pi(permissions=["VIEW", "CONNECT"]), device_node(2, name="pi"))
    assert chosen(cloud, permission="MANAGE", device="pi") == id_of(2, 1)
    assert "fits 2 devices" in refusal(FleetCloud(*cloud.devices), device="pi")


def test_a_wanted_device_that_makes_no_sense_is_named() -> None:
    cloud = FleetCloud(pi(online=None))
    assert "fits no device" in refusal(cloud, device="pi")
    assert "device pi" in cloud.warnings[0]


@pytest.mark.parametrize("option", ["device", "device_tag", "service"])
def test_an_empty_name_is_refused(option: str) -> None:
    cloud = FleetCloud(pi(name=""))
    for text in ("", "  "):
        assert refusal(cloud, **{option: text}) == f"{option} is empty: give a name, or leave it out."
    assert cloud.asked == []


def test_a_service_alone_is_refused() -> None:
    assert refusal(FleetCloud(pi()), service="ssh") == (
        "service='ssh' does not say on which device: set device or device_tag."
    )
