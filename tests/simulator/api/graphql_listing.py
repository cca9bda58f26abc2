# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filtering, sorting and paging of devices and services, as the arguments of the GraphQL API ask for.

The vendor page "Devices and Services": names and hardware ids match as substrings without regard to case, and
``application`` also trims the services of each device. The page "API Usage": at most 1000 items a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from ..config.world import Account, Device, Service

MAX_PAGE = 1000


class Identified(Protocol):
    """What has an id, after which a page can begin."""

    @property
    def id(self) -> str:
        """Return the id."""


Item = TypeVar("Item", bound=Identified)


def device_matches(device: Device, arguments: Mapping[str, Any], account: Account) -> bool:
    """Tell whether a device passes the filters of ``devices(...)`` of an account."""
    kinds = arguments.get("application")
    checks = (
        _in(device.id, arguments.get("id")),
        _named(device.name, arguments.get("name")),
        arguments.get("platform") is None or device.platform in arguments["platform"],
        _named(device.hardware_id or "", arguments.get("hardwareId")),
        arguments.get("owner") in (None, device.owner_id == account.id),
        arguments.get("state") in (None, state(device.online)),
        kinds is None or any(service.application in kinds for service in device.services),
        _tagged(device.tags.get(account.id, []), arguments.get("tag")),
    )
    return all(checks)


def service_matches(device: Device, service: Service, arguments: Mapping[str, Any]) -> bool:
    """Tell whether a service passes the filters of ``services(...)``."""
    kinds = arguments.get("application")
    return (
        (kinds is None or service.application in kinds)
        and _in(service.id, arguments.get("id"))
        and _named(service.name, arguments.get("name"))
        and arguments.get("state") in (None, state(device.online and service.online))
    )


def sort_key(order: str) -> list[tuple[Callable[[Device], object], bool]]:
    """Return the keys of a sort order such as ``state,-name``, with whether each one is reversed."""
    keys = []
    for part in order.split(","):
        name = part.strip().removeprefix("-")
        getter = _SORT_KEYS.get(name)
        if getter is None:
            raise ValueError(f"cannot sort by {name}")
        keys.append((getter, part.strip().startswith("-")))
    return keys


def in_order(devices: list[Device], order: str) -> list[Device]:
    """Return the devices sorted.

    :raises ValueError: the order names an unknown key.
    """
    result = list(devices)
    for getter, reverse in reversed(sort_key(order)):
        result.sort(key=lambda device, get=getter: get(device), reverse=reverse)  # type: ignore[misc]
    return result


def page(items: list[Item], start: int, after: str | None, size: int) -> tuple[list[Item], bool]:
    """Return one page, from an index or after an id, and whether more follow."""
    if after is not None:
        indexes = [index for index, item in enumerate(items) if item.id.lower() == after.lower()]
        start = indexes[0] + 1 if indexes else len(items)
    end = start + min(max(size, 0), MAX_PAGE)
    return items[max(start, 0) : end], end < len(items)


def state(online: bool) -> str:
    """Return the ``state`` of something that is online or not."""
    return "active" if online else "inactive"


_SORT_KEYS: dict[str, Callable[[Device], object]] = {
    "name": lambda device: device.name.lower(),
    "created": lambda device: device.created,
    "state": lambda device: state(device.online),
    "id": lambda device: device.id.lower(),
    "platform": lambda device: device.platform,
}


def _in(id_: str, wanted: list[str] | None) -> bool:
    return wanted is None or id_.lower() in {one.lower() for one in wanted}


def _named(name: str, wanted: str | None) -> bool:
    return wanted is None or wanted.lower() in name.lower()


def _tagged(tags: list[str], wanted: Mapping[str, Any] | None) -> bool:
    if wanted is None:
        return True
    matches = [value in tags for value in wanted["values"]]
    return all(matches) if wanted["operator"] == "ALL" else any(matches)
