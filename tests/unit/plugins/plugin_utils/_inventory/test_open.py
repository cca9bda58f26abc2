# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts that are reached by what is open."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.connection import Connection
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.plugin_utils._inventory.hosts import FleetHost
from ansible_collections.community.remoteit.plugins.plugin_utils._inventory.open import (
    Opening,
    connection_variables,
    held_connections,
    is_connected,
    opened_connections,
)
from tests.doubles.fleet_hosts import DEVICE, SSH, WEB, device_host, service_hosts
from tests.doubles.held import Site, made
from tests.doubles.material import NOW, SERVICE, connection

HERE = replace(SSH, id=SERVICE)
PI = replace(DEVICE, services=(HERE,))
ME = process_name(os.getpid())
OPENING = Opening(Wanted(Access(), holder=ME), concurrency=2, limit=1, timeout=20.0)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    with site.account.server:
        yield site


def opened(site: Site, *hosts: FleetHost, **changes: Any) -> dict[str, Connection]:
    return opened_connections(site.settings, hosts, replace(OPENING, **changes), site.warnings.append)


def test_what_is_open_now_is_found_and_nothing_is_opened(site: Site) -> None:
    site.hold(made("OLD", ago=600), made("NEWER", ago=60), made("OVER", expires_at=time.time() - 1))
    assert site.account.sessions is not None
    site.account.sessions = [one for one in site.account.sessions if one["id"] != "OVER"]
    assert held_connections(site.settings, 20.0, site.warnings.append)[SERVICE].id == "NEWER"
    assert "connect" not in site.account.asked


def test_each_service_that_can_be_connected_to_gets_a_connection(site: Site) -> None:
    (host,) = service_hosts(PI)
    assert opened(site, host)[SERVICE].id == "NEW"
    assert site.held() == {"NEW": (False, (ME,))}
    # a host for the device is the same service
    assert opened(site, host, device_host(PI))[SERVICE].id == "NEW"
    assert site.account.asked.count("connect") == 1


@pytest.mark.parametrize(
    "device",
    [
        replace(PI, online=False),
        replace(PI, services=(replace(HERE, online=False),)),
        replace(PI, services=(replace(HERE, enabled=False),)),
        replace(PI, services=(replace(HERE, can_connect=False),)),
        replace(PI, services=()),
    ],
)
def test_what_cannot_be_connected_to_is_not_tried(device: Any, site: Site) -> None:
    assert opened(site, *service_hosts(device), device_host(device)) == {}
    assert (site.account.asked, site.warnings) == ([], [])


def test_more_than_are_allowed_are_refused_before_any_is_opened(site: Site) -> None:
    with pytest.raises(OptionError, match="would open connections to 2 services, and open_limit is 1: choose"):
        opened(site, *service_hosts(replace(PI, services=(HERE, WEB))))
    with pytest.raises(OptionError, match="concurrency=0"):
        opened(site, *service_hosts(PI), concurrency=0)
    assert site.account.asked == []


def test_what_cannot_be_opened_is_warned_of_by_the_names_of_its_host(site: Site) -> None:
    site.account.says["connect"] = {"status": "false", "reason": "not today"}
    assert opened(site, *service_hosts(PI)) == {}
    (warning,) = site.warnings
    assert warning.startswith("pi-kitchen/shell: ") and "not today" in warning


def test_a_host_is_connected_by_any_of_its_services() -> None:
    host = device_host(DEVICE)
    assert is_connected(host, {WEB.id: connection(service_id=WEB.id)})
    assert not is_connected(host, {SERVICE: connection()})


def variables(host: FleetHost, *connections: Connection) -> dict[str, Any]:
    return connection_variables(host, "r_", {one.service_id: one for one in connections}, {}, NOW)


def test_what_speaks_ssh_is_led_through_its_connection() -> None:
    shell = service_hosts(DEVICE)[0]
    made = variables(shell, connection(service_id=SSH.id))
    assert (made["ansible_host"], made["ansible_port"]) == ("proxy18.rt3.io", 38575)
    assert "HostKeyAlias=remoteit-8000000001000002" in made["ansible_ssh_args"]
    assert made["r_connection"]["expires_in"] == 28800


def test_a_web_page_has_a_connection_and_leads_nowhere() -> None:
    web = service_hosts(DEVICE)[1]
    page = connection(service_id=WEB.id, type="reverse", port=None, host="abc.p18.rt3.io")
    made = variables(web, page)
    assert made["r_connection"]["url"] == "https://abc.p18.rt3.io"
    assert made["ansible_host"] == "remoteit-8000000001000003"


def test_what_is_not_open_leads_nowhere() -> None:
    shell = service_hosts(DEVICE)[0]
    assert variables(shell) == {"ansible_host": "remoteit-8000000001000002"}


def test_a_device_tells_the_connection_of_each_of_its_services() -> None:
    made = variables(device_host(DEVICE), connection(service_id=WEB.id, type="reverse", port=None))
    told = {
        name: service["connection"] and service["connection"]["type"] for name, service in made["r_services"].items()
    }
    assert told == {"shell": None, "web": "reverse"}
