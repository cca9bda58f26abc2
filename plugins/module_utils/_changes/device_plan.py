# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done at a device for it to be as somebody wants it, worked out before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .._base.text import inert
from .attribute_changes import attribute_changes, with_changes
from .device_view import ApplicationType, DeviceView
from .device_wish import DeviceWish
from .service_set import ServiceSetPlan, plan_services
from .tag_changes import TagChanges, tag_changes


class DevicePlan(NamedTuple):
    """What is to be changed; *name* is None if the device has the wanted one."""

    tags: TagChanges
    attributes: Mapping[str, Any]
    name: str | None
    services: ServiceSetPlan

    @property
    def is_change(self) -> bool:
        """Whether anything is to be written."""
        return self.has_tags or bool(self.attributes) or self.name is not None or self.services.is_change

    @property
    def has_tags(self) -> bool:
        """Whether any tag is added or removed."""
        return any(self.tags)

    def attributes_set(self) -> dict[str, Any]:
        """The value at each path that gets one."""
        return {path: value for path, value in self.attributes.items() if value is not None}

    def attributes_removed(self) -> dict[str, Any]:
        """The paths that lose theirs."""
        return {path: value for path, value in self.attributes.items() if value is None}

    def applied(self, device: DeviceView) -> DeviceView:
        """The *device* as it is afterwards, but for its services."""
        return device._replace(
            name=self.name or device.name,
            tags=self.tags.applied(device.tags),
            attributes=with_changes(device.attributes, self.attributes),
        )


def plan_device(device: DeviceView, types: Sequence[ApplicationType], wish: DeviceWish) -> DevicePlan:
    """How *device* becomes as wished for. Raises OptionError."""
    return DevicePlan(
        tag_changes(device.tags, wish.tags, wish.purge_tags),
        attribute_changes(device.attributes, wish),
        None if wish.name in (None, device.name, inert(device.name)) else wish.name,
        plan_services(device, types, wish.services or (), wish.purge_services),
    )
