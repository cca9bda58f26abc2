# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log of events: what is written into it, and what of it is told to whom."""

from __future__ import annotations

import urllib.error
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.simulator.admin_client import AdminClient

from .client import BOB_KEY, Client
from .conftest import Start
from .world import GATEWAY_SSH, LAPTOP, LAPTOP_SSH, PI, SSH, WEB, configuration
from .writing import mutate

FIELDS = """hasMore last total items { __typename id type timestamp action state actor { id email } owner { email }
    users { email } target { id name device { id name } }
    ... on DeviceConnectEvent { session lifetime sourceAddress sourceGeo { city } }
    ... on DeviceStateEvent { externalAddress } }"""
_ARGUMENTS = "after: $after, from: $from, size: $size, minDate: $minDate, maxDate: $maxDate, types: $types"
_DECLARED = "$after: ID, $from: Int, $size: Int, $minDate: DateTime, $maxDate: DateTime, $types: [EventType!]"


def page(client: Client, **arguments: Any) -> dict[str, Any]:
    """A page of the events of the client's account."""
    query = f"query({_DECLARED}) {{ login {{ events({_ARGUMENTS}) {{ {FIELDS} }} }} }}"
    found: dict[str, Any] = client.graphql(query, **arguments)["login"]["events"]
    return found


def kinds(client: Client, **arguments: Any) -> list[tuple[str, str | None]]:
    """The types and states of the events on a page."""
    return [(item["type"], item["state"]) for item in page(client, **arguments)["items"]]


def ago(**span: float) -> str:
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


def test_a_connection_is_an_event_when_it_opens_and_when_it_closes(alice: Client, bob: Client) -> None:
    connection = bob.open(SSH)
    bob.stop(SSH, connection["connectionid"])
    ended, begun = page(alice)["items"]
    assert (begun["state"], ended["state"]) == ("connected", "disconnected")
    assert begun["actor"] == {"id": "bob", "email": "bob@example.com"}
    assert begun["owner"] == {"email": "alice@example.com"}
    assert begun["target"] == [{"id": SSH, "name": "SSH", "device": {"id": PI, "name": "Pi Garage"}}]
    assert begun["session"] == ended["session"] == connection["connectionid"]
    assert (begun["lifetime"], ended["lifetime"]) == (None, 0)
    # Who did it is told as well.
    assert [item["id"] for item in page(bob)["items"]] == [ended["id"], begun["id"]]


def test_what_goes_online_or_offline_is_an_event_once(simulator: AdminClient, alice: Client) -> None:
    simulator.update(WEB, online=False)
    simulator.update(WEB, online=False)
    assert kinds(alice) == [("DEVICE_STATE", "inactive")]
    simulator.update(PI, online=False)
    # The service was offline before.
    assert len(kinds(alice)) == 4
    simulator.update(PI, online=True)
    assert kinds(alice)[0] == ("DEVICE_STATE", "active")
    assert {item["__typename"] for item in page(alice)["items"]} == {"DeviceStateEvent"}


def test_what_a_fault_does_is_an_event(simulator: AdminClient, alice: Client) -> None:
    simulator.set_fault({"fault": "device_changes", "change": {"id": WEB, "online": False}})
    assert kinds(alice) == [("DEVICE_STATE", "inactive")]


def test_what_is_deleted_keeps_its_name(bob: Client) -> None:
    mutate(bob, "deleteDevice", deviceId=LAPTOP)
    (event,) = page(bob)["items"]
    assert (event["type"], event["__typename"], event["target"][0]["name"]) == (
        "DEVICE_DELETE",
        "GenericEvent",
        "laptop",
    )


def test_pages(simulator: AdminClient, alice: Client) -> None:
    simulator.add_events(*({"time": ago(minutes=number), "target": SSH} for number in range(1005)))
    first = page(alice, size=5000)
    assert (len(first["items"]), first["hasMore"], first["total"]) == (1000, True, 1005)
    rest = page(alice, size=1000, after=first["last"])
    assert (len(rest["items"]), rest["hasMore"]) == (5, False)
    assert [item["timestamp"] for item in first["items"]] == sorted(
        (item["timestamp"] for item in first["items"]), reverse=True
    )
    assert page(alice, size=5, **{"from": 1000})["items"] == rest["items"]


def test_the_filters(simulator: AdminClient, alice: Client) -> None:
    simulator.add_events(
        {"time": ago(days=1), "type": "AUTH_LOGIN", "actor": "alice@example.com"},
        {"time": ago(days=2), "target": SSH, "state": "connected", "actor": "stranger@example.com"},
        {"time": ago(days=3), "target": WEB, "type": "OF_TOMORROW", "action": "add", "users": ["bob@example.com"]},
        {"time": ago(days=60), "target": WEB},
    )
    assert [kind for kind, _state in kinds(alice)] == ["AUTH_LOGIN", "DEVICE_CONNECT", "OF_TOMORROW"]
    assert kinds(alice, types=["DEVICE_CONNECT"]) == [("DEVICE_CONNECT", "connected")]
    assert [kind for kind, _state in kinds(alice, minDate=ago(hours=60), maxDate=ago(hours=30))] == ["DEVICE_CONNECT"]
    (old,) = page(alice, maxDate=ago(days=50))["items"]
    assert old["actor"] is None
    assert page(alice, minDate=ago(days=1)[:10])["total"] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"minDate": ago(days=32)}, "minDate and maxDate must not be more than 1 month apart"),
        ({"minDate": "2026-02-27", "maxDate": "2026-03-28"}, "minDate and maxDate must not be more than 1 month apart"),
        ({"maxDate": "soon"}, "maxDate is not a date"),
        ({"types": ["OF_TOMORROW"]}, "'OF_TOMORROW'"),
    ],
)
def test_what_is_refused(alice: Client, arguments: dict[str, Any], words: str) -> None:
    query = f"query({_DECLARED}) {{ login {{ events({_ARGUMENTS}) {{ total }} }} }}"
    assert words in alice.post_graphql(query, **arguments).json()["errors"][0]["message"]


def test_a_month_is_one_of_the_calendar(alice: Client) -> None:
    assert page(alice, minDate="2026-03-01", maxDate="2026-03-31")["total"] == 0
    assert page(alice, minDate="2025-12-31", maxDate="2026-01-31")["total"] == 0


def test_the_log_of_a_device_and_of_a_service(simulator: AdminClient, alice: Client) -> None:
    simulator.add_events(*({"time": ago(hours=1), "target": target} for target in (PI, SSH, WEB, LAPTOP_SSH)))
    query = """query($pi: [String!]!, $ssh: [String!]!) { login { device(id: $pi) { events { total } }
        service(id: $ssh) { events { total } } } }"""
    login = alice.graphql(query, pi=[PI, LAPTOP], ssh=[SSH])["login"]
    assert [one["events"]["total"] for one in login["device"]] == [3, 1]
    assert login["service"][0]["events"]["total"] == 1
    assert page(alice)["total"] == 3


def test_the_log_of_an_organisation(simulator: AdminClient, alice: Client) -> None:
    simulator.add_events({"time": ago(hours=1), "target": GATEWAY_SSH}, {"time": ago(hours=1), "owner": "bob"})
    query = 'query { login { account(id: "acme") { events { total } } } }'
    assert alice.graphql(query)["login"]["account"]["events"]["total"] == 1


def test_a_plan_keeps_what_is_new(start: Start) -> None:
    server = start(event_days=7)
    server.add_events(*({"time": ago(days=days), "target": SSH} for days in (1, 6, 8)))
    alice = Client(server)
    assert page(alice)["total"] == 2
    query = "query { login { limits { name value } } }"
    assert alice.graphql(query)["login"]["limits"] == [{"name": "log-limit", "value": "P7D"}]


def test_without_a_limit_there_is_none(alice: Client) -> None:
    assert alice.graphql("query { login { limits { name } } }")["login"]["limits"] == []


def test_the_configuration_has_events(start: Start) -> None:
    server = start({**configuration(), "events": [{"time": ago(hours=2), "target": PI, "type": "DEVICE_REFRESH"}]})
    assert kinds(Client(server)) == [("DEVICE_REFRESH", None)]
    assert kinds(Client(server, BOB_KEY)) == []
    server.update(WEB, online=False)
    server.reset()
    assert len(kinds(Client(server))) == 1


@pytest.mark.parametrize("event", [{"time": "soon"}, {"time": ago(), "target": "x"}, {"time": ago(), "owner": "x"}, {}])
def test_what_is_no_event(simulator: AdminClient, event: dict[str, Any]) -> None:
    with pytest.raises(urllib.error.HTTPError, match="400"):
        simulator.add_events(event)
