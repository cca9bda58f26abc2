# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fleet of the lab, as the simulator's configuration and as an Ansible inventory."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from .ssh_device import SshDevice

KEY_ID = "LABACCESSKEY00000001"
SECRET = base64.b64encode(b"the lab's signing key, 30 by..").decode()
DEVELOPER_KEY = "TGFiRGV2ZWxvcGVyS2V5"
OWNER = "owner@example.com"
SSH_APPLICATION = 28
HTTP_APPLICATION = 7


def service_id(device: int, service: int) -> str:
    """The id of a service by the numbers of its device and of itself."""
    return f"80:00:00:00:00:00:{device:02X}:{service:02X}"


def simulator_config(devices: Iterable[SshDevice], behaviour: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A simulator's configuration with one SSH service on each device."""
    return {
        "behaviour": dict(behaviour or {}),
        "accounts": [
            {
                "id": "f0:00:00:00:00:00:00:01",
                "email": OWNER,
                "developer_key": DEVELOPER_KEY,
                "access_keys": [{"id": KEY_ID, "secret": SECRET}],
            }
        ],
        "devices": [
            {
                "id": service_id(number, 0),
                "name": device.name,
                "owner": OWNER,
                "services": [
                    {
                        "id": service_id(number, 1),
                        "name": "ssh",
                        "application": SSH_APPLICATION,
                        "port": 22,
                        "target": f"127.0.0.1:{device.port}",
                    }
                ],
            }
            for number, device in enumerate(devices, start=1)
        ],
    }


def environment(rest_url: str, graphql_url: str, root: Path) -> dict[str, str]:
    """The variables by which the collection finds the simulator, its account and a registry below *root*."""
    return {
        "R3_ACCESS_KEY_ID": KEY_ID,
        "R3_SECRET_ACCESS_KEY": SECRET,
        "R3_DEVELOPER_API_KEY": DEVELOPER_KEY,
        "R3_REST_URL": rest_url,
        "R3_GRAPHQL_URL": graphql_url,
        "REMOTEIT_REGISTRY": str(root / "registry"),
    }


def write_inventory(path: Path, devices: Iterable[SshDevice], python: str) -> None:
    """An inventory whose hosts have no address: only the id of their SSH service and a host key to check."""
    known_hosts = path.with_name("known_hosts")
    hosts: dict[str, Any] = {}
    lines = []
    for number, device in enumerate(devices, start=1):
        service = service_id(number, 1)
        lines.append(f"remoteit-{service.replace(':', '').lower()} {device.host_key}\n")
        hosts[device.name] = {
            "remoteit_service_id": service,
            "ansible_user": device.user,
            "ansible_ssh_private_key_file": str(device.user_key),
        }
    known_hosts.write_text("".join(lines))
    variables = {
        "ansible_python_interpreter": python,
        "ansible_ssh_common_args": f"-o UserKnownHostsFile={known_hosts} -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes",
    }
    path.write_text(yaml.safe_dump({"pis": {"hosts": hosts, "vars": variables}}))
