# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A device with two services, and the hosts that an inventory makes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._fleet.device import Device, FleetService
from ansible_collections.community.remoteit.plugins.plugin_utils._inventory.hosts import (
    FleetHost,
    hosts_of_devices,
    hosts_of_services,
)

SSH = FleetService(
    id="80:00:00:00:01:00:00:02",
    name="shell",
    application=28,
    application_name="SSH",
    protocol="TCP",
    host="127.0.0.1",
    port=22,
    enabled=True,
    online=True,
    can_connect=True,
    permissions=("CONNECT", "VIEW"),
    attributes={"user": "pi"},
    link=None,
)


WEB = replace(SSH, id="80:00:00:00:01:00:00:03", name="web", application=7, application_name="HTTP", attributes={})


DEVICE = Device(
    id="80:00:00:00:01:00:00:01",
    name="pi-kitchen",
    online=True,
    platform=1213,
    platform_name="Raspberry Pi",
    tags=("kitchen", "on-site"),
    owner="owner@example.com",
    shared=False,
    attributes={"rack": 7},
    created="2026-01-02T03:04:05.000Z",
    last_reported="2026-02-03T04:05:06.000Z",
    external_address="198.51.100.7",
    hardware_id="02:00:00:00:00:01-1a2b",
    version="5.4.2",
    configurable=True,
    permissions=("CONNECT", "MANAGE", "VIEW"),
    license="LICENSED",
    organisation=None,
    services=(SSH, WEB),
)


def service_hosts(device: Device, *ssh_names: str) -> list[FleetHost]:
    return list(hosts_of_services([device], "r_", ssh_names))


def device_host(device: Device, *ssh_names: str, warnings: list[str] | None = None) -> FleetHost:
    (host,) = hosts_of_devices([device], "r_", ssh_names, pytest.fail if warnings is None else warnings.append)
    return host
