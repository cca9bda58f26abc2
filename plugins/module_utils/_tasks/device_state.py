# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task ``remoteit_device``: options in, result out. The module and the action plugin both run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .._base.clock import Deadline
from .._base.errors import OptionError
from .._base.text import enumerated, inert
from .._changes.account_tags import AccountTags, read_account_tags
from .._changes.attribute_changes import attribute_changes, managed_values, with_changes
from .._changes.device_guards import check_manageable, check_removable
from .._changes.device_view import MANAGE, DeviceView, Read, read_device
from .._changes.device_wish import LETTERS, DeviceWish
from .._changes.device_writes import DeviceWrites
from .._changes.tag_changes import TagChanges, tag_changes
from .._connections.connections import Connections
from .._connections.overview import count_held
from .._fleet.account import read_account
from .._fleet.device_by_name import device_by_name
from .._model.ids import is_id
from .._settings.checks import checked_deadline, checked_id, checked_seconds
from .._settings.settings import DEFAULT_TIMEOUT, Settings
from .argspec import api_argument_spec
from .device_shown import changed_device, device_shown
from .done import telling

PRESENT = "present"
ABSENT = "absent"
_MIN_OFFLINE = 3600

RULES = {
    "mutually_exclusive": [["device_id", "device"]],
    "required_one_of": [["device_id", "device"]],
    "required_by": {"name": ["device_id"]},
    "required_if": [["purge_tags", True, ["tags"]], ["purge_attributes", True, ["attributes"]]],
}


def argument_spec() -> dict[str, dict[str, Any]]:
    """The argument spec of the module."""
    return {
        **{name: {"type": "str"} for name in ("device_id", "device", "account", "name", "description", "expect_name")},
        "tags": {"type": "list", "elements": "str"},
        "purge_tags": {"type": "bool", "default": False},
        "attributes": {"type": "dict"},
        "purge_attributes": {"type": "bool", "default": False},
        **{
            name: {"type": "dict", "options": {letter: {"type": "str"} for letter in LETTERS}}
            for name in ("categories", "statuses")
        },
        "state": {"type": "str", "choices": [PRESENT, ABSENT], "default": PRESENT},
        "min_offline": {"type": "int", "default": _MIN_OFFLINE},
        "timeout": {"type": "float", "default": DEFAULT_TIMEOUT},
        **api_argument_spec(),
    }


def run(params: Mapping[str, Any], check_mode: bool, warn: Callable[[str], None]) -> dict[str, Any]:
    """The result of the task. *warn* takes one sentence for the user. Raises RemoteItError."""
    deadline = checked_deadline(params["timeout"])
    wish = DeviceWish.from_options(params)
    is_absent = params["state"] == ABSENT
    if is_absent:
        _check_absent(params)
    connections = Connections(Settings.from_options(params), warn, check_mode=check_mode)
    device_id, account = _chosen(params, connections, deadline)
    read = read_device(connections.client.graphql, device_id, deadline, account)
    if read.device is None and not is_absent:
        raise OptionError(
            f"device_id={device_id} is not a device that this access key can see: check the id, and that the key is the one "
            f"you mean, {connections.client.settings.credentials.name}."
        )
    if read.device is not None and read.device.id != device_id:
        raise OptionError(
            f"device_id={device_id} is the id of a service of {read.device.shown()}: give the id of the device."
        )
    task = _Task(connections, read, account, check_mode, deadline)
    return task.absent(params["expect_name"], params["min_offline"]) if is_absent else task.present(wish)


def _check_absent(params: Mapping[str, Any]) -> None:
    checked_seconds("min_offline", params["min_offline"])
    if params["device_id"] is None or params["expect_name"] is None:
        raise OptionError(
            "state=absent needs device_id and expect_name: a device is removed by its id, and only if it has the name that you "
            "expect."
        )


def _chosen(params: Mapping[str, Any], connections: Connections, deadline: Deadline) -> tuple[str, str | None]:
    """The id of the device, and of the account if that is not the access key's own. Raises OptionError and ApiError."""
    if params["device_id"] is not None:
        device_id = checked_id("device_id", params["device_id"])
        return device_id, read_account(connections.client.graphql, params["account"], deadline)
    if is_id(params["device"].strip()):
        raise OptionError(f"device={params['device']!r} is an id, not a name: give it as device_id.")
    device = device_by_name({**params, "device_tag": None}, connections.client, deadline, MANAGE)
    return device.id, device.organisation


class _Changes(NamedTuple):
    """What is to be changed at a device; *name* is None if it has the wanted one."""

    tags: TagChanges
    attributes: Mapping[str, Any]
    name: str | None

    @classmethod
    def of(cls, device: DeviceView, wish: DeviceWish) -> _Changes:
        return cls(
            tag_changes(device.tags, wish.tags, wish.purge_tags),
            attribute_changes(device.attributes, wish),
            None if wish.name in (None, device.name, inert(device.name)) else wish.name,
        )

    @property
    def is_any(self) -> bool:
        return self.has_tags or bool(self.attributes) or self.name is not None

    @property
    def has_tags(self) -> bool:
        return any(self.tags)

    def attributes_set(self) -> dict[str, Any]:
        return {path: value for path, value in self.attributes.items() if value is not None}

    def attributes_removed(self) -> dict[str, Any]:
        return {path: value for path, value in self.attributes.items() if value is None}

    def applied(self, device: DeviceView) -> DeviceView:
        """The *device* as it is afterwards."""
        return device._replace(
            name=self.name or device.name,
            tags=self.tags.applied(device.tags),
            attributes=with_changes(device.attributes, self.attributes),
        )


class _Task:
    """What is done about the device that was *read*, as the *account* has it."""

    def __init__(
        self, connections: Connections, read: Read, account: str | None, check_mode: bool, deadline: Deadline
    ) -> None:
        self._connections = connections
        self._read = read
        self._account = account
        self._check_mode = check_mode
        self._deadline = deadline
        self._done: list[str] = []

    @property
    def _device(self) -> DeviceView:
        if self._read.device is None:
            raise AssertionError("it was looked for")
        return self._read.device

    def present(self, wish: DeviceWish) -> dict[str, Any]:
        """Change what differs. Raises RemoteItError."""
        device = self._device
        shown = device_shown(self._read, self._account, self._connections.warn)
        changes = _Changes.of(device, wish)
        created: list[str] | None = []
        if changes.is_any:
            check_manageable(device)
        if changes.has_tags:
            known = self._read_account_tags(changes.tags)
            changes = changes._replace(tags=changes.tags.spelt(known.names or ()))
            created = None if known.names is None else changes.tags.created(known.names)
        if not self._check_mode:
            with telling(self._done):
                self._write(changes)
        after = changes.applied(device)
        return {
            "changed": changes.is_any,
            "device": changed_device(shown, after.name, after.tags, after.attributes).as_result(),
            "diff": {
                "before": _managed(device, device, wish),
                "after": _managed(device, after, wish),
            },
            "tags_added": _shown(changes.tags.added),
            "tags_removed": _shown(changes.tags.removed),
            "tags_created": created and _shown(created),
        }

    def absent(self, expect_name: str, min_offline: int) -> dict[str, Any]:
        """Delete it. Raises RemoteItError."""
        device = self._read.device
        before: dict[str, Any] = {}
        if device is not None:
            check_removable(device, expect_name, min_offline, self._connections.client.clock.server_time())
            before = {"name": inert(device.name)}
            if not self._check_mode:
                with telling(self._done):
                    self._writes().delete(self._deadline)
                    self._forget_connections()
        return {
            "changed": device is not None,
            "device": None,
            "diff": {"before": before, "after": {}},
            **{name: [] for name in ("tags_added", "tags_removed", "tags_created")},
        }

    def _write(self, changes: _Changes) -> None:
        """What creates comes first, and what takes away last. Raises ApiError at the first failure."""
        writes, deadline = self._writes(), self._deadline
        if changes.tags.added:
            writes.add_tags(changes.tags.added, deadline)
        writes.set_attributes(changes.attributes_set(), deadline)
        if changes.name is not None:
            writes.rename(changes.name, deadline)
        writes.set_attributes(changes.attributes_removed(), deadline)
        if changes.tags.removed:
            writes.remove_tags(changes.tags.removed, deadline)

    def _writes(self) -> DeviceWrites:
        connections = self._connections
        looks = connections.settings.patience.looks
        return DeviceWrites(connections.client.graphql, self._device, self._account, looks, self._done)

    def _read_account_tags(self, changes: TagChanges) -> AccountTags:
        """The account's tags; whoever may get or lose access by these *changes* is warned of."""
        known = read_account_tags(self._connections.client.graphql, self._account, self._deadline)
        roles = known.roles_of([*changes.added, *changes.removed])
        if roles:
            self._connections.warn(
                f"Custom roles select devices by tags that change at {self._device.shown()}: {enumerated(roles)}. People may "
                "get access to it, or lose it."
            )
        return known

    def _forget_connections(self) -> None:
        """Close what the registry holds, which leads nowhere any more."""
        for service in self._device.services:
            if count_held(self._connections.client, self._connections.warn, service.id, self._deadline):
                self._connections.absent(service.id, self._deadline)


def _managed(before: DeviceView, device: DeviceView, wish: DeviceWish) -> dict[str, Any]:
    """What the wish is about of *device*, which was *before* the task."""
    managed: dict[str, Any] = {}
    if wish.name is not None:
        managed["name"] = inert(device.name)
    if wish.tags is not None:
        managed["tags"] = _shown(device.tags)
    if wish.attributes is not None or wish.texts:
        managed["attributes"] = managed_values(before.attributes, device.attributes, wish)
    return managed


def _shown(tags: Any) -> list[str]:
    return sorted(map(inert, tags))
