# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The GraphQL API."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
)

from tests.simulator.admin_client import AdminClient
from tests.simulator.api.graphql_wire import SCHEMA

from .client import BOB_KEY, Client
from .conftest import Start
from .world import GATEWAY, LAPTOP, LAPTOP_SSH, PEER_SESSION, PI, SSH, UNKNOWN, VNC, WEB, configuration

DEVICES = """query($size: Int, $from: Int, $after: ID, $sort: String! = "name", $name: String, $tag: ListFilter,
    $state: String, $owner: Boolean, $application: [Int!]) { login {
    devices(size: $size, from: $from, after: $after, sort: $sort, name: $name, tag: $tag, state: $state, owner: $owner,
        application: $application) { total hasMore last items { id services { id } } } } }"""


_WITH_FIELDS = (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)
WithFields = GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType


def differences(whole: GraphQLSchema) -> list[str]:
    """Return what the simulator's schema has and the whole one has not, or has otherwise."""
    found = []
    for name, kind in build_schema(SCHEMA.read_text(encoding="utf-8")).type_map.items():
        other = whole.type_map.get(name)
        if type(other) is not type(kind):
            found.append(name)
        elif isinstance(kind, GraphQLEnumType) and isinstance(other, GraphQLEnumType):
            found += [f"{name}.{value}" for value in kind.values if value not in other.values]
        elif isinstance(kind, _WITH_FIELDS):
            assert isinstance(other, _WITH_FIELDS)
            found += field_differences(name, kind, other)
    return found


def field_differences(
    name: str,
    kind: WithFields,
    other: WithFields,
) -> list[str]:
    """Compare fields and their arguments by their types and defaults."""
    found = []
    for field, definition in kind.fields.items():
        real = other.fields.get(field)
        if real is None or str(real.type) != str(definition.type):
            found.append(f"{name}.{field}")
            continue
        for argument, ours in getattr(definition, "args", {}).items():
            theirs = real.args.get(argument)
            if theirs is None or (str(theirs.type), theirs.default_value) != (str(ours.type), ours.default_value):
                found.append(f"{name}.{field}({argument})")
    return found


def test_the_schema_is_a_part_of_the_real_one() -> None:
    fixture = Path(__file__).parent / "fixtures/remoteit-schema.graphql"
    assert differences(build_schema(fixture.read_text(encoding="utf-8"))) == []


def devices(client: Client, **arguments: Any) -> dict[str, Any]:
    """Return a page of devices, the items by their ids."""
    answer: dict[str, Any] = client.graphql(DEVICES, **arguments)["login"]["devices"]
    answer["ids"] = [item["id"] for item in answer["items"]]
    return answer


def test_devices_are_the_own_ones_and_those_shared_in_order_of_name(alice: Client, bob: Client) -> None:
    assert devices(alice)["ids"] == [LAPTOP, PI]
    assert devices(bob)["ids"] == [LAPTOP, PI]
    assert devices(alice, sort="-name")["ids"] == [PI, LAPTOP]
    assert devices(alice, sort="state,name")["ids"] == [PI, LAPTOP]


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"name": "GARAGE"}, [PI]),
        ({"state": "inactive"}, [LAPTOP]),
        ({"owner": True}, [PI]),
        ({"owner": False}, [LAPTOP]),
        ({"tag": {"values": ["pi", "laptop"]}}, [LAPTOP, PI]),
        ({"tag": {"values": ["pi", "garage"], "operator": "ALL"}}, [PI]),
        ({"application": [7]}, [PI]),
    ],
)
def test_devices_can_be_filtered(alice: Client, filters: dict[str, Any], ids: list[str]) -> None:
    answer = devices(alice, **filters)
    assert answer["ids"] == ids
    assert answer["total"] == len(ids)


def test_filtering_by_application_trims_the_services(alice: Client) -> None:
    assert devices(alice, application=[7])["items"][0]["services"] == [{"id": WEB}]


def many(count: int) -> dict[str, Any]:
    """Return a configuration in which the first user owns ``count`` devices."""
    config = configuration()
    config["devices"] += [
        {"id": f"80:00:00:00:AA:00:{index // 256:02X}:{index % 256:02X}", "name": f"n{index:04}", "owner": "alice"}
        for index in range(count)
    ]
    return config


def test_pages_are_cut_by_index_or_after_an_id_and_never_above_a_thousand(start: Start) -> None:
    alice = Client(start(many(1200)))
    first = devices(alice, size=5000)
    assert (len(first["ids"]), first["hasMore"], first["total"]) == (1000, True, 1202)
    by_index = devices(alice, size=1000, **{"from": 1000})
    assert (len(by_index["ids"]), by_index["hasMore"]) == (202, False)
    assert devices(alice, size=1000, after=first["last"])["ids"] == by_index["ids"]
    assert len({*first["ids"], *by_index["ids"]}) == 1202
    assert (devices(alice, size=0)["ids"], devices(alice, size=0)["total"]) == ([], 1202)


def test_a_service_tells_who_may_do_what(alice: Client, bob: Client) -> None:
    query = f"""{{ login {{ service(id: "{SSH}") {{ name enabled online state application port license permissions
        can(permission: CONNECT) manage: can(permission: MANAGE) owner {{ email }} device {{ id name }} }} }} }}"""
    mine, shared = (user.graphql(query)["login"]["service"][0] for user in (alice, bob))
    assert mine["device"] == {"id": PI, "name": "Pi Garage"}
    assert (mine["enabled"], mine["state"], mine["application"], mine["port"]) == (True, "active", 28, 22)
    assert (mine["can"], mine["manage"]) == (True, True)
    assert (shared["can"], shared["manage"], shared["permissions"]) == (True, False, ["VIEW", "CONNECT"])


def test_device_takes_service_ids_and_leaves_out_what_one_may_not_see(alice: Client, bob: Client) -> None:
    query = "query($id: [String!]!) { login { device(id: $id) { id tags { name } attributes } } }"
    found = alice.graphql(query, id=[SSH.lower(), UNKNOWN])["login"]["device"]
    assert found == [{"id": PI, "tags": [{"name": "pi"}, {"name": "garage"}], "attributes": {"rack": 7}}]
    assert bob.graphql(query, id=[GATEWAY])["login"]["device"] == []


def test_an_organisation_is_reached_through_its_account(alice: Client, bob: Client) -> None:
    member = alice.graphql(
        "{ login { membership { organization { name account { id } } customRole { permissions } } } }"
    )
    organization = member["login"]["membership"][0]["organization"]
    assert organization == {"name": "ACME", "account": {"id": "acme"}}
    query = "query($id: String) { login { account(id: $id) { email devices { items { id } } } } }"
    assert alice.graphql(query, id="acme")["login"]["account"]["devices"]["items"] == [{"id": GATEWAY}]
    assert alice.graphql(query, id=None)["login"]["account"]["email"] == "alice@example.com"
    assert bob.graphql(query, id="acme")["login"]["account"] is None


def test_an_unknown_sort_key_is_an_error(alice: Client) -> None:
    assert alice.post_graphql('{ login { devices(sort: "colour") { total } } }').json()["errors"]


def test_an_account_can_be_counted(alice: Client) -> None:
    alice.connect(SSH)
    info = alice.graphql("{ login { info { devices { total online } sessions { inbound } } tags { name } } }")["login"]
    assert info["info"] == {"devices": {"total": 1, "online": 1}, "sessions": {"inbound": 2}}
    assert [tag["name"] for tag in info["tags"]] == ["garage", "laptop", "pi"]


def test_the_developer_key_can_be_looked_up(alice: Client) -> None:
    keys = alice.graphql("{ login { apiKey { key } accessKeys { key enabled } } }")["login"]
    assert keys["apiKey"] == {"key": "alice-developer"}
    assert [key["enabled"] for key in keys["accessKeys"]] == [True, False]


def test_application_types_say_which_are_reverse_proxies(alice: Client) -> None:
    types = alice.graphql("{ applicationTypes { id name proxy port protocol } platformTypes { id } }")
    assert [one["id"] for one in types["applicationTypes"] if one["proxy"]] == [7, 8]


def test_connect_gives_address_and_session(simulator: AdminClient, alice: Client) -> None:
    connection = alice.connect(SSH)
    assert connection["reverseProxy"] is False
    assert connection["url"] == f"http://{connection['host']}:{connection['port']}"
    assert connection["timeout"] == 28800
    assert connection["session"]["id"] == connection["id"]
    assert abs((datetime.fromisoformat(connection["created"]) - datetime.now(UTC)).total_seconds()) < 5
    assert simulator.state()["connections"][0]["via"] == "graphql"


def test_a_reverse_proxy_has_no_port_and_the_type_can_be_forced(alice: Client) -> None:
    reverse, forced = alice.connect(WEB), alice.connect(WEB, type="PORT_PROXY")
    assert (reverse["reverseProxy"], reverse["port"]) == (True, None)
    assert reverse["host"].endswith(".p18.rt3.io")
    assert forced["reverseProxy"] is False


@pytest.mark.parametrize(
    ("service", "words"),
    [(LAPTOP_SSH, "inactive"), (UNKNOWN, "not found"), (VNC, "disabled")],
)
def test_a_refused_connect_is_an_error_without_data(alice: Client, service: str, words: str) -> None:
    response = alice.post_graphql("mutation($id: String!) { connect(serviceId: $id) { id } }", id=service)
    assert response.status_code == 200
    assert response.json()["data"] is None
    assert words in response.json()["errors"][0]["message"]


def test_hostip_is_latching_by_default(simulator: AdminClient, alice: Client) -> None:
    alice.graphql(f'mutation {{ connect(serviceId: "{SSH}") {{ id }} }}')
    assert simulator.state()["connections"][0]["hostip"] == "255.255.255.255"
    refused = alice.post_graphql(f'mutation {{ connect(serviceId: "{SSH}", hostIP: "10.0.0.0/8") {{ id }} }}')
    assert refused.json()["data"] is None


def test_disconnect_is_true_once(alice: Client) -> None:
    connection_id = alice.connect(SSH)["id"]
    assert alice.disconnect(connection_id.upper()).json() == {"data": {"disconnect": True}}
    again = alice.disconnect(connection_id).json()
    assert again["data"] is None
    assert again["errors"]


def test_disconnect_of_the_unknown_may_be_false(start: Start) -> None:
    assert Client(start(disconnect_unknown="false")).disconnect("nothing").json() == {"data": {"disconnect": False}}


def test_sessions_are_those_of_all_users(alice: Client, bob: Client) -> None:
    ours, theirs = alice.connect(SSH)["id"], bob.connect(SSH)["id"]
    sessions = {one["id"]: one for one in alice.sessions(SSH)}
    assert set(sessions) == {ours, theirs, PEER_SESSION}
    assert sessions[theirs]["user"] == {"email": "bob@example.com"}
    assert sessions[ours]["target"] == {"id": SSH, "owner": {"id": "alice"}, "device": {"id": PI, "name": "Pi Garage"}}
    proxies = {one["id"] for one in sessions.values() if one["endpoint"]["proxy"]}
    assert proxies == {ours, theirs}
    of_account = alice.graphql("{ login { sessions { id } } }")["login"]["sessions"]
    assert {one["id"] for one in of_account} == set(sessions)


def test_owners_may_close_the_sessions_of_others_but_not_the_other_way_round(
    simulator: AdminClient, alice: Client, bob: Client
) -> None:
    ours, theirs = alice.connect(SSH)["id"], bob.connect(SSH)["id"]
    assert bob.disconnect(ours).json()["data"] is None
    assert alice.disconnect(theirs).json() == {"data": {"disconnect": True}}
    assert alice.disconnect(PEER_SESSION).json() == {"data": {"disconnect": True}}
    assert [one["id"] for one in alice.sessions(SSH)] == [ours]


def test_connections_of_rest_are_sessions_too(alice: Client) -> None:
    connection_id = alice.open(SSH)["connectionid"]
    assert connection_id in {one["id"] for one in alice.sessions(SSH)}


def test_the_session_of_a_rest_connection_may_have_an_id_of_its_own(start: Start) -> None:
    alice = Client(start(rest_session_id="different"))
    connection = alice.open(SSH)
    ids = {one["id"] for one in alice.sessions(SSH)}
    assert connection["sessionID"] in ids
    assert connection["connectionid"] not in ids
    assert alice.stop(SSH, connection["sessionID"]).status_code == 401
    assert alice.disconnect(connection["sessionID"]).json() == {"data": {"disconnect": True}}


def test_ids_may_differ_in_case_and_sessions_be_late(start: Start) -> None:
    server = start(id_case="mixed", session_delay=60)
    alice = Client(server)
    connection = alice.connect(SSH)
    assert connection["id"] == connection["id"].upper()
    assert connection["session"] is None
    assert [one["id"] for one in alice.sessions(SSH)] == [PEER_SESSION]
    server.advance(61)
    assert connection["id"].lower() in {one["id"] for one in alice.sessions(SSH)}


def test_the_bulk_service_may_be_listed(start: Start) -> None:
    alice = Client(start(list_bulk_service=True))
    services = {one["id"] for one in devices(alice, name="garage")["items"][0]["services"]}
    assert services == {PI, SSH, WEB, VNC}


def test_an_unlicensed_service_cannot_be_used(simulator: AdminClient, bob: Client) -> None:
    simulator.update(SSH, license="UNLICENSED")
    answer = bob.post_graphql(f'mutation {{ connect(serviceId: "{SSH}") {{ id }} }}').json()
    assert "licensed" in answer["errors"][0]["message"]


def test_devices_can_change_while_the_simulator_runs(simulator: AdminClient, alice: Client) -> None:
    bob = Client(simulator, BOB_KEY)
    simulator.update(PI, online=False, permissions={"bob": ["VIEW"]})
    query = f'{{ login {{ service(id: "{SSH}") {{ online can(permission: CONNECT) }} }} }}'
    assert bob.graphql(query)["login"]["service"] == [{"online": False, "can": False}]
    simulator.reset()
    assert bob.graphql(query)["login"]["service"] == [{"online": True, "can": True}]


MUTATION = b'"query": "mutation($id: String!) { disconnect(connectionId: $id) }"'


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "request body must be a JSON object"),
        (b"not json", "Expecting value"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b'[{"query": "{ version }"}]', "request body must be a JSON object"),
        (b'{"variables": {}}', "query must be a string"),
        (b'{"query": ["{ version }"]}', "query must be a string"),
        (b'{"query": "{ version }", "operationName": 1}', "operationName must be a string"),
        (b"{" + MUTATION + b', "variables": "{\\"id\\": \\"x\\"}"}', "variables must be an object"),
        (b"{" + MUTATION + b', "variables": []}', "variables must be an object"),
        (b"{" + MUTATION + b', "variables": false}', "variables must be an object"),
    ],
)
def test_a_request_of_another_shape_is_400(simulator: AdminClient, alice: Client, body: bytes, said: str) -> None:
    response = alice.send("POST", simulator.graphql_url, body)
    assert response.status_code == 400
    assert said in response.json()["errors"][0]["message"]
    (call,) = simulator.calls()
    assert (call["operation"], call["status"]) == ("unknown", 400)
    assert said in call["detail"]


@pytest.mark.parametrize("query", ["{", "{ login { nothing } }", "mutation { reboot }"])
@pytest.mark.parametrize("status", [200, 400])
def test_a_query_outside_of_the_schema_is_answered_by_errors(start: Start, query: str, status: int) -> None:
    server = start() if status == 200 else start(invalid_query_status=400)
    response = Client(server).post_graphql(query)
    assert response.status_code == status
    assert response.json()["errors"][0]["message"]
    assert "data" not in response.json()
    assert [call["status"] for call in server.calls()] == [status]
