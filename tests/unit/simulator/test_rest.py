# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The REST API."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import requests

from tests.doubles.loopback import PATIENCE
from tests.simulator.admin_client import AdminClient

from .client import ALICE_KEY, Client
from .conftest import Start
from .world import GATEWAY_SSH, LAPTOP_SSH, PI, SSH, UNKNOWN, VNC, WEB


def test_connect_gives_a_port_proxy_with_strings_for_numbers(alice: Client) -> None:
    answer = alice.rest("device/connect", {"deviceaddress": SSH, "wait": "true", "hostip": "255.255.255.255"}).json()
    connection = answer["connection"]
    assert answer["status"] == "true"
    assert answer["connectionid"] == connection["connectionid"]
    assert connection["deviceaddress"] == SSH
    assert connection["expirationsec"] == "28800"
    assert connection["proxyport"] == str(connection["proxyServerPort"])
    assert connection["proxy"] == f"http://127.0.0.1:{connection['proxyport']}"
    assert connection["filteredIP"] == "latching"
    assert re.fullmatch(r"[0-9A-F]{40}", connection["sessionID"])


def test_connect_to_a_web_service_gives_a_reverse_proxy_without_a_port(alice: Client) -> None:
    connection = alice.open(WEB)
    assert re.fullmatch(r"https://[a-z0-9]+\.p18\.rt3\.io", connection["proxy"])
    assert connection["reverseProxy"] is True
    # A trap the vendor's service sets: host and port are there, and lead nowhere.
    assert connection["proxyserver"] not in connection["proxy"]


@pytest.mark.parametrize("extra", [{"wait": "true"}, {"wait": True}, {"wait": False}, {}])
def test_wait_may_be_a_string_a_boolean_or_absent(alice: Client, extra: dict[str, Any]) -> None:
    assert alice.rest("device/connect", {"deviceaddress": SSH, "hostip": "0.0.0.0", **extra}).json()["status"] == "true"


def test_ids_are_compared_without_case(alice: Client) -> None:
    connection = alice.open(SSH.lower())
    assert alice.stop(SSH.lower(), connection["connectionid"].upper()).json()["status"] == "true"


@pytest.mark.parametrize(
    ("service", "reason"),
    [
        (UNKNOWN, "[0861]"),
        (PI, "[0861]"),
        ("nonsense", "bad device address"),
        (LAPTOP_SSH, "inactive"),
        (VNC, "disabled"),
        (GATEWAY_SSH, "permission"),
    ],
)
def test_a_refused_connect_is_200_with_status_false(
    simulator: AdminClient, alice: Client, service: str, reason: str
) -> None:
    response = alice.rest("device/connect", {"deviceaddress": service, "wait": "true", "hostip": "0.0.0.0"})
    assert response.status_code == 200
    assert response.json()["status"] == "false"
    assert reason in response.json()["reason"]
    assert simulator.state()["connections"] == []


def test_a_service_one_may_not_even_see_is_unknown(bob: Client) -> None:
    answer = bob.rest("device/connect", {"deviceaddress": GATEWAY_SSH, "hostip": "0.0.0.0"}).json()
    assert "[0861]" in answer["reason"]


def test_without_hostip_the_proxy_is_for_the_caller(simulator: AdminClient, alice: Client) -> None:
    alice.rest("device/connect", {"deviceaddress": SSH, "wait": "true"})
    assert [one["hostip"] for one in simulator.state()["connections"]] == ["127.0.0.1"]


def test_stop_closes_and_a_second_stop_is_401(simulator: AdminClient, alice: Client) -> None:
    connection_id = alice.open(SSH)["connectionid"]
    first, second = alice.stop(SSH, connection_id), alice.stop(SSH, connection_id)
    assert (first.status_code, first.json()) == (200, {"status": "true", "connectionid": connection_id})
    assert (second.status_code, second.json()["status"]) == (401, "false")
    assert second.json()["reason"]
    assert simulator.state()["connections"] == []


def test_stop_needs_the_right_service_connection_and_user(simulator: AdminClient, alice: Client, bob: Client) -> None:
    connection_id = alice.open(SSH)["connectionid"]
    refused = [alice.stop(WEB, connection_id), alice.stop(SSH, "no-such-id"), bob.stop(SSH, connection_id)]
    assert [response.status_code for response in refused] == [401, 401, 401]
    assert len(simulator.state()["connections"]) == 1


def test_list_has_one_entry_per_service_and_one_for_the_device(alice: Client) -> None:
    answer = alice.services().json()
    assert answer["length"] == len(answer["devices"]) == 6
    entries = {entry["deviceaddress"]: entry for entry in answer["devices"]}
    assert entries[PI]["servicetitle"] == "Bulk Service"
    assert (entries[SSH]["devicealias"], entries[SSH]["devicestate"]) == ("SSH", "active")
    assert entries[SSH]["devicetype"].startswith("00:1C:")
    assert (entries[LAPTOP_SSH]["shared"], entries[LAPTOP_SSH]["devicestate"]) == ("shared-from", "inactive")


@pytest.mark.parametrize("headers", [{"DeveloperKey": None}, {"DeveloperKey": "bob-developer"}])
def test_the_developer_key_must_be_right(alice: Client, headers: dict[str, str | None]) -> None:
    response = alice.rest("device/connect", {"deviceaddress": SSH}, headers=headers)
    assert response.status_code == 401
    expected = {"status": "false", "reason": "api key failed validation", "code": "GENERAL_ERROR"}
    assert response.json() == expected


def test_the_developer_key_may_be_sent_as_apikey(alice: Client) -> None:
    headers = {"DeveloperKey": None, "apikey": "alice-developer"}
    assert alice.rest("device/connect", {"deviceaddress": SSH, "hostip": "0.0.0.0"}, headers=headers).ok


def test_the_seed_variant_has_the_fields_of_the_vendor_page_only(start: Start) -> None:
    answer = Client(start(rest_answer="seed")).rest("device/connect", {"deviceaddress": SSH, "hostip": "0.0.0.0"})
    assert sorted(answer.json()) == ["connection", "status"]
    assert sorted(answer.json()["connection"]) == ["connectionid", "deviceaddress", "expirationsec", "proxy"]


def test_the_toplevel_variant_has_the_id_outside_only(start: Start) -> None:
    answer = Client(start(rest_answer="toplevel_id")).rest(
        "device/connect", {"deviceaddress": SSH, "hostip": "0.0.0.0"}
    )
    assert answer.json()["connectionid"]
    assert "connectionid" not in answer.json()["connection"]


def test_slashes_may_be_escaped_and_expiry_a_number(start: Start) -> None:
    client = Client(start(rest_escaped_slashes=True, rest_integer_expiry=True, lifetime=600))
    response = client.rest("device/connect", {"deviceaddress": SSH, "hostip": "0.0.0.0"})
    assert r"http:\/\/127.0.0.1:" in response.text
    assert json.loads(response.text)["connection"]["expirationsec"] == 600


def test_override_closes_the_older_connection_and_says_so(start: Start) -> None:
    server = start(second_connect="override")
    first, second = Client(server).open(SSH), Client(server).open(SSH)
    assert second["connectionOverridden"] == "true"
    assert second["previousConnection"] == first["proxy"]
    assert [one["id"] for one in server.state()["connections"]] == [second["connectionid"]]


def test_too_many_requests_are_throttled(start: Start) -> None:
    client = Client(start(rate_limit={"requests": 2, "window": 60}))
    assert client.services().status_code == 200
    assert client.services().status_code == 200
    refused = client.services()
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60


def test_other_endpoints_do_not_exist(simulator: AdminClient, alice: Client) -> None:
    assert alice.rest("device/name", {"deviceaddress": SSH, "devicealias": "new"}).status_code == 404
    assert alice.send("GET", f"{simulator.rest_url}/device/connect").status_code == 404


@pytest.mark.parametrize("path", ["user/login", "user/login/authhash"])
@pytest.mark.parametrize("signed", [True, False])
def test_the_login_by_password_is_refused_in_the_words_of_the_real_one(
    simulator: AdminClient, alice: Client, path: str, signed: bool
) -> None:
    body = {"username": "alice@example.com", "password": "word"}
    if signed:
        response = alice.rest(path, body)
    else:
        headers = {"developerkey": "alice-developer"}
        response = requests.post(f"{simulator.rest_url}/{path}", json=body, headers=headers, timeout=PATIENCE)
    reason = "[0102] The username or password is invalid"
    assert response.status_code == 401
    assert response.json() == {"status": "false", "reason": reason, "code": "GENERAL_ERROR"}
    assert [(call["operation"], call["status"]) for call in simulator.calls()] == [("login", 401)]


@pytest.mark.parametrize("headers", [{}, {"token": "2F6A9C"}])
def test_a_token_opens_nothing(simulator: AdminClient, headers: dict[str, str]) -> None:
    headers = {"developerkey": "alice-developer", **headers}
    body = {"deviceaddress": SSH, "wait": "true", "hostip": "0.0.0.0"}
    response = requests.post(f"{simulator.rest_url}/device/connect", json=body, headers=headers, timeout=PATIENCE)
    assert response.status_code == 401
    assert response.json() == {"status": "false", "reason": "missing api token", "code": "GENERAL_ERROR"}
    assert simulator.state()["connections"] == []


def test_the_call_log_tells_what_was_asked_and_keeps_no_secret(simulator: AdminClient, alice: Client) -> None:
    connection_id = alice.open(SSH)["connectionid"]
    alice.stop(SSH, connection_id)
    connect, stop = simulator.calls("rest")
    assert (connect["operation"], stop["operation"]) == ("connect", "stop")
    assert connect["service_id"] == SSH
    assert (connect["dialect"], connect["key_id"], connect["status"]) == ("cavage", ALICE_KEY, 200)
    assert connect["connection_id"] == stop["connection_id"] == connection_id
    assert "alice-developer" not in json.dumps(simulator.calls())
