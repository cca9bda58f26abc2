# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fleet: devices with their services, as one account sees them. Texts are printable, but strangers' words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class FleetService:
    """A service of a device.

    *id* is in upper case, *application* is the id of an application type such as 28 and *application_name* its name
    such as ``SSH``, empty when remote.it has none; *protocol* is ``TCP`` or ``UDP``; *host* is what the device connects to, which
    may be another machine near it, and *port* the port there; *can_connect* tells whether whoever asked may open connections to it,
    *permissions* is all that he may do, such as ``MANAGE``, sorted; *link* is the ``url`` of its connect link and whether that is
    ``enabled``, None where there is none that he may know of.
    """

    id: str
    name: str
    application: int | None
    application_name: str
    protocol: str
    host: str | None
    port: int | None
    enabled: bool
    online: bool
    can_connect: bool
    permissions: tuple[str, ...]
    attributes: dict[str, Any]
    link: dict[str, str | bool] | None

    def as_result(self) -> dict[str, Any]:
        """The dict that modules return; *permissions* is a list."""
        return {**asdict(self), "permissions": list(self.permissions)}

    def as_record(self) -> dict[str, Any]:
        """A dict for JSON, which shares its parts with this service."""
        return dict(vars(self))

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> FleetService:
        """The inverse of as_record(). Raises KeyError or TypeError when *record* has other fields."""
        return cls(**{**record, "permissions": tuple(record["permissions"])})


@dataclass(frozen=True)
class Device:
    """A device and its services, sorted by name and id.

    *id* is in upper case, *owner* is an e-mail address, *shared* tells whether it belongs to another account than the
    one whose fleet was asked for, *created* and *last_reported* are ISO 8601 as remote.it gives it, *organisation* is
    the id of the account that was asked for when it is not that of the access key. *hardware_id* and *version* are what the
    device's own software tells of the machine and of itself, *configurable* is whether that lets its services be changed,
    *permissions* is what whoever asked may do with it, sorted.
    """

    id: str
    name: str
    online: bool
    platform: int | None
    platform_name: str
    tags: tuple[str, ...]
    owner: str
    shared: bool
    attributes: dict[str, Any]
    created: str | None
    last_reported: str | None
    external_address: str | None
    hardware_id: str | None
    version: str | None
    configurable: bool
    permissions: tuple[str, ...]
    license: str
    organisation: str | None
    services: tuple[FleetService, ...]

    def as_result(self) -> dict[str, Any]:
        """The dict that modules return; *tags*, *permissions* and *services* are lists."""
        lists = {"tags": list(self.tags), "permissions": list(self.permissions)}
        return {**asdict(self), **lists, "services": [service.as_result() for service in self.services]}

    def as_record(self) -> dict[str, Any]:
        """A dict for JSON, which shares its parts with this device."""
        return {**vars(self), "services": [service.as_record() for service in self.services]}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Device:
        """The inverse of as_record(). Raises KeyError or TypeError when *record* has other fields."""
        services = tuple(FleetService.from_record(service) for service in record["services"])
        tuples = {name: tuple(record[name]) for name in ("tags", "permissions")}
        return cls(**{**record, **tuples, "services": services})


@dataclass(frozen=True)
class TypeNames:
    """The names of application types and platform types by their ids."""

    applications: Mapping[int, str] = field(default_factory=dict)
    platforms: Mapping[int, str] = field(default_factory=dict)
