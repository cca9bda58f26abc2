# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connect links are made, changed and removed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.admin_client import AdminClient

from .client import Client
from .conftest import Start
from .world import PI, SSH, UNKNOWN, VNC, WEB, configuration
from .writing import done, mutate, refusal, service

LINK = "url code enabled password allow deny created"


def set_link(client: Client, service_id: str = WEB, /, **values: Any) -> Any:
    """Make or change a link and return it."""
    return done(mutate(client, "setConnectLink", LINK, serviceId=service_id, **values))


def link_of(client: Client, service_id: str = WEB) -> Any:
    """Return a link as it is read."""
    return (service(client, service_id, f"link {{ {LINK} }}") or {})["link"]


def test_a_link_is_made_changed_and_removed(alice: Client) -> None:
    assert link_of(alice) is None
    made = set_link(alice, enabled=True)
    assert (made["enabled"], made["password"], made["allow"], made["deny"]) == (True, None, [], [])
    assert made["url"].startswith("https://")
    assert made["code"]
    assert link_of(alice) == made
    changed = set_link(alice, allow=["192.0.2.0/24", "198.51.100.7/32"], deny=["192.0.2.9"], password="sesame")
    lists = {"allow": ["192.0.2.0/24", "198.51.100.7/32"], "deny": ["192.0.2.9"]}
    assert changed == {**made, **lists, "password": "sesame"}
    assert link_of(alice) == changed
    assert done(mutate(alice, "removeConnectLink", serviceId=WEB)) is True
    assert link_of(alice) is None
    assert set_link(alice)["url"] != made["url"]


def test_what_is_not_sent_stays_and_a_password_that_is_null_goes(alice: Client) -> None:
    made = set_link(alice, password="sesame", allow=["192.0.2.0/24"])
    assert set_link(alice, enabled=False) == {**made, "enabled": False}
    assert set_link(alice, allow=None, enabled=True) == made
    assert set_link(alice, password=None) == {**made, "password": None}
    assert set_link(alice, allow=[]) == {**made, "password": None, "allow": []}


@pytest.mark.parametrize(("rule", "told"), [("plain", "sesame"), ("stars", "********"), ("omitted", None)])
def test_a_password_may_not_be_told(start: Start, rule: str, told: str | None) -> None:
    alice = Client(start(link_password=rule))
    assert set_link(alice)["password"] is None
    assert set_link(alice, password="sesame")["password"] == told
    assert link_of(alice)["password"] == told


@pytest.mark.parametrize(("rule", "same"), [("stable", True), ("rotates", False)])
def test_a_link_that_is_enabled_again_may_have_another_url(start: Start, rule: str, same: bool) -> None:
    alice = Client(start(link_url=rule))
    url = set_link(alice)["url"]
    assert set_link(alice, enabled=True)["url"] == url
    assert set_link(alice, enabled=False)["url"] == url
    assert (set_link(alice, enabled=True)["url"] == url) is same


def test_links_are_for_those_who_manage(simulator: AdminClient, alice: Client, bob: Client) -> None:
    made = set_link(alice)
    assert link_of(bob) is None
    assert refusal(mutate(bob, "setConnectLink", "url", serviceId=WEB)) == "Permission denied: MANAGE"
    assert refusal(mutate(bob, "removeConnectLink", serviceId=WEB)) == "Permission denied: MANAGE"
    simulator.update(PI, permissions={"bob": ["VIEW", "MANAGE"]})
    assert link_of(bob) == made


@pytest.mark.parametrize("id_", [UNKNOWN, PI])
def test_only_services_have_links(alice: Client, id_: str) -> None:
    assert refusal(mutate(alice, "setConnectLink", "url", serviceId=id_)) == "Service not found"
    assert refusal(mutate(alice, "removeConnectLink", serviceId=id_)) == "Service not found"


def test_what_is_not_there_is_not_removed(alice: Client) -> None:
    assert refusal(mutate(alice, "removeConnectLink", serviceId=WEB)) == "Connect link not found"


@pytest.mark.parametrize("key", ["allow", "deny"])
def test_networks_are_networks(alice: Client, key: str) -> None:
    values = {key: ["192.0.2.0/24", "everybody"]}
    assert refusal(mutate(alice, "setConnectLink", "url", serviceId=WEB, **values)) == "Invalid CIDR"
    assert link_of(alice) is None


def test_a_link_has_a_type(alice: Client) -> None:
    for id_ in (WEB, SSH):
        set_link(alice, id_)
    fields = "all: link { enabled } https: link(type: HTTPS) { service { id } } wss: link(type: [WSS]) { enabled }"
    enabled = {"enabled": True}
    assert service(alice, WEB, fields) == {"all": enabled, "https": {"service": {"id": WEB}}, "wss": None}
    assert service(alice, SSH, fields) == {"all": enabled, "https": None, "wss": enabled}


def test_the_configuration_can_have_links_and_a_reset_brings_them_back(start: Start) -> None:
    config = configuration()
    url = "https://garage.connect.remote.it"
    config["devices"][0]["services"][1]["link"] = {"url": url, "password": "sesame", "enabled": False}
    server = start(config)
    alice = Client(server)
    configured = link_of(alice)
    assert (configured["url"], configured["password"], configured["enabled"]) == (url, "sesame", False)
    set_link(alice, enabled=True, password=None)
    set_link(alice, VNC)
    server.reset()
    assert link_of(alice) == configured
    assert link_of(alice, VNC) is None
