# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One device is made to be as it is described, or to be absent, and what came of it is returned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .._base.clock import Deadline
from .._base.errors import OptionError
from .._base.text import inert
from .._changes.attribute_changes import managed_values
from .._changes.device_plan import DevicePlan, plan_device
from .._changes.device_view import ApplicationType, DeviceView
from .._changes.device_wish import DeviceWish
from .._changes.service_wish import ServiceWish
from .._connections.connections import Connections
from .._model.attributes import shown_attributes
from .device_changes import DeviceChanges
from .done import telling
from .shown import shown_device, shown_part, shown_tags


class DeviceTask:
    """What is done about *device*, as the *account* with this id has it, None is the access key's own."""

    def __init__(
        self, connections: Connections, device: DeviceView, account: str | None, check_mode: bool, deadline: Deadline
    ) -> None:
        self._device = device
        self._check_mode = check_mode
        self._done: list[str] = []
        self._changes = DeviceChanges(connections, device, account, deadline, self._done)

    def present(self, types: Sequence[ApplicationType], wish: DeviceWish, force: bool) -> dict[str, Any]:
        """Change what differs. Raises RemoteItError."""
        before = self._device
        plan = plan_device(before, types, wish)
        self._changes.check(plan, force)
        created: list[str] | None = []
        if plan.has_tags:
            known = self._changes.known_tags(plan.tags)
            plan = plan._replace(tags=plan.tags.spelt(known.names or ()))
            created = None if known.names is None else plan.tags.created(known.names)
        after = self._changes.predicted(plan)
        _check_attributes(after)
        if not self._check_mode:
            with telling(self._done):
                after = self._changes.carry_out(plan)
        return {
            "changed": plan.is_change,
            "device": shown_device(after),
            "diff": {
                side: _managed(before, device, plan, wish) for side, device in (("before", before), ("after", after))
            },
            "pending": plan.services.is_change and not before.online,
            "tags_added": shown_tags(plan.tags.added),
            "tags_removed": shown_tags(plan.tags.removed),
            "tags_created": created and shown_tags(created),
        }

    def absent(self, expect_name: str, min_offline: int) -> dict[str, Any]:
        """Delete it. Raises RemoteItError."""
        self._changes.check_removal(expect_name, min_offline)
        if not self._check_mode:
            with telling(self._done):
                self._changes.delete()
        return absent_result({"name": inert(self._device.name)})


def absent_result(before: Mapping[str, Any]) -> dict[str, Any]:
    """What a task returns after which there is no device; *before* is what the diff shows of one that was there."""
    return {
        "changed": bool(before),
        "device": None,
        "diff": {"before": dict(before), "after": {}},
        "pending": False,
        **{name: [] for name in ("tags_added", "tags_removed", "tags_created")},
    }


def _check_attributes(device: DeviceView) -> None:
    try:
        shown_attributes(device.attributes)
    except ValueError:
        raise OptionError(
            f"attributes has too many values together with those that {device.shown()} has: at most 1000 can be read. Remove "
            "some, or set purge_attributes=true."
        ) from None


def _managed(before: DeviceView, device: DeviceView, plan: DevicePlan, wish: DeviceWish) -> dict[str, Any]:
    """What the wish is about of *device*, which was *before* the task."""
    managed: dict[str, Any] = {}
    if wish.name is not None:
        managed["name"] = inert(device.name)
    if wish.tags is not None:
        managed["tags"] = shown_tags(device.tags)
    if wish.attributes is not None or wish.texts:
        managed["attributes"] = managed_values(before.attributes, device.attributes, wish)
    if wish.services is not None:
        managed["services"] = sorted(_services(before, device, plan), key=_name)
    return managed


def _services(before: DeviceView, device: DeviceView, plan: DevicePlan) -> Iterator[dict[str, Any]]:
    """Of each service of *device* that the plan is about, its name and what is managed."""
    there = {service.id: service for service in device.services}
    for one in (*plan.services.wanted, *plan.services.purged):
        if one.before is not None and one.before.id in there:
            yield shown_part(there[one.before.id], {"name", *one.managed})
    known = {service.id for service in before.services}
    for service in device.services:
        if service.id not in known:
            yield shown_part(service, ServiceWish._fields)


def _name(service: Mapping[str, Any]) -> str:
    return str(service["name"])
