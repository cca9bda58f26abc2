# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever JSON a client sends is answered, and is in the log of calls."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.doubles.loopback import PATIENCE
from tests.simulator.admin_client import AdminClient

from .client import Client
from .world import PI, SSH

pytestmark = pytest.mark.slow

PROPERTY = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from([SSH, PI])
JSON = st.recursive(SCALARS, lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=4), some))
QUERIES = st.sampled_from(
    [
        "{ version }",
        "{ nothing }",
        "query a { version } query b { login { id } }",
        "query($id: [String!]!) { login { service(id: $id) { id } } }",
        'mutation($serviceId: String!, $hostIP: String! = "0.0.0.0") { connect(serviceId: $serviceId, hostIP: $hostIP) { id } }',
        "mutation($serviceId: String) { disconnect(connectionId: $serviceId) }",
        'mutation { ...f } fragment f on Mutation { disconnect(connectionId: "x") }',
        "subscription { version }",
    ]
)


def shaped(**known: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Any JSON, or a mapping with some of the *known* keys, of the right or of any type, and with others."""
    some = st.fixed_dictionaries({}, optional={name: right | JSON for name, right in known.items()})
    return JSON | st.builds(
        lambda mapping, more: {**more, **mapping}, some, st.dictionaries(st.text(), JSON, max_size=1)
    )


GRAPHQL = shaped(query=QUERIES, variables=shaped(serviceId=st.just(SSH)), operationName=st.sampled_from("ab"))
REST = shaped(deviceaddress=st.just(SSH), hostip=st.just("0.0.0.0"), connectionid=st.text(), wait=st.just("true"))
ADMIN = {
    "reset": shaped(),
    "close": shaped(id=st.sampled_from([SSH, PI])),
    "advance": shaped(seconds=st.floats(), wall=st.booleans()),
    "device": shaped(
        id=st.sampled_from([SSH, PI]),
        permissions=st.dictionaries(st.just("bob"), st.lists(JSON)),
        tags=st.lists(st.text()),
        target=st.text(),
    ),
    "faults": shaped(
        faults=st.lists(shaped(fault=st.sampled_from(["status", "redirect", "large"]), status=st.integers())),
        seed=st.integers(),
    ),
}


def answered(simulator: AdminClient, send: Any) -> None:
    """Assert that a request gets an answer in JSON, and is logged with its status."""
    simulator.reset()
    response: requests.Response = send()
    assert response.status_code in (200, 400, 401, 404), response.text
    assert isinstance(response.json(), dict)
    assert [call["status"] for call in simulator.calls()] == [response.status_code]


@PROPERTY
@given(GRAPHQL)
def test_graphql_answers_any_json(simulator: AdminClient, alice: Client, body: Any) -> None:
    answered(simulator, lambda: alice.send("POST", simulator.graphql_url, json.dumps(body).encode()))


@PROPERTY
@given(st.sampled_from(["device/connect", "device/connect/stop", "device/list/all", "user/login", "other"]), REST)
def test_rest_answers_any_json(simulator: AdminClient, alice: Client, path: str, body: Any) -> None:
    answered(simulator, lambda: alice.rest(path, body))


@PROPERTY
@given(st.sampled_from(sorted(ADMIN)).flatmap(lambda command: st.tuples(st.just(command), ADMIN[command])))
@example(("device", {"id": PI, "permissions": {"bob": [{}]}}))
@example(("advance", {"seconds": 1e300, "wall": True}))
def test_the_admin_api_answers_any_json(simulator: AdminClient, alice: Client, ordered: tuple[str, Any]) -> None:
    command, body = ordered
    response = requests.post(f"{simulator.admin_url}/{command}", json.dumps(body), timeout=PATIENCE)
    assert response.status_code in (200, 400), response.text
    faulty = response.status_code == 200 and command == "faults"
    assert faulty or alice.services().status_code in (200, 401)
    simulator.reset()
    assert alice.services().status_code == 200


@pytest.mark.parametrize(
    "fault",
    [{"fault": "status", "status": 7}, {"fault": "redirect", "location": "\n"}, {"fault": "large", "size": 1e9}],
)
def test_a_fault_that_cannot_be_sent_is_refused(simulator: AdminClient, fault: dict[str, Any]) -> None:
    response = requests.post(f"{simulator.admin_url}/faults", json={"faults": [fault]}, timeout=PATIENCE)
    assert response.status_code == 400
    assert response.json()["error"].startswith("faults[0].")


@pytest.mark.parametrize("command", ["device", "advance", "faults"])
def test_the_admin_api_refuses_what_is_nested_too_deeply(simulator: AdminClient, command: str) -> None:
    response = requests.post(f"{simulator.admin_url}/{command}", b"[" * 100_000 + b"]" * 100_000, timeout=PATIENCE)
    assert response.status_code == 400


def test_a_body_that_is_too_long_is_logged(simulator: AdminClient, alice: Client) -> None:
    response = alice.rest("device/connect", {"padding": "x" * 2_000_000})
    (call,) = simulator.calls()
    assert (response.status_code, call["status"]) == (413, 413)
