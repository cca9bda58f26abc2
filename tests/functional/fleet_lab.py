# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet to list: the lab's devices and more, with tags, attributes, an organisation, and a neighbour who shares."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.inventory.data import InventoryData
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import inventory_loader
from ansible.utils.display import Display

from tests.lab.lab import Lab
from tests.lab.playbook import Run
from tests.lab.ssh_device import SshDevice
from tests.lab.world import DEVELOPER_KEY, KEY_ID, NEIGHBOUR, OWNER, SECRET, device, service_id
from tests.simulator.admin_client import AdminClient

PLUGIN = "community.remoteit.remoteit"
ORGANISATION = "acme@example.com"
LINUX = 1

KITCHEN = service_id(0xA1, 1)
GARAGE = service_id(0xA2, 1)
GARAGE_WEB = service_id(0xA2, 2)
CELLAR = service_id(0xA3, 1)
NEXT_DOOR = service_id(0xA4, 1)
GATEWAY = service_id(0xA5, 1)


def service(id_: str, name: str = "ssh", application: int = 28, port: int = 22, **more: Any) -> dict[str, Any]:
    """A service of a simulator's configuration."""
    return {"id": id_, "name": name, "application": application, "port": port, **more}


def shared_by_the_neighbour(number: int, name: str, *services: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A device that somebody else shares with the owner."""
    return device(number, name, *services, owner=NEIGHBOUR, shared_with=[{"account": OWNER}], **more)


def simulator_config(devices: Sequence[Mapping[str, Any]], **behaviour: Any) -> dict[str, Any]:
    """A simulator's configuration with these devices."""
    return {
        "behaviour": behaviour,
        "accounts": [
            {
                "id": "f0:00:00:00:00:00:00:01",
                "email": OWNER,
                "developer_key": DEVELOPER_KEY,
                "access_keys": [{"id": KEY_ID, "secret": SECRET}],
                "memberships": [{"account": ORGANISATION, "role": "Operator", "permissions": ["VIEW", "CONNECT"]}],
            },
            {"id": "f0:00:00:00:00:00:00:02", "email": NEIGHBOUR},
            {"id": "f0:00:00:00:00:00:00:03", "email": ORGANISATION, "organization": "ACME"},
        ],
        "devices": list(devices),
    }


def example_devices(ssh_devices: Sequence[SshDevice]) -> list[dict[str, Any]]:
    """The fleet of the guide; the first two devices are real."""
    kitchen, garage = (f"127.0.0.1:{one.port}" for one in ssh_devices)
    return [
        device(
            0xA1,
            "pi-kitchen",
            service(KITCHEN, target=kitchen),
            tags=["kitchen", "production"],
            platform=LINUX,
            attributes={"site": "north", "rack": 7},
        ),
        device(
            0xA2,
            "pi-garage",
            service(GARAGE, target=garage),
            service(GARAGE_WEB, "web", 7, 80, target=garage),
            tags=["production"],
            platform=LINUX,
            attributes={"site": "south"},
        ),
        device(0xA3, "cellar", service(CELLAR), online=False),
        shared_by_the_neighbour(0xA4, "doorbell", service(NEXT_DOOR, target=kitchen)),
        device(0xA5, "acme-gateway", service(GATEWAY, target=kitchen), owner=ORGANISATION),
    ]


@dataclass(frozen=True)
class Listing:
    """What ansible-inventory printed."""

    returncode: int
    output: str
    errors: str

    def content(self) -> dict[str, Any]:
        """The JSON of --list or --host, without the marks of strings that are no templates."""
        assert self.returncode == 0, self.errors
        found: dict[str, Any] = json.loads(self.output, object_hook=lambda item: item.get("__ansible_unsafe", item))
        return found


@dataclass(frozen=True)
class Listed:
    """What was read into an empty inventory in this very process."""

    hosts: dict[str, dict[str, Any]]
    groups: dict[str, set[str]]
    warnings: list[str]


def _as_listed(data: InventoryData | InventoryManager, warnings: list[str]) -> Listed:
    groups = {name: {host.name for host in group.hosts} for name, group in data.groups.items()}
    return Listed({name: host.get_vars() for name, host in data.hosts.items()}, groups, warnings)


class Fleet:
    """A simulator with a fleet, and Ansible in front of it. The lab's devices are its first two."""

    def __init__(self, lab: Lab, cloud: AdminClient) -> None:
        self.lab = lab
        self.cloud = cloud
        self.root = lab.root / "fleet"
        self._write_group_variables()

    def _write_group_variables(self) -> None:
        variables = yaml.safe_load(self.lab.inventory.read_text())["pis"]["vars"]
        known_hosts = self.root / "known_hosts"
        variables["ansible_ssh_common_args"] = (
            f"-o UserKnownHostsFile={known_hosts} -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes"
        )
        variables["ansible_user"] = self.lab.devices[0].user
        variables["ansible_ssh_private_key_file"] = str(self.lab.devices[0].user_key)
        path = self.root / "group_vars" / "remoteit.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(variables))
        lines = [
            f"remoteit-{id_.replace(':', '').lower()} {one.host_key}\n"
            for id_, one in zip((KITCHEN, GARAGE), self.lab.devices, strict=True)
        ]
        # The same devices as the lab's own simulator knows them.
        known_hosts.write_text("".join(lines) + (self.lab.root / "known_hosts").read_text())

    def environment(self, cloud: AdminClient | None = None) -> dict[str, str]:
        """The variables by which Ansible finds the collection, and the collection the fleet."""
        return {**self.lab.environment(cloud or self.cloud), "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1"}

    def write(self, config: Mapping[str, Any] | str, name: str = "fleet.remoteit.yml") -> Path:
        """An inventory configuration: text, or options beside ``plugin``."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(config if isinstance(config, str) else yaml.safe_dump({"plugin": PLUGIN, **config}))
        return path

    def listed(self, config: Mapping[str, Any] | str, cloud: AdminClient | None = None, **environ: str) -> Listed:
        """Let the plugin read *config*. Raises AnsibleError as the plugin does."""
        data = InventoryData()
        with self._in_this_process(cloud, environ) as warnings:
            plugin = inventory_loader.get(PLUGIN)
            plugin.parse(data, DataLoader(), str(self.write(config)))
            if plugin.get_option("cache"):
                plugin.update_cache_if_changed()
        return _as_listed(data, warnings)

    def read(self, sources: Sequence[str], cloud: AdminClient | None = None) -> Listed:
        """Let ansible-core read *sources* as those of one run; of one that fails, the error is among the warnings."""
        with self._in_this_process(cloud, {}) as warnings:
            manager = InventoryManager(DataLoader(), list(sources))
        return _as_listed(manager, warnings)

    @contextmanager
    def _in_this_process(self, cloud: AdminClient | None, environ: Mapping[str, str]) -> Iterator[list[str]]:
        warnings: list[str] = []
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {**self.environment(cloud), **environ}.items():
                patch.setenv(name, value)
            patch.setattr(Display, "warning", lambda _display, message: warnings.append(message))
            patch.setattr(
                Display, "error_as_warning", lambda _display, msg, exception: warnings.append(f"{msg} {exception}")
            )
            yield warnings

    def show(
        self,
        config: Mapping[str, Any] | str,
        *arguments: str,
        environ: Mapping[str, str] | None = None,
        cloud: AdminClient | None = None,
        name: str = "fleet.remoteit.yml",
    ) -> Listing:
        """Run ansible-inventory with *arguments*, by default --list, on the configuration in a file of that *name*."""
        program = Path(sys.executable).with_name("ansible-inventory")
        path = self.write(config, name)
        done = subprocess.run(
            [str(program), "-i", str(path), *(arguments or ("--list",))],
            env={
                **os.environ,
                "ANSIBLE_NOCOLOR": "1",
                "COLUMNS": "10000",
                **self.environment(cloud),
                **(environ or {}),
            },
            cwd=path.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Listing(done.returncode, done.stdout, done.stderr)

    def run_tasks(
        self,
        config: Mapping[str, Any],
        *tasks: Mapping[str, Any],
        hosts: str = "remoteit",
        environ: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
        **keywords: Any,
    ) -> Run:
        """Run *tasks* in one play on hosts of the inventory."""
        path = self.write(config)
        return self.lab.run_tasks(
            *tasks,
            hosts=hosts,
            arguments=["-i", str(path), *arguments],
            environ={**self.environment(), **(environ or {})},
            **keywords,
        )

    def open_connections(self) -> list[dict[str, Any]]:
        """The connections that the simulator has open."""
        connections: list[dict[str, Any]] = self.cloud.state()["connections"]
        return connections
