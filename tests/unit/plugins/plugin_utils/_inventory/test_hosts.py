# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Devices and services as hosts: variables, groups, and the service that SSH uses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.community.remoteit.plugins.plugin_utils._inventory.hosts import (
    DEFAULT_GROUPS,
    FleetHost,
    default_groups,
)
from tests.doubles.fleet_hosts import DEVICE, SSH, WEB, device_host, service_hosts

COMMON = {
    "owner": "owner@example.com",
    "tags": ["kitchen", "on-site"],
    "platform": 1213,
    "platform_name": "Raspberry Pi",
    "shared": False,
    "created": "2026-01-02T03:04:05.000Z",
    "last_reported": "2026-02-03T04:05:06.000Z",
    "external_address": "198.51.100.7",
    "hardware_id": "02:00:00:00:00:01-1a2b",
    "version": "5.4.2",
    "configurable": True,
    "device_permissions": ["CONNECT", "MANAGE", "VIEW"],
    "license": "LICENSED",
    "organisation": None,
    "device_id": DEVICE.id,
    "device_name": "pi-kitchen",
    "device_online": True,
    "device_attributes": {"rack": 7},
}


def plain(host: FleetHost) -> dict[str, Any]:
    return {name.removeprefix("r_"): value for name, value in host.variables.items() if name.startswith("r_")}


def test_the_variables_of_a_service() -> None:
    shell, web = service_hosts(DEVICE)
    assert plain(shell) == {
        **COMMON,
        "id": SSH.id,
        "name": "shell",
        "service_id": SSH.id,
        "service_name": "shell",
        "state": "online",
        "online": True,
        "application": 28,
        "application_name": "SSH",
        "protocol": "TCP",
        "host": "127.0.0.1",
        "port": 22,
        "enabled": True,
        "can_connect": True,
        "permissions": ["CONNECT", "VIEW"],
        "attributes": {"user": "pi"},
        "link": None,
    }
    assert (shell.words, shell.speaks_ssh, web.speaks_ssh) == (("pi-kitchen", "shell"), True, False)


def test_the_variables_of_a_device() -> None:
    host = device_host(DEVICE)
    assert plain(host) == {
        **COMMON,
        "id": DEVICE.id,
        "name": "pi-kitchen",
        "service_id": SSH.id,
        "service_name": "shell",
        "state": "online",
        "online": True,
        "permissions": ["CONNECT", "MANAGE", "VIEW"],
        "attributes": {"rack": 7},
        "services": {"shell": SSH.as_result(), "web": WEB.as_result()},
    }
    assert (host.words, host.service) == (("pi-kitchen",), SSH)


def test_a_service_of_a_device_that_is_offline_is_offline() -> None:
    shell, _web = service_hosts(replace(DEVICE, online=False))
    assert (shell.online, plain(shell)["state"]) == (False, "offline")
    (only,) = service_hosts(replace(DEVICE, services=(replace(SSH, online=False),)))
    assert (only.online, plain(only)["device_online"]) == (False, True)


def test_services_that_share_a_name_stand_under_their_ids() -> None:
    host = device_host(replace(DEVICE, services=(SSH, replace(WEB, name="shell"))))
    assert set(plain(host)["services"]) == {SSH.id, WEB.id}


def test_which_service_speaks_ssh() -> None:
    other = replace(SSH, application=1, application_name="TCP")
    named = replace(SSH, application=99, application_name="ssh")
    for service, names, expected in ((SSH, (), True), (other, (), False), (other, ("shell",), True), (named, (), True)):
        (host,) = service_hosts(replace(DEVICE, services=(service,)), *names)
        assert host.speaks_ssh is expected


def test_the_ssh_service_of_a_device_is_never_guessed() -> None:
    second = replace(SSH, id=WEB.id, name="backup shell")
    device = replace(DEVICE, services=(second, SSH))
    warnings: list[str] = []
    host = device_host(device, warnings=warnings)
    assert host.service is None and "service_id" not in plain(host)
    (warning,) = warnings
    assert "has 2 SSH services, so none was chosen: name one of backup shell, shell in ssh_service" in warning
    assert device_host(device, "missing", "shell").service == SSH
    many = tuple(replace(SSH, id=f"{SSH.id[:-2]}{number:02X}", name=f"shell{number}") for number in range(30))
    device_host(replace(DEVICE, services=many), warnings=warnings)
    assert (
        "has 30 SSH services" in warnings[1] and "shell29" not in warnings[1] and " more in ssh_service" in warnings[1]
    )
    assert device_host(replace(DEVICE, services=(WEB,))).service is None
    assert device_host(DEVICE, "web", "shell").service == WEB


def test_groups() -> None:
    shell, _web = service_hosts(DEVICE)
    assert default_groups(shell, DEFAULT_GROUPS) == [
        "remoteit",
        "remoteit_online",
        "remoteit_tag_kitchen",
        "remoteit_tag_on_site",
        "remoteit_application_ssh",
        "remoteit_platform_raspberry_pi",
    ]
    assert default_groups(shell, ()) == []
    for wanted, expected in (("state", 1), ("tags", 2), ("applications", 1), ("platforms", 1), ("remoteit", 1)):
        assert len(default_groups(shell, (wanted,))) == expected
    host = device_host(DEVICE)
    assert default_groups(host, ("applications",)) == ["remoteit_application_ssh", "remoteit_application_http"]


def test_groups_of_what_has_no_name() -> None:
    nameless = replace(SSH, application=99, application_name="")
    host = device_host(replace(DEVICE, platform=5, platform_name="", services=(nameless,)))
    assert default_groups(host, ("applications", "platforms")) == ["remoteit_application_99", "remoteit_platform_5"]
    bare = device_host(replace(DEVICE, platform=None, platform_name="", services=()))
    assert default_groups(bare, ("applications", "platforms")) == []
