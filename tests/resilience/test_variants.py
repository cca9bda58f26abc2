# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every wire, dialect and kind of access, and every variant of the API: what changes is the same."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.site import PAGE, SERVICE, Site, configuration
from tests.lab.target import answering_target
from tests.simulator.threaded import ThreadedSimulator

APIS = ["rest", "graphql"]


@pytest.fixture
def variant(tmp_path: Path, behaviour: dict[str, Any]) -> Iterator[Site]:
    """A site whose simulator has another *behaviour*."""
    with answering_target() as target, ThreadedSimulator(configuration(target, **behaviour)) as cloud:
        yield Site(cloud, tmp_path)


def changes(*results: dict[str, Any]) -> list[bool]:
    """Which of the tasks changed something."""
    return [result["changed"] for result in results]


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("signature", ["auto", "cavage", "rfc9421"])
def test_open_reuse_close_on_each_wire_in_each_dialect(site: Site, api: str, signature: str) -> None:
    way: dict[str, Any] = {"api": api, "signature": signature}
    opened = site.task(**way)
    again = site.task(service_id=SERVICE.lower(), **way)
    checked = site.task(verify_after=0, **way)
    closed = site.task(state="absent", **way)
    assert changes(opened, again, checked, closed, site.task(state="absent", **way)) == [
        True,
        False,
        False,
        True,
        False,
    ]
    assert opened["connection"]["service_id"] == SERVICE
    assert opened["connection"]["api"] == api
    assert opened["connection"]["type"] == "port"
    assert again["connection"]["id"] == opened["connection"]["id"]
    assert closed["closed"] == [opened["connection"]["id"]]
    calls = site.cloud.calls()
    writes = [call["operation"] for call in calls if call["operation"] != "query"]
    assert writes == ["connect", {"rest": "stop", "graphql": "disconnect"}[api]]
    first = {"rest": "cavage", "graphql": "rfc9421"}
    assert {(call["wire"], call["dialect"]) for call in calls} == {
        (wire, first[wire] if signature == "auto" else signature) for wire in (api, "graphql")
    }
    assert site.open_ids() == []


@pytest.mark.parametrize(
    ("options", "access", "client_ip", "hostip"),
    [
        ({}, "latching", None, "255.255.255.255"),
        ({"access": "latching"}, "latching", None, "255.255.255.255"),
        ({"hostip": "255.255.255.255"}, "latching", None, "255.255.255.255"),
        ({"access": "public"}, "public", None, "0.0.0.0"),
        ({"hostip": "0.0.0.0"}, "public", None, "0.0.0.0"),
        ({"access": "restricted", "client_ip": "127.0.0.9"}, "restricted", "127.0.0.9", "127.0.0.9"),
        ({"hostip": "127.0.0.9"}, "restricted", "127.0.0.9", "127.0.0.9"),
    ],
)
@pytest.mark.parametrize("api", APIS)
def test_each_access(
    site: Site, api: str, options: dict[str, Any], access: str, client_ip: str | None, hostip: str
) -> None:
    opened, again = site.task(api=api, **options), site.task(api=api, **options)
    assert (opened["connection"]["access"], opened["connection"]["client_ip"]) == (access, client_ip)
    assert changes(opened, again) == [True, False]
    assert [item["hostip"] for item in site.cloud.state()["connections"]] == [hostip]
    assert any("anyone who finds" in warning for warning in site.warnings) == (access == "public")


@pytest.mark.parametrize("api", APIS)
def test_a_reverse_proxy_is_public_and_has_no_port(site: Site, api: str) -> None:
    web: dict[str, Any] = {"service_id": PAGE, "api": api}
    opened = site.task(**web)
    (warning,) = site.warnings
    assert "access=latching has no effect" in warning
    assert changes(opened, site.task(access="public", **web), site.task(state="absent", **web)) == [True, False, True]
    connection = opened["connection"]
    assert (connection["type"], connection["port"], connection["access"]) == ("reverse", None, "public")
    assert connection["url"] == connection["proxy"] == f"https://{connection['host']}"


@pytest.mark.parametrize(
    "behaviour",
    [
        {"rest_answer": "seed"},
        {"rest_answer": "toplevel_id", "rest_escaped_slashes": True},
        {"rest_integer_expiry": True},
        {"rest_session_id": "different"},
        {"rest_session_id": "different", "rest_answer": "seed"},
        {"id_case": "mixed"},
        {"disconnect_unknown": "false"},
        {"session_delay": 3},
    ],
    ids=str,
)
@pytest.mark.parametrize("api", APIS)
def test_every_variant_of_the_api_gives_the_same_changes(variant: Site, api: str) -> None:
    results = [
        variant.task(api=api),
        variant.task(api=api, verify_after=0),
        variant.task(api=api, state="absent"),
        variant.task(api=api, state="absent"),
    ]
    assert changes(*results) == [True, False, True, False]
    assert variant.open_ids() == []


@pytest.mark.parametrize("behaviour", [{"lifetime": 2}])
def test_an_expired_connection_is_not_used_again(variant: Site) -> None:
    first = variant.task(min_remaining=0)
    time.sleep(2)
    second = variant.task(min_remaining=0)
    assert second["changed"]
    assert second["connection"]["id"] != first["connection"]["id"]
    assert variant.task(state="absent")["closed"] == [second["connection"]["id"]]


@pytest.mark.parametrize("behaviour", [{"second_connect": "override"}])
def test_a_connection_that_a_second_one_replaced_is_noticed(variant: Site) -> None:
    ids = [variant.task(access=access)["connection"]["id"] for access in ("latching", "public")]
    # Within its first seconds, a connection that is not listed may just be listed late.
    time.sleep(6)
    ids.append(variant.task(access="latching", verify_after=0)["connection"]["id"])
    assert len(set(ids)) == 3
    assert variant.task(state="absent")["closed"] == ids[2:]
    assert variant.open_ids() == []


@pytest.mark.parametrize("api", APIS)
def test_connection_id_closes_just_that_one(site: Site, api: str) -> None:
    one, two = site.task(api=api), site.task(api=api, access="public")
    by_id: dict[str, Any] = {"api": api, "state": "absent", "connection_id": one["connection"]["id"]}
    assert changes(one, two, site.task(**by_id), site.task(**by_id)) == [True, True, True, False]
    assert site.open_ids() == [two["connection"]["id"]]


@pytest.mark.parametrize("api", APIS)
def test_closing_what_was_closed_elsewhere_changes_nothing(site: Site, api: str) -> None:
    assert site.cloud.close(site.task(api=api)["connection"]["id"])
    closed = site.task(api=api, state="absent")
    assert (closed["changed"], closed["closed"]) == (False, [])
