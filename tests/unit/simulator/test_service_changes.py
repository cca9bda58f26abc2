# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services are added, changed and removed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.admin_client import AdminClient

from .client import BOB_KEY, Client
from .conftest import Start
from .targets import ask, dial, is_hung_up_on
from .test_proxies import is_closed, port_of
from .world import GATEWAY, GATEWAY_SSH, LAPTOP, LAPTOP_SSH, PI, SSH, UNKNOWN, VNC, WEB, configuration
from .writing import add, device, done, mutate, refusal, service, service_names, update

DATABASE = {"name": "db", "application": 46, "host": "127.0.0.1", "port": 5432, "enabled": True}


def test_a_service_is_added_as_it_was_sent(alice: Client) -> None:
    added = add(alice, PI, **DATABASE)
    assert {key: added[key] for key in DATABASE} == DATABASE
    assert (added["protocol"], added["online"], added["device"]) == ("TCP", True, {"id": PI, "name": "Pi Garage"})
    assert added["permissions"] == ["VIEW", "CONNECT", "SCRIPTING", "MANAGE", "ADMIN"]
    assert service(alice, added["id"]) == added
    assert service_names(alice, PI) == ["db", "screen", "SSH", "web"]


def test_what_is_not_said_of_a_new_service_comes_from_its_type(alice: Client) -> None:
    keys = ("name", "application", "host", "port", "enabled")
    assert [add(alice, PI)[key] for key in keys] == ["TCP", 1, "127.0.0.1", 1, True]
    assert [add(alice, PI, application=5)[key] for key in keys] == ["RDP", 5, "127.0.0.1", 3389, True]
    assert add(alice, PI, application=32769)["protocol"] == "UDP"


def test_only_what_is_sent_is_changed(alice: Client) -> None:
    before = service(alice, SSH)
    assert before is not None
    assert update(alice, SSH, port=2222, host=None) == {**before, "port": 2222}
    changed = update(alice, SSH, name="shell", application=1, host="pi.local")
    assert changed == {**before, "port": 2222, "name": "shell", "application": 1, "host": "pi.local"}
    assert service(alice, SSH) == changed


def test_a_service_is_removed(alice: Client) -> None:
    assert done(mutate(alice, "removeService", id=WEB)) is True
    assert service(alice, WEB) is None
    assert mutate(alice, "removeService", id=WEB) == {
        "data": None,
        "errors": [
            {"message": "Service not found", "locations": [{"line": 1, "column": 12}], "path": ["removeService"]}
        ],
    }


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": " "}, "Invalid name"),
        ({"name": "x" * 101}, "Invalid name"),
        ({"application": 0}, "Invalid application"),
        ({"application": 35}, "Invalid application"),
        ({"host": "http://pi"}, "Invalid host"),
        ({"host": "fe80::1"}, "Invalid host"),
        ({"port": 0}, "Invalid port"),
        ({"port": 65536}, "Invalid port"),
    ],
)
def test_what_no_service_can_have_is_refused(alice: Client, values: dict[str, Any], message: str) -> None:
    before = service(alice, SSH)
    assert refusal(mutate(alice, "addService", "id", deviceId=PI, **values)) == message
    assert refusal(mutate(alice, "updateService", "id", id=SSH, **values)) == message
    assert service_names(alice, PI) == ["screen", "SSH", "web"]
    assert service(alice, SSH) == before


def refusals(client: Client, device_id: str, service_id: str) -> list[str]:
    """Return with which words each change of a service is refused."""
    return [
        refusal(mutate(client, "addService", "id", deviceId=device_id, **DATABASE)),
        refusal(mutate(client, "updateService", "id", id=service_id, port=1)),
        refusal(mutate(client, "removeService", id=service_id)),
    ]


def test_whoever_changes_services_needs_manage(simulator: AdminClient, bob: Client) -> None:
    assert refusals(bob, PI, SSH) == ["Permission denied: MANAGE"] * 3
    assert simulator.calls()[0]["detail"] == "Permission denied: MANAGE"
    simulator.update(PI, permissions={"bob": ["VIEW", "MANAGE"]})
    assert add(bob, PI, **DATABASE)["permissions"] == ["VIEW", "MANAGE"]
    assert update(bob, SSH, port=1)["port"] == 1
    assert done(mutate(bob, "removeService", id=SSH)) is True


def test_a_role_can_give_manage(start: Start) -> None:
    config = configuration()
    assert refusals(Client(start(config)), GATEWAY, GATEWAY_SSH) == ["Permission denied: MANAGE"] * 3
    config["accounts"][0]["memberships"][0]["permissions"] = ["VIEW", "MANAGE"]
    assert add(Client(start(config)), GATEWAY, **DATABASE)["name"] == "db"


@pytest.mark.parametrize(
    ("device_id", "service_id"), [(GATEWAY, GATEWAY_SSH), (UNKNOWN, UNKNOWN), ("x", "x"), (SSH, PI)]
)
def test_what_one_may_not_see_is_not_there(bob: Client, device_id: str, service_id: str) -> None:
    assert refusals(bob, device_id, service_id) == ["Device not found", "Service not found", "Service not found"]


def test_a_device_that_is_not_configurable_keeps_its_services(simulator: AdminClient, alice: Client) -> None:
    simulator.update(PI, configurable=False)
    assert device(alice, PI, "configurable") == {"configurable": False}
    assert refusals(alice, PI, SSH) == ["Device is not configurable"] * 3


def test_changes_of_a_device_that_is_offline_may_be_refused(start: Start) -> None:
    bob = Client(start(), BOB_KEY)
    assert add(bob, LAPTOP, **DATABASE)["online"] is False
    bob = Client(start(offline_changes="refused"), BOB_KEY)
    assert refusals(bob, LAPTOP, LAPTOP_SSH) == ["Device is inactive"] * 3


@pytest.mark.parametrize(
    ("rule", "name", "twice"),
    [("as_sent", "db", "db"), ("prefixed", "Pi Garage-db", "Pi Garage-db"), ("suffixed", "db", "db-1")],
)
def test_a_service_may_get_another_name_than_was_sent(start: Start, rule: str, name: str, twice: str) -> None:
    alice = Client(start(service_names=rule))
    assert [add(alice, PI, **DATABASE)["name"] for _again in range(2)] == [name, twice]
    assert update(alice, SSH, name="db")["name"] == {"as_sent": "db", "suffixed": "db-2"}.get(rule, name)


def test_a_name_may_have_to_be_unique(start: Start) -> None:
    alice = Client(start(service_names="unique"))
    assert refusal(mutate(alice, "addService", "id", deviceId=PI, name="ssh")) == "Name is already in use"
    assert refusal(mutate(alice, "updateService", "id", id=WEB, name="SSH")) == "Name is already in use"
    assert update(alice, SSH, name="ssh")["name"] == "ssh"


def test_the_answer_may_be_null_although_the_service_was_added(start: Start) -> None:
    alice = Client(start(add_answer="null"))
    assert mutate(alice, "addService", "id", deviceId=PI, **DATABASE) == {"data": {"addService": None}}
    assert "db" in service_names(alice, PI)


def test_a_new_service_may_be_read_later(start: Start) -> None:
    server = start(service_visible_after=30)
    alice = Client(server)
    added = add(alice, PI, **DATABASE)
    assert service(alice, added["id"]) is None
    assert "db" not in service_names(alice, PI)
    assert len(alice.services().json()["devices"]) == 6
    assert update(alice, added["id"], port=5433)["port"] == 5433
    server.advance(31)
    assert "db" in service_names(alice, PI)
    assert service(alice, added["id"]) == {**added, "port": 5433}


def test_a_service_may_be_online_later(start: Start) -> None:
    server = start(service_online_after=30)
    alice = Client(server)
    ids = [add(alice, PI, **DATABASE)["id"], update(alice, VNC, enabled=True)["id"]]
    assert [(service(alice, one) or {})["online"] for one in ids] == [False, False]
    server.advance(31)
    assert [(service(alice, one) or {})["online"] for one in ids] == [True, True]


def test_a_service_that_is_switched_off_does_not_come_online(start: Start) -> None:
    server = start(service_online_after=30)
    alice = Client(server)
    added = add(alice, PI, **DATABASE)
    update(alice, added["id"], enabled=False)
    server.advance(31)
    assert (service(alice, added["id"]) or {})["online"] is False


def test_connections_lead_to_what_the_device_finds(alice: Client, target: tuple[str, int]) -> None:
    host, port = target
    added = add(alice, PI, **{**DATABASE, "host": host, "port": port})
    assert ask(port_of(alice.open(added["id"])), b"abc") == b"cba"
    moved = add(alice, PI, **{**DATABASE, "port": 1})
    update(alice, moved["id"], host="localhost", port=port)
    assert ask(port_of(alice.open(moved["id"])), b"abc") == b"cba"


def test_a_device_can_have_something_else_at_an_address(start: Start, target: tuple[str, int]) -> None:
    config = configuration()
    config["devices"][0]["targets"] = {"192.0.2.9:5432": "{}:{}".format(*target)}
    alice = Client(start(config))
    added = add(alice, PI, **{**DATABASE, "host": "192.0.2.9"})
    assert ask(port_of(alice.open(added["id"])), b"abc") == b"cba"


def test_no_other_machine_is_called(alice: Client) -> None:
    added = add(alice, PI, **{**DATABASE, "host": "192.0.2.9"})
    with dial(port_of(alice.open(added["id"]))) as connection:
        assert is_hung_up_on(connection)


@pytest.mark.parametrize(
    ("mutation", "fields", "values"),
    [("removeService", "", {}), ("updateService", "id", {"enabled": False}), ("updateService", "id", {"port": 1})],
)
def test_connections_break_when_their_service_goes_or_moves(
    simulator: AdminClient, alice: Client, mutation: str, fields: str, values: dict[str, Any]
) -> None:
    port = port_of(alice.open(SSH))
    done(mutate(alice, "updateService", "id", id=SSH, name="shell"))
    assert not is_closed(port)
    done(mutate(alice, mutation, fields, id=SSH, **values))
    assert is_closed(port)
    assert simulator.state()["connections"] == []


def test_a_disabled_service_is_offline_and_refuses(alice: Client) -> None:
    assert update(alice, SSH, enabled=False)["online"] is False
    answer = alice.post_graphql(f'mutation {{ connect(serviceId: "{SSH}") {{ id }} }}').json()
    assert answer["errors"][0]["message"] == "Service is disabled"


def test_a_reset_takes_back_what_was_changed(simulator: AdminClient, alice: Client) -> None:
    before = service(alice, SSH)
    added = add(alice, PI, **DATABASE)
    update(alice, SSH, port=1)
    done(mutate(alice, "removeService", id=WEB))
    simulator.reset()
    assert service(alice, added["id"]) is None
    assert service_names(alice, PI) == ["screen", "SSH", "web"]
    assert service(alice, SSH) == before


def test_what_waits_for_its_time_is_forgotten_by_a_reset(start: Start) -> None:
    server = start(service_visible_after=30, service_online_after=30)
    add(Client(server), PI, **DATABASE)
    server.reset()
    server.advance(31)
    assert service_names(Client(server), PI) == ["screen", "SSH", "web"]


def test_old_services_have_a_host_that_is_not_told(start: Start) -> None:
    config = configuration()
    config["devices"][0]["services"][0]["host"] = ""
    assert (service(Client(start(config)), SSH) or {})["host"] is None


def test_a_device_tells_about_its_agent(start: Start) -> None:
    config = configuration()
    config["devices"][0] |= {"version": "5.4.2", "hardware_id": "AA:BB-17", "last_reported": "2026-01-01T00:00:00.000Z"}
    server = start(config)
    alice = Client(server)
    told = {"hardwareId": "AA:BB-17", "version": "5.4.2", "configurable": True}
    fields = "hardwareId version configurable lastReported"
    assert device(alice, PI, fields) == {**told, "lastReported": "2026-01-01T00:00:00.000Z"}
    server.update(PI, last_reported="2026-01-02T00:00:00.000Z")
    assert device(alice, PI, fields) == {**told, "lastReported": "2026-01-02T00:00:00.000Z"}
    query = "query($id: String) { login { devices(hardwareId: $id) { items { id } } } }"
    assert alice.graphql(query, id="aa:bb")["login"]["devices"]["items"] == [{"id": PI}]
    assert alice.graphql(query, id="cc")["login"]["devices"]["items"] == []
