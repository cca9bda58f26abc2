# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What clients see when a fault is switched on."""

from __future__ import annotations

import json
import time
import urllib.error
from typing import Any

import pytest
import requests

from tests.simulator.admin_client import AdminClient

from .client import ALICE_KEY, BOB_KEY, Client
from .targets import dial, is_hung_up_on
from .test_proxies import is_closed, port_of
from .world import PI, SSH

pytestmark = pytest.mark.slow

CONNECT = {"deviceaddress": SSH, "wait": "true", "hostip": "0.0.0.0"}


def connect(client: Client, **options: Any) -> requests.Response:
    """Ask for a connection by REST."""
    return client.rest("device/connect", CONNECT, **options)


@pytest.mark.parametrize("how", ["close", "reset", "hang"])
@pytest.mark.parametrize(("fault", "opened"), [("lost_request", 0), ("lost_answer", 1)])
def test_an_answer_can_get_lost_before_or_after_the_deed(
    simulator: AdminClient, alice: Client, fault: str, opened: int, how: str
) -> None:
    simulator.set_fault({"wire": "rest", "operation": "connect", "fault": fault, "how": how, "count": 1})
    with pytest.raises((requests.ConnectionError, requests.Timeout)):
        connect(alice, timeout=0.3)
    assert len(simulator.state()["connections"]) == opened
    call = simulator.calls()[0]
    assert (call["fault"], call["status"]) == (fault, None)
    assert connect(alice).json()["status"] == "true"


def test_half_an_answer_is_no_answer(simulator: AdminClient, alice: Client) -> None:
    simulator.set_fault({"fault": "lost_answer", "how": "half"})
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        connect(alice)
    assert len(simulator.state()["connections"]) == 1


@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("status", [401, 403, 429, 500, 502, 503])
def test_a_status_can_come_instead_of_the_deed_or_after_it(
    simulator: AdminClient, alice: Client, status: int, committed: bool
) -> None:
    fault = {"fault": "status", "status": status, "retry_after": "7", "committed": committed}
    simulator.set_fault(fault)
    response = connect(alice)
    assert (response.status_code, response.headers["Retry-After"]) == (status, "7")
    assert response.headers["Content-Type"].startswith("text/html")
    assert len(simulator.state()["connections"]) == int(committed)


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_leads_elsewhere(simulator: AdminClient, alice: Client, status: int) -> None:
    simulator.set_fault({"fault": "redirect", "status": status, "location": "http://127.0.0.1:9/x"})
    response = connect(alice)
    assert (response.status_code, response.headers["Location"]) == (status, "http://127.0.0.1:9/x")


def test_a_refusal_takes_the_form_of_its_wire(simulator: AdminClient, alice: Client) -> None:
    simulator.set_fault({"fault": "refused", "text": "not today"})
    assert connect(alice).json() == {"status": "false", "reason": "not today"}
    assert alice.post_graphql("{ version }").json() == {"errors": [{"message": "not today"}], "data": None}


def test_graphql_errors_can_come_with_and_without_data(simulator: AdminClient, alice: Client) -> None:
    query = "{ login { email } }"
    simulator.set_fault({"wire": "graphql", "fault": "errors", "text": "oops"})
    assert alice.post_graphql(query).json() == {"errors": [{"message": "oops"}]}
    simulator.set_fault({"wire": "graphql", "fault": "errors", "text": "oops", "committed": True})
    answer = alice.post_graphql(query).json()
    assert answer == {"data": {"login": {"email": "alice@example.com"}}, "errors": [{"message": "oops"}]}
    simulator.set_fault({"wire": "graphql", "fault": "data_null"})
    assert alice.post_graphql(query).json() == {"data": None}


@pytest.mark.parametrize("fault", ["empty", "html", "truncated"])
def test_an_answer_can_be_no_json(simulator: AdminClient, alice: Client, fault: str) -> None:
    simulator.set_fault({"fault": fault})
    response = connect(alice)
    assert response.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(response.text)
    assert len(simulator.state()["connections"]) == 1


def test_an_answer_can_have_another_shape(simulator: AdminClient, alice: Client) -> None:
    simulator.set_fault({"fault": "wrong_type"})
    assert isinstance(connect(alice).json(), list)
    simulator.set_fault({"fault": "wrong_fields"})
    assert not isinstance(connect(alice).json()["connection"]["proxy"], str)
    simulator.set_fault({"fault": "extra_fields"})
    assert connect(alice).json()["connection"]["addedLater"] == {"kind": None}


def test_an_answer_can_be_slow_or_long(simulator: AdminClient, alice: Client) -> None:
    for fault in ("latency", "drip"):
        simulator.set_fault({"fault": fault, "seconds": 0.3})
        begin = time.monotonic()
        assert connect(alice).json()["status"] == "true"
        assert time.monotonic() - begin >= 0.3
    simulator.set_fault({"fault": "large", "size": 2_000_000})
    answer = connect(alice)
    assert len(answer.content) > 2_000_000
    assert answer.json()["status"] == "true"


def test_a_fault_hits_what_it_names_as_often_as_it_says(simulator: AdminClient, alice: Client) -> None:
    simulator.set_fault(
        {"wire": "rest", "operation": "stop", "fault": "status", "count": 1},
        {"wire": "graphql", "operation": "query", "fault": "status", "probability": 0},
    )
    connection_id = alice.open(SSH)["connectionid"]
    assert alice.post_graphql("{ version }").status_code == 200
    assert alice.stop(SSH, connection_id).status_code == 503
    assert alice.stop(SSH, connection_id).status_code == 200


def test_the_same_seed_gives_the_same_chances(simulator: AdminClient, alice: Client) -> None:
    def statuses() -> list[int]:
        simulator.set_fault({"fault": "status", "probability": 0.5}, seed=7)
        return [alice.post_graphql("{ version }").status_code for _number in range(8)]

    first = statuses()
    assert set(first) == {200, 503}
    assert statuses() == first


def test_a_fault_can_hit_the_requests_of_one_access_key(simulator: AdminClient, alice: Client) -> None:
    simulator.set_fault({"fault": "status", "key_id": BOB_KEY})
    assert alice.post_graphql("{ version }").status_code == 200
    simulator.set_fault({"fault": "status", "key_id": ALICE_KEY})
    assert alice.post_graphql("{ version }").status_code == 503


DEVICES = "{ login { devices { total items { id endpoint { externalAddress } } } } }"


def test_one_device_of_a_page_can_have_an_error_or_no_id(simulator: AdminClient, alice: Client) -> None:
    whole = alice.post_graphql(DEVICES).json()["data"]["login"]["devices"]["items"]
    simulator.set_fault({"fault": "item_error", "text": "oops"})
    answer = alice.post_graphql(DEVICES).json()
    assert answer["errors"] == [{"message": "oops", "path": ["login", "devices", "items", 0, "endpoint"]}]
    items = answer["data"]["login"]["devices"]["items"]
    assert items == [{**whole[0], "endpoint": None}, whole[1]]
    simulator.set_fault({"fault": "wrong_item", "text": "no id"})
    items = alice.post_graphql(DEVICES).json()["data"]["login"]["devices"]["items"]
    assert items == [{**whole[0], "id": "no id"}, whole[1]]
    assert connect(alice).json()["status"] == "true"


def test_an_error_in_one_field_can_take_all_data_away(simulator: AdminClient, alice: Client) -> None:
    simulator.set_fault({"fault": "field_error", "text": "oops"})
    answer = alice.post_graphql("mutation ($id: String!) { connect(serviceId: $id) { id } }", id=SSH).json()
    assert answer == {"data": None, "errors": [{"message": "oops", "path": ["connect", "field"]}]}
    assert len(simulator.state()["connections"]) == 1


def test_a_device_can_leave_before_a_certain_request(simulator: AdminClient, alice: Client) -> None:
    simulator.set_fault({"fault": "device_leaves", "id": PI.lower(), "after": 1})
    totals = [alice.post_graphql(DEVICES).json()["data"]["login"]["devices"]["total"] for _again in range(3)]
    assert totals == [2, 1, 1]
    simulator.reset()
    assert alice.post_graphql(DEVICES).json()["data"]["login"]["devices"]["total"] == 2


def test_a_proxy_can_refuse_hang_up_or_say_nothing(simulator: AdminClient, alice: Client) -> None:
    simulator.set_fault({"wire": "proxy", "fault": "refuse", "count": 1})
    assert is_closed(port_of(alice.open(SSH)))
    port = port_of(alice.open(SSH))
    simulator.set_fault({"wire": "proxy", "fault": "close"})
    with dial(port) as client:
        assert is_hung_up_on(client)
    simulator.set_fault({"wire": "proxy", "fault": "hang"})
    with dial(port) as client:
        client.settimeout(0.2)
        client.sendall(b"hello?")
        with pytest.raises(TimeoutError):
            client.recv(1)


@pytest.mark.parametrize(
    "fault", [{"fault": "typo"}, {"fault": "html", "operation": "open"}, {"fault": "html", "x": 1}]
)
def test_a_misspelt_fault_is_refused(simulator: AdminClient, fault: dict[str, Any]) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        simulator.set_fault(fault)
    assert caught.value.code == 400
    assert "faults[0]." in json.load(caught.value)["error"]
