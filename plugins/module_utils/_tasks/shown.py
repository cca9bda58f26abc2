# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Devices and services that were read to be changed, as tasks return them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._base.text import inert
from .._changes.device_view import DeviceView, ServiceView
from .._changes.texts import LONGEST_DESCRIPTION
from .._model.attributes import shown_attributes


def shown_device(device: DeviceView) -> dict[str, Any]:
    """What tasks return of *device*, by the names that ``remoteit_device_info`` has for it."""
    return {
        "id": device.id,
        "name": inert(device.name),
        "online": device.online,
        "owner": device.owner,
        "shared": not device.is_own,
        "tags": shown_tags(device.tags),
        "attributes": shown_attributes(device.attributes),
        "created": device.created and inert(device.created),
        "last_reported": device.last_reported and inert(device.last_reported),
        "configurable": device.configurable,
        "permissions": list(device.permissions),
        "services": [shown_service(one) for one in sorted(device.services, key=_by_name)],
    }


def shown_service(service: ServiceView) -> dict[str, Any]:
    """What tasks return of *service*; its id is None if it does not have one yet."""
    values = service._asdict()
    values["id"] = service.id or None
    values["name"] = inert(service.name)
    values["description"] = inert(service.description, LONGEST_DESCRIPTION)
    values["permissions"] = list(service.permissions)
    del values["sessions"]
    return values


def shown_tags(tags: Iterable[str]) -> list[str]:
    """*tags*, sorted."""
    return sorted(map(inert, tags))


def shown_part(service: ServiceView, names: Iterable[str]) -> dict[str, Any]:
    """Of *service*, the fields with these *names*, as a diff shows them."""
    shown = shown_service(service)
    return {name: shown[name] for name in sorted(names)}


def _by_name(service: ServiceView) -> tuple[str, str]:
    return service.name, service.id
