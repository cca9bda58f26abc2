# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can happen to mutations: faults, somebody else, and parts of a request that fail."""

from __future__ import annotations

import json
import urllib.error
from typing import Any

import pytest
import requests

from tests.simulator.admin_client import AdminClient

from .client import Client
from .world import PI, SSH, UNKNOWN, VNC, WEB
from .writing import add, arguments, device, done, mutate, refusal, service, service_names, tags

# each mutation with its operation, and arguments that work
MUTATIONS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("add_service", "addService", "id", {"deviceId": PI, "name": "db"}),
    ("update_service", "updateService", "id", {"id": SSH, "name": "shell"}),
    ("remove_service", "removeService", "", {"id": WEB}),
    ("add_tag", "addTag", "", {"name": ["new"], "serviceId": [PI]}),
    ("remove_tag", "removeTag", "", {"name": ["pi"], "serviceId": [PI]}),
    ("set_attribute", "setAttribute", "", {"name": "rack", "value": 8, "serviceId": PI}),
    ("set_attributes", "setAttributes", "", {"attributes": {"rack": 8}, "serviceId": PI}),
    ("rename_service", "renameService", "", {"name": "attic", "serviceId": PI}),
    ("delete_device", "deleteDevice", "", {"deviceId": PI, "force": True}),
    ("set_connect_link", "setConnectLink", "url", {"serviceId": WEB, "enabled": True}),
    ("remove_connect_link", "removeConnectLink", "", {"serviceId": VNC}),
]
STATE = """{ login { devices { items { id name attributes tags { name }
    services { id name port attributes link { enabled } } } } tags { name } } }"""
each_mutation = pytest.mark.parametrize(("operation", "name", "fields", "values"), MUTATIONS)


@pytest.fixture
def alice(simulator: AdminClient) -> Client:
    """The owner of the Pi, one of whose services has a connect link."""
    simulator.update(VNC, link={})
    return Client(simulator)


def state(client: Client) -> dict[str, Any]:
    """Return all that the mutations can change."""
    return client.graphql(STATE)


@each_mutation
def test_a_mutation_is_counted_by_its_operation(
    simulator: AdminClient, alice: Client, operation: str, name: str, fields: str, values: dict[str, Any]
) -> None:
    done(mutate(alice, name, fields, **values))
    (call,) = simulator.calls("graphql", operation)
    assert (call["status"], call["detail"]) == (200, None)


@each_mutation
@pytest.mark.parametrize("status", [429, 503])
def test_a_status_comes_instead_of_the_change(
    simulator: AdminClient, alice: Client, operation: str, name: str, fields: str, values: dict[str, Any], status: int
) -> None:
    before = state(alice)
    simulator.set_fault({"operation": operation, "fault": "status", "status": status, "count": 1})
    with pytest.raises(requests.JSONDecodeError):
        mutate(alice, name, fields, **values)
    assert [call["status"] for call in simulator.calls("graphql", operation)] == [status]
    assert state(alice) == before


@each_mutation
def test_a_change_can_be_refused(
    simulator: AdminClient, alice: Client, operation: str, name: str, fields: str, values: dict[str, Any]
) -> None:
    before = state(alice)
    simulator.set_fault({"operation": operation, "fault": "refused", "text": "not today"})
    assert refusal(mutate(alice, name, fields, **values)) == "not today"
    assert state(alice) == before


@each_mutation
def test_an_answer_can_get_lost_after_the_change(
    simulator: AdminClient, alice: Client, operation: str, name: str, fields: str, values: dict[str, Any]
) -> None:
    before = state(alice)
    simulator.set_fault({"operation": operation, "fault": "lost_answer", "count": 1})
    with pytest.raises(requests.ConnectionError):
        mutate(alice, name, fields, **values)
    assert state(alice) != before


def test_somebody_else_can_be_faster(simulator: AdminClient, alice: Client) -> None:
    simulator.set_fault(
        {"operation": "update_service", "fault": "device_changes", "change": {"id": SSH, "port": 2222, "host": "x"}}
    )
    fields = "port host name"
    changed = {"port": 2222, "host": "x", "name": "shell"}
    assert done(mutate(alice, "updateService", fields, id=SSH, name="shell")) == changed
    assert service(alice, SSH, fields) == changed


def test_somebody_else_can_change_tags_and_names(simulator: AdminClient, alice: Client) -> None:
    simulator.set_fault({"operation": "add_tag", "fault": "device_changes", "change": {"id": PI, "tags": ["theirs"]}})
    done(mutate(alice, "addTag", name=["ours"], serviceId=[PI]))
    assert tags(alice, PI) == ["theirs", "ours"]
    change = {"id": PI, "name": "theirs", "attributes": {"theirs": 1}}
    simulator.set_fault({"operation": "set_attribute", "fault": "device_changes", "change": change})
    done(mutate(alice, "setAttribute", name="ours", value=2, serviceId=PI))
    assert device(alice, PI, "name attributes") == {"name": "theirs", "attributes": {"theirs": 1, "ours": 2}}
    done(mutate(alice, "setAttribute", name="other", value=3, serviceId=PI))
    assert device(alice, PI, "attributes") == {"attributes": {"theirs": 1, "other": 3}}


def test_somebody_else_can_change_and_remove_a_connect_link(simulator: AdminClient, alice: Client) -> None:
    change: dict[str, Any] = {"id": VNC, "link": {"enabled": False, "allow": ["192.0.2.0/24"]}}
    simulator.set_fault({"operation": "set_connect_link", "fault": "device_changes", "change": change})
    answer = mutate(alice, "setConnectLink", "enabled allow deny", serviceId=VNC, deny=["192.0.2.7/32"])
    assert done(answer) == {"enabled": False, "allow": ["192.0.2.0/24"], "deny": ["192.0.2.7/32"]}
    change = {"id": VNC, "link_removed": True}
    simulator.set_fault({"operation": "remove_connect_link", "fault": "device_changes", "change": change})
    assert refusal(mutate(alice, "removeConnectLink", serviceId=VNC)) == "Connect link not found"


def test_somebody_else_can_add_and_remove_services(simulator: AdminClient, alice: Client) -> None:
    theirs = {"id": UNKNOWN, "name": "db", "application": 46, "port": 5432}
    simulator.set_fault(
        {"operation": "add_service", "fault": "device_changes", "change": {"id": PI, "new_services": [theirs]}},
        {"operation": "update_service", "fault": "device_changes", "change": {"id": SSH, "removed": True}},
        {"operation": "remove_service", "fault": "device_changes", "change": {"id": WEB, "removed": True}},
    )
    add(alice, PI, name="db")
    assert service_names(alice, PI) == ["db", "db", "screen", "SSH", "web"]
    for _again in range(2):
        # what has gone cannot go again
        assert refusal(mutate(alice, "updateService", "id", id=SSH, port=1)) == "Service not found"
    assert refusal(mutate(alice, "removeService", id=WEB)) == "Service not found"


def test_somebody_else_can_remove_a_device(simulator: AdminClient, alice: Client) -> None:
    simulator.update(PI, removed=True)
    assert refusal(mutate(alice, "addService", "id", deviceId=PI)) == "Device not found"


@pytest.mark.parametrize("change", [{}, {"id": "x"}, {"id": SSH, "port": "x"}, {"id": SSH, "colour": 1}])
def test_a_change_that_cannot_be_is_a_mistake_when_it_is_ordered(
    simulator: AdminClient, change: dict[str, Any]
) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        simulator.set_fault({"fault": "device_changes", "change": change})
    assert caught.value.code == 400
    assert "faults[0].change." in json.load(caught.value)["error"]


def batch(client: Client, **fields: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    """Send several mutations in one request, each with its alias, and return the whole answer."""
    asked = " ".join(
        f"{alias}: {name}({arguments(values)}) {selection}" for alias, (name, selection, values) in fields.items()
    )
    answer: dict[str, Any] = client.post_graphql(f"mutation {{ {asked} }}").json()
    return answer


def renamed(service_id: str, name: str = "renamed") -> tuple[str, str, dict[str, Any]]:
    """Return the mutation that gives a service another name."""
    return "updateService", "{ name }", {"id": service_id, "name": name}


def test_a_nullable_field_that_fails_is_null_and_the_others_are_done(simulator: AdminClient, alice: Client) -> None:
    answer = batch(alice, a=renamed(SSH), b=renamed(UNKNOWN), c=renamed(WEB))
    assert answer["data"] == {"a": {"name": "renamed"}, "b": None, "c": {"name": "renamed"}}
    assert [(one["message"], one["path"]) for one in answer["errors"]] == [("Service not found", ["b"])]
    assert service_names(alice, PI) == ["renamed", "renamed", "screen"]
    assert simulator.calls()[0]["operation"] == "update_service"


def test_a_field_that_must_not_be_null_empties_the_data(alice: Client) -> None:
    answer = batch(
        alice, a=renamed(SSH), b=("removeService", "", {"id": UNKNOWN}), c=("removeService", "", {"id": WEB})
    )
    assert answer["data"] is None
    assert [(one["message"], one["path"]) for one in answer["errors"]] == [("Service not found", ["b"])]
    # what came before was done, what comes behind was not
    assert service_names(alice, PI) == ["renamed", "screen", "web"]


def test_a_part_of_a_request_can_be_refused(simulator: AdminClient, alice: Client) -> None:
    simulator.set_fault({"operation": "update_service", "fault": "part_refused", "field": "b", "text": "not today"})
    answer = batch(alice, a=renamed(SSH), b=renamed(WEB), c=renamed(VNC))
    assert answer["data"] == {"a": {"name": "renamed"}, "b": None, "c": {"name": "renamed"}}
    assert [(one["message"], one["path"]) for one in answer["errors"]] == [("not today", ["b"])]
    assert [call["fault"] for call in simulator.calls()] == ["part_refused"]
    simulator.set_fault({"fault": "part_refused", "field": "removeService"})
    assert refusal(mutate(alice, "removeService", id=SSH)) == "injected fault"
