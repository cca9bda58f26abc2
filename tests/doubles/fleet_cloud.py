# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The little of remote.it that the tests of the fleet need: devices as data, and pages of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._fleet.device import Device
from ansible_collections.community.remoteit.plugins.module_utils._fleet.filter import FleetFilter
from ansible_collections.community.remoteit.plugins.module_utils._fleet.query import read_fleet
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings

from . import material
from .loopback import Exchange, Server, reply

ME = "F0:0F:85:00:00:00:00:01"
MY_EMAIL = "me@example.com"
ACME = "F0:0F:85:00:00:00:00:02"
EVERYTHING = FleetFilter()


def id_of(device: int, service: int = 0) -> str:
    """The id of a device or of one of its services by number."""
    return f"80:00:00:00:00:{device >> 8:02X}:{device & 255:02X}:{service:02X}"


def service_node(number: int, service: int = 1, **fields: Any) -> dict[str, Any]:
    """A service as GraphQL tells it; Ellipsis leaves a field out."""
    whole = {
        "id": id_of(number, service),
        "name": f"service {service}",
        "application": 28,
        "protocol": "TCP",
        "host": "127.0.0.1",
        "port": 22,
        "enabled": True,
        "online": True,
        "can": True,
        "permissions": ["VIEW", "CONNECT", "MANAGE"],
        "attributes": {},
        **fields,
    }
    return {name: value for name, value in whole.items() if value is not ...}


def device_node(number: int, **fields: Any) -> dict[str, Any]:
    """A device as GraphQL tells it, with one SSH service; Ellipsis leaves a field out."""
    whole = {
        "id": id_of(number),
        "name": f"pi-{number}",
        "online": True,
        "platform": 1,
        "tags": [],
        "owner": {"id": ME, "email": MY_EMAIL},
        "attributes": {},
        "created": "2024-01-01T00:00:00.000Z",
        "lastReported": "2026-02-03T04:05:06.000Z",
        "license": "LICENSED",
        "endpoint": {"externalAddress": "198.51.100.7"},
        "hardwareId": "02:00:00:00:00:01-1a2b",
        "version": "5.4.2",
        "configurable": True,
        "permissions": ["VIEW", "MANAGE", "CONNECT"],
        "services": [service_node(number)],
        **fields,
    }
    return {name: value for name, value in whole.items() if value is not ...}


class FleetCloud:
    """Pages of *devices*, whatever filter is asked for; *before_page* may change them before each page is answered.

    :ivar asked: the JSON of each request
    :ivar answer: what to make of each answer before it is sent
    """

    def __init__(self, *devices: Any) -> None:
        self.devices: list[Any] = list(devices)
        self.before_page: Callable[[int], None] = lambda start: None
        self.answer: Callable[[dict[str, Any]], Any] = lambda answer: answer
        self.asked: list[dict[str, Any]] = []
        self.warnings: list[str] = []
        self.server = Server(self._reply)

    def settings(self) -> Settings:
        """Settings that reach these devices."""
        return material.settings(graphql_url=f"{self.server.url}/graphql/v1")

    def read(self, wanted: FleetFilter = EVERYTHING, account: str | None = None) -> list[Device]:
        """What the core makes of it."""
        with self.server:
            return read_fleet(self.settings(), wanted, account, Deadline(20), self.warnings.append)

    def starts(self) -> list[int]:
        """Where each page began that was asked for."""
        return [asked["variables"]["from"] for asked in self.asked if "from" in asked["variables"]]

    def _reply(self, exchange: Exchange) -> None:
        asked = exchange.request.json()
        self.asked.append(asked)
        data: dict[str, Any] = {"login": {"id": ME, "email": MY_EMAIL}}
        if "applicationTypes" in asked["query"]:
            data["applicationTypes"] = [{"id": 28, "name": "SSH"}, {"id": 7, "name": "HTTP"}]
            data["platformTypes"] = [{"id": 1, "name": "Linux"}]
        if "membership" in asked["query"]:
            acme = {"name": "ACME", "account": {"id": ACME, "email": "acme@example.com"}}
            data["login"]["membership"] = [{"organization": acme}]
        if "devices(" in asked["query"]:
            pages = self._pages(asked["variables"])
            data["login"].update({"account": pages} if "account(" in asked["query"] else pages)
        reply(200, self.answer({"data": data}))(exchange)

    def _pages(self, variables: dict[str, Any]) -> dict[str, Any]:
        start, size = variables["from"], variables["size"]
        self.before_page(start)
        count = len(self.devices)
        pages = {
            "devices": {"total": count, "hasMore": start + size < count, "items": self.devices[start : start + size]}
        }
        if "before" in variables:
            before = variables["before"]
            pages["before"] = {"items": self.devices[before : before + 1]}
        return pages


def fleet(count: int) -> FleetCloud:
    """So many devices, called pi-1 and so on."""
    return FleetCloud(*(device_node(number) for number in range(1, count + 1)))


def names(cloud: FleetCloud, *arguments: Any) -> list[str]:
    """The names of the devices that are read."""
    return [device.name for device in cloud.read(*arguments)]
