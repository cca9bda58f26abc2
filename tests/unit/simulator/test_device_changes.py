# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Devices get other names and attributes, and are deleted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.admin_client import AdminClient

from .client import BOB_KEY, Client
from .conftest import Start
from .test_change_faults import batch
from .test_proxies import is_closed, port_of
from .world import LAPTOP, PI, SSH, UNKNOWN, WEB, configuration
from .writing import device, done, mutate, refusal, service


def name_of(client: Client, id_: str = PI) -> Any:
    """Return the name of a device."""
    return (device(client, id_, "name") or {})["name"]


def attributes(client: Client, id_: str = PI) -> Any:
    """Return the attributes of a device."""
    return (device(client, id_, "attributes") or {})["attributes"]


def test_devices_and_services_are_renamed(simulator: AdminClient, alice: Client) -> None:
    assert done(mutate(alice, "renameService", name="attic", serviceId=PI)) is True
    assert done(mutate(alice, "renameService", name="shell", serviceId=SSH)) is True
    assert (name_of(alice), (service(alice, SSH) or {})["name"]) == ("attic", "shell")
    simulator.reset()
    assert (name_of(alice), (service(alice, SSH) or {})["name"]) == ("Pi Garage", "SSH")


@pytest.mark.parametrize("id_", [PI, SSH])
def test_renaming_is_for_owners_and_administrators(simulator: AdminClient, bob: Client, id_: str) -> None:
    simulator.update(PI, permissions={"bob": ["VIEW", "MANAGE"]})
    assert refusal(mutate(bob, "renameService", name="x", serviceId=id_)) == "Permission denied: ADMIN"
    simulator.update(PI, permissions={"bob": ["VIEW", "ADMIN"]})
    assert done(mutate(bob, "renameService", name="x", serviceId=id_)) is True


@pytest.mark.parametrize("id_", [PI, SSH])
@pytest.mark.parametrize("name", ["", " ", "x" * 101])
def test_a_name_is_not_empty_and_not_long(alice: Client, id_: str, name: str) -> None:
    assert refusal(mutate(alice, "renameService", name=name, serviceId=id_)) == "Invalid name"
    assert name_of(alice) == "Pi Garage"


def test_what_is_not_there_has_no_name(alice: Client) -> None:
    assert refusal(mutate(alice, "renameService", name="x", serviceId=UNKNOWN)) == "Device not found"


@pytest.mark.parametrize(("overwrites", "name"), [(False, "attic"), (True, "Pi Garage")])
def test_an_agent_may_take_its_name_back(start: Start, overwrites: bool, name: str) -> None:
    server = start(agent_overwrites_name=overwrites)
    alice = Client(server)
    done(mutate(alice, "renameService", name="attic", serviceId=PI))
    server.update(PI, online=True)
    assert name_of(alice) == "attic"
    server.update(PI, online=False)
    assert name_of(alice) == "attic"
    server.update(PI, online=True)
    assert name_of(alice) == name


def test_an_attribute_is_set_and_removed(simulator: AdminClient, alice: Client) -> None:
    assert done(mutate(alice, "setAttribute", name="rack", value=[8, None], serviceId=PI)) == [8, None]
    assert done(mutate(alice, "setAttribute", name="row", value="a", serviceId=PI)) == "a"
    assert attributes(alice) == {"rack": [8, None], "row": "a"}
    assert mutate(alice, "setAttribute", name="rack", serviceId=PI) == {"data": {"setAttribute": None}}
    assert done(mutate(alice, "setAttribute", name="none", value=None, serviceId=PI)) is None
    assert attributes(alice) == {"row": "a"}
    simulator.reset()
    assert attributes(alice) == {"rack": 7}


def test_services_and_accounts_have_attributes(simulator: AdminClient, alice: Client, bob: Client) -> None:
    done(mutate(alice, "setAttribute", name="$remoteit.description", value="shell", serviceId=SSH))
    asked = 'attributes attribute(name: "$remoteit.description")'
    assert service(alice, SSH, asked) == {"attributes": {"$remoteit": {"description": "shell"}}, "attribute": "shell"}
    assert attributes(alice) == {"rack": 7}
    done(mutate(alice, "setAttribute", name="mine", value=1))
    assert alice.graphql("{ login { attributes } }") == {"login": {"attributes": {"mine": 1}}}
    assert bob.graphql("{ login { attributes } }") == {"login": {"attributes": {}}}
    simulator.reset()
    assert alice.graphql("{ login { attributes } }") == {"login": {"attributes": {}}}
    assert service(alice, SSH, "attributes attribute") == {"attributes": {}, "attribute": None}


@pytest.mark.parametrize(
    ("paths", "held", "left"),
    [
        ("nested", {"rack": {"row": {"seat": 1, "desk": 2}}}, {"rack": {"row": {"desk": 2}}}),
        ("literal", {"rack": 7, "rack.row.seat": 1, "rack.row.desk": 2}, {"rack": 7, "rack.row.desk": 2}),
    ],
)
def test_dots_may_be_a_path(start: Start, paths: str, held: dict[str, Any], left: dict[str, Any]) -> None:
    alice = Client(start(attribute_paths=paths))
    for name, value in (("rack.row.seat", 1), ("rack.row.desk", 2)):
        done(mutate(alice, "setAttribute", name=name, value=value, serviceId=PI))
    assert attributes(alice) == held
    read = device(alice, PI, 'found: attribute(name: "rack.row.seat") none: attribute(name: "rack.row.seat.none")')
    assert read == {"found": 1, "none": None}
    done(mutate(alice, "setAttribute", name="rack.row.seat", value=None, serviceId=PI))
    assert attributes(alice) == left


@pytest.mark.parametrize(
    ("rule", "held"), [("merge", {"rack": 7, "row": {"desk": 2}}), ("replace", {"row": {"desk": 2}})]
)
def test_many_attributes_may_replace_the_others(start: Start, rule: str, held: dict[str, Any]) -> None:
    alice = Client(start(attributes=rule))
    done(mutate(alice, "setAttributes", attributes={"row": {"seat": 1}, "none": None}, serviceId=PI))
    assert done(mutate(alice, "setAttributes", attributes={"row": {"desk": 2}}, serviceId=PI)) == held
    assert attributes(alice) == held


def test_each_mutation_of_a_request_answers_for_itself(alice: Client) -> None:
    answer = batch(
        alice,
        a=("setAttributes", "", {"attributes": {"row": 1}, "serviceId": PI}),
        b=("setAttribute", "", {"name": "row", "value": 2, "serviceId": PI}),
    )
    assert answer == {"data": {"a": {"rack": 7, "row": 1}, "b": 2}}


@pytest.mark.parametrize("id_", [PI, SSH])
def test_whoever_sets_attributes_needs_manage(simulator: AdminClient, bob: Client, id_: str) -> None:
    answers = [
        mutate(bob, "setAttribute", name="x", value=1, serviceId=id_),
        mutate(bob, "setAttributes", attributes={"x": 1}, serviceId=id_),
    ]
    assert [refusal(one) for one in answers] == ["Permission denied: MANAGE"] * 2
    simulator.update(PI, permissions={"bob": ["VIEW", "MANAGE"]})
    assert done(mutate(bob, "setAttribute", name="x", value=1, serviceId=id_)) == 1
    assert refusal(mutate(bob, "setAttribute", name="x", value=1, serviceId=UNKNOWN)) == "Device not found"


def test_a_device_is_deleted(simulator: AdminClient) -> None:
    bob = Client(simulator, BOB_KEY)
    assert done(mutate(bob, "deleteDevice", deviceId=LAPTOP)) is True
    assert device(bob, LAPTOP, "id") is None
    assert refusal(mutate(bob, "deleteDevice", deviceId=LAPTOP)) == "Device not found"
    simulator.reset()
    assert device(bob, LAPTOP, "id") == {"id": LAPTOP}


def test_a_device_that_is_online_is_deleted_only_by_force(simulator: AdminClient, alice: Client) -> None:
    port = port_of(alice.open(SSH))
    assert refusal(mutate(alice, "deleteDevice", deviceId=PI)) == "Device is active"
    assert not is_closed(port)
    assert done(mutate(alice, "deleteDevice", deviceId=PI, force=True)) is True
    assert device(alice, PI, "id") is None
    assert is_closed(port)
    assert simulator.state()["connections"] == []
    assert alice.graphql("{ login { sessions { id } } }") == {"login": {"sessions": []}}


def test_deleting_a_device_that_is_online_may_be_accepted(start: Start) -> None:
    alice = Client(start(delete_online="accepted"))
    assert done(mutate(alice, "deleteDevice", deviceId=PI)) is True


def test_whoever_deletes_a_device_needs_manage(simulator: AdminClient, bob: Client) -> None:
    assert refusal(mutate(bob, "deleteDevice", deviceId=PI, force=True)) == "Permission denied: MANAGE"
    simulator.update(PI, permissions={"bob": ["VIEW", "MANAGE"]})
    assert done(mutate(bob, "deleteDevice", deviceId=PI, force=True)) is True


def test_deleting_a_service_as_a_device_deletes_the_service(alice: Client) -> None:
    assert done(mutate(alice, "deleteDevice", deviceId=WEB)) is True
    assert service(alice, WEB) is None
    assert name_of(alice) == "Pi Garage"


def test_an_organisation_device_is_renamed_by_its_administrators(start: Start) -> None:
    config = configuration()
    config["accounts"][0]["memberships"][0]["permissions"] = ["VIEW", "ADMIN"]
    gateway = config["devices"][2]["id"]
    alice = Client(start(config))
    assert done(mutate(alice, "renameService", name="router", serviceId=gateway)) is True
    assert name_of(alice, gateway) == "router"
