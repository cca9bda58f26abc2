# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator with a few services that answer, and the core of the collection in front of it, in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.community.remoteit.plugins.module_utils._connections.connections import Connections
from ansible_collections.community.remoteit.plugins.module_utils._registry.registry import Registry
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings
from ansible_collections.community.remoteit.plugins.module_utils._tasks import connection as connection_task
from tests.lab.world import DEVELOPER_KEY, KEY_ID, NEIGHBOUR, OWNER, SECRET, device, service_id
from tests.simulator.admin_client import AdminClient

TCP, WEB = 1, 7

SERVICES = [service_id(1, number) for number in (1, 2, 3)]
SERVICE = SERVICES[0]
# its connections are reverse proxies
PAGE = service_id(1, 4)
OFFLINE = service_id(2, 1)


class Site:
    """A *cloud* that is as good as new, and a registry, by default below *root*, in which nothing is.

    :ivar warnings: what the user was warned of
    """

    def __init__(self, cloud: AdminClient, root: Path, registry: str | None = None) -> None:
        self.cloud = cloud
        self.root = root
        self.place = registry or str(root / "registry")
        self.warnings: list[str] = []

    def forget(self) -> None:
        """From now on, use another registry, in which nothing is."""
        self.place += "?prefix=another" if "://" in self.place else "-another"

    def settings(self, **options: Any) -> Settings:
        """Settings from *options* that reach the cloud as the owner of its devices."""
        return Settings.from_options({**self.options(), **options}, {})

    def options(self) -> dict[str, Any]:
        """The options by which a task would reach the cloud."""
        return {
            "access_key_id": KEY_ID,
            "secret_access_key": SECRET,
            "developer_key": DEVELOPER_KEY,
            "rest_url": self.cloud.rest_url,
            "graphql_url": self.cloud.graphql_url,
            "registry": self.place,
        }

    def connections(self, *, check_mode: bool = False, **options: Any) -> Connections:
        """The core, as a process that begins now has it."""
        return Connections(self.settings(**options), self.warnings.append, check_mode=check_mode)

    def task(self, *, check: bool = False, **options: Any) -> dict[str, Any]:
        """The result of a task of ``remoteit_connection`` with *options*, on SERVICE if they name none."""
        defaults = {name: spec.get("default") for name, spec in connection_task.argument_spec().items()}
        params = {**defaults, "service_id": SERVICE, **self.options(), **options}
        return connection_task.run(params, check, self.warnings.append)

    def registry(self, **options: Any) -> Registry:
        """The registry that the core writes."""
        return Registry(self.settings(**options), self.warnings.append)

    def open_ids(self) -> list[str]:
        """The ids of what is open, oldest first."""
        return [connection["id"] for connection in self.cloud.state()["connections"]]


def configuration(target: str, **behaviour: Any) -> dict[str, Any]:
    """The simulator's configuration: three TCP services and a web page on one device, and one that is offline."""

    def service(id_: str, application: int = TCP) -> dict[str, Any]:
        return {"id": id_, "name": f"service {id_[-2:]}", "application": application, "target": target}

    key = {"id": KEY_ID, "secret": SECRET}
    return {
        "behaviour": behaviour,
        "accounts": [
            {"id": "f0:00:00:00:00:00:00:01", "email": OWNER, "developer_key": DEVELOPER_KEY, "access_keys": [key]},
            {"id": "f0:00:00:00:00:00:00:02", "email": NEIGHBOUR},
        ],
        "devices": [
            device(1, "cabinet", *(service(id_) for id_ in SERVICES), service(PAGE, WEB)),
            device(2, "cellar", service(OFFLINE), online=False),
        ],
    }
