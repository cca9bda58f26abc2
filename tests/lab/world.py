# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fleet of the lab, as the simulator's configuration and as an Ansible inventory."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from .ssh_device import SshDevice

KEY_ID = "LABACCESSKEY00000001"
DISABLED_KEY_ID = "LABACCESSKEY00000002"
SECRET = base64.b64encode(b"the lab's signing key, 30 by..").decode()
DEVELOPER_KEY = "TGFiRGV2ZWxvcGVyS2V5"
OWNER = "owner@example.com"
NEIGHBOUR = "neighbour@example.com"
SSH_APPLICATION = 28
HTTP_APPLICATION = 7
TCP_APPLICATION = 1


def service_id(device: int, service: int) -> str:
    """The id of a service by the numbers of its device and of itself."""
    return f"80:00:00:00:00:00:{device:02X}:{service:02X}"


DATABASE = service_id(0x90, 1)
OTHER = service_id(0x90, 2)
WEB = service_id(0x90, 3)
DISABLED = service_id(0x90, 4)
OFFLINE = service_id(0x91, 1)
VIEW_ONLY = service_id(0x92, 1)
UNKNOWN = service_id(0x99, 1)


def simulator_config(devices: Sequence[SshDevice], behaviour: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A simulator's configuration: an SSH service on each device, and one service for each special case above."""
    some_target = f"127.0.0.1:{devices[0].port}"
    ssh_devices = [
        device(
            number,
            one.name,
            _service(service_id(number, 1), SSH_APPLICATION, f"127.0.0.1:{one.port}", name="ssh"),
        )
        for number, one in enumerate(devices, start=1)
    ]
    return {
        "behaviour": dict(behaviour or {}),
        "accounts": [
            {
                "id": "f0:00:00:00:00:00:00:01",
                "email": OWNER,
                "developer_key": DEVELOPER_KEY,
                "access_keys": [
                    {"id": KEY_ID, "secret": SECRET},
                    {"id": DISABLED_KEY_ID, "secret": SECRET, "enabled": False},
                ],
            },
            {"id": "f0:00:00:00:00:00:00:02", "email": NEIGHBOUR},
        ],
        "devices": [
            *ssh_devices,
            device(
                0x90,
                "cabinet",
                _service(DATABASE, TCP_APPLICATION, some_target),
                _service(OTHER, TCP_APPLICATION, some_target),
                _service(WEB, HTTP_APPLICATION, some_target),
                _service(DISABLED, TCP_APPLICATION, some_target, enabled=False),
            ),
            device(0x91, "cellar", _service(OFFLINE, TCP_APPLICATION, some_target), online=False),
            device(
                0x92,
                "next door",
                _service(VIEW_ONLY, TCP_APPLICATION, some_target),
                owner=NEIGHBOUR,
                shared_with=[{"account": OWNER, "permissions": ["VIEW"]}],
            ),
        ],
    }


def device(number: int, name: str, *services: dict[str, Any], owner: str = OWNER, **more: Any) -> dict[str, Any]:
    """A device of a simulator's configuration."""
    return {"id": service_id(number, 0), "name": name, "owner": owner, "services": list(services), **more}


def _service(id_: str, application: int, target: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "name": f"service {id_[-2:]}", "application": application, "target": target, **more}


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
    for number, one in enumerate(devices, start=1):
        service = service_id(number, 1)
        lines.append(f"remoteit-{service.replace(':', '').lower()} {one.host_key}\n")
        hosts[one.name] = {
            "remoteit_service_id": service,
            "ansible_user": one.user,
            "ansible_ssh_private_key_file": str(one.user_key),
        }
    known_hosts.write_text("".join(lines))
    variables = {
        "ansible_python_interpreter": python,
        # An sshd that is not run by root cannot hand out terminals, and hangs up when it is asked for one.
        "ansible_ssh_use_tty": False,
        "ansible_ssh_common_args": f"-o UserKnownHostsFile={known_hosts} -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes",
    }
    path.write_text(yaml.safe_dump({"pis": {"hosts": hosts, "vars": variables}}))
