# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task ``remoteit_service``: options in, result out. The module and the action plugin both run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .._base.clock import Deadline
from .._base.errors import OptionError, RefusedError
from .._base.text import inert
from .._changes.device_view import MANAGE, DeviceView, Read, ServiceView, read_device, read_device_of
from .._changes.service_guards import check_rights, check_use, cuts
from .._changes.service_named import service_named
from .._changes.service_wish import ServiceWish
from .._changes.service_writes import ServiceWrites
from .._connections.connections import Connections
from .._connections.overview import count_held
from .._settings.checks import checked_deadline, checked_id, checked_service_id
from .._settings.settings import DEFAULT_TIMEOUT, Settings
from .argspec import api_argument_spec

PRESENT = "present"
ABSENT = "absent"
_DEVICES = ("device_id", "device", "device_tag")

RULES = {
    "mutually_exclusive": [["service_id", *_DEVICES]],
    "required_one_of": [["service_id", *_DEVICES]],
    "required_by": {name: ["name"] for name in _DEVICES},
}


def argument_spec() -> dict[str, dict[str, Any]]:
    """The argument spec of the module."""
    return {
        **{name: {"type": "str"} for name in ("service_id", *_DEVICES, "account")},
        "name": {"type": "str", "aliases": ["service"]},
        "application": {"type": "str"},
        "host": {"type": "str"},
        "port": {"type": "int"},
        "enabled": {"type": "bool"},
        "state": {"type": "str", "choices": [PRESENT, ABSENT], "default": PRESENT},
        "force": {"type": "bool", "default": False},
        "timeout": {"type": "float", "default": DEFAULT_TIMEOUT},
        **api_argument_spec(),
    }


class _Outcome(NamedTuple):
    """A service before and after; None where there is none. *managed* is what the task is about."""

    before: ServiceView | None
    after: ServiceView | None
    managed: tuple[str, ...]

    def as_result(self, device: DeviceView | None) -> dict[str, Any]:
        is_changed = self.before != self.after
        return {
            "changed": is_changed,
            "service": None if self.after is None else _as_result(self.after),
            "previous": None if self.before is None else _as_result(self.before),
            "device": None if device is None else {"id": device.id, "name": inert(device.name)},
            "pending": is_changed and device is not None and not device.online,
            "diff": {
                side: self._managed_of(service) for side, service in (("before", self.before), ("after", self.after))
            },
        }

    def _managed_of(self, service: ServiceView | None) -> dict[str, Any]:
        if service is None:
            return {}
        values = {name: getattr(service, name) for name in sorted(self.managed)}
        return {name: inert(value) if isinstance(value, str) else value for name, value in values.items()}


def run(params: Mapping[str, Any], check_mode: bool, warn: Callable[[str], None]) -> dict[str, Any]:
    """The result of the task. *warn* takes one sentence for the user. Raises RemoteItError."""
    deadline = checked_deadline(params["timeout"])
    wish = ServiceWish.from_options(params)
    connections = Connections(Settings.from_options(params), warn, check_mode=check_mode)
    read = _read(params, connections, deadline)
    task = _Task(connections, read, wish, params["force"], check_mode, deadline)
    by_id = params["service_id"] is not None
    service = _found(params, read, connections, deadline)
    outcome = task.absent(service) if params["state"] == ABSENT else task.present(service, by_id)
    result = outcome.as_result(read.device)
    if outcome.after is not None and outcome.after.protocol == "UDP" and result["changed"]:
        warn(f"Service {inert(outcome.after.name)} is UDP: the connections of this collection are TCP only.")
    return result


def _read(params: Mapping[str, Any], connections: Connections, deadline: Deadline) -> Read:
    """The device of the service. Raises RemoteItError."""
    client = connections.client
    if params["service_id"] is not None:
        return read_device_of(client.graphql, checked_service_id(params["service_id"]), deadline)
    if params["device_id"] is not None:
        device_id = checked_id("device_id", params["device_id"])
    else:
        from .._fleet.device_by_name import device_by_name  # most tasks give the id

        device_id = device_by_name(params, client, deadline, MANAGE).id
    read = read_device(client.graphql, device_id, deadline)
    if read.device is None:
        raise OptionError(
            f"device_id={device_id} is not a device that this access key can see: check the id, and that the key is the one "
            f"you mean, {client.settings.credentials.name}."
        )
    return read


def _found(params: Mapping[str, Any], read: Read, connections: Connections, deadline: Deadline) -> ServiceView | None:
    """The service that is meant, None if it is not there. Raises OptionError."""
    if params["service_id"] is None:
        return service_named(read.device, params["name"]) if read.device else None
    service_id = checked_service_id(params["service_id"])
    found = next((one for one in read.device.services if one.id == service_id), None) if read.device else None
    if found is None:
        connections.client.check_is_no_device(service_id, deadline)
    if found is None and params["state"] == PRESENT:
        raise OptionError(
            f"service_id={service_id} is not a service that this access key can see: check it, or give device and name for "
            "a service that is to be added."
        )
    return found


class _Task:
    """What is done about one service of the device that was *read*."""

    def __init__(
        self, connections: Connections, read: Read, wish: ServiceWish, force: bool, check_mode: bool, deadline: Deadline
    ) -> None:
        self._connections = connections
        self._read = read
        self._wish = wish
        self._force = force
        self._check_mode = check_mode
        self._deadline = deadline
        self._writes = ServiceWrites(connections.client.graphql, connections.settings.patience.looks)

    @property
    def _device(self) -> DeviceView:
        if self._read.device is None:
            raise AssertionError("a service has a device")
        return self._read.device

    def present(self, service: ServiceView | None, by_id: bool) -> _Outcome:
        """Add it, or change what differs. Raises RemoteItError."""
        if service is None:
            values = self._wish.of_a_new_one(self._read.types)
            check_rights(self._device)
            after = _predicted(values) if self._check_mode else self._writes.add(self._device, values, self._deadline)
            return _Outcome(None, after, tuple(values))
        managed = tuple(self._wish.resolved(self._read.types))
        changes = self._wish.differing(service, self._read.types, with_name=by_id)
        if not changes:
            return _Outcome(service, service, managed)
        check_rights(self._device)
        ends = changes.get("enabled") is False
        is_cut = ends or cuts(changes)
        if is_cut:
            self._check_use(service, ends)
        if self._check_mode:
            return _Outcome(service, service._replace(**changes), managed)
        after = self._writes.update(service, changes, self._deadline)
        if is_cut:
            self._forget_connections(service)
        missed = {name for name in changes if name in self._wish.differing(after, self._read.types, with_name=by_id)}
        if missed:
            raise RefusedError(
                f"remote.it accepted the change of service {service.id}, but {', '.join(sorted(missed))} is not as asked for: "
                "run the task again, or change it in the remote.it application.",
                200,
                "",
            )
        return _Outcome(service, after, managed)

    def absent(self, service: ServiceView | None) -> _Outcome:
        """Remove it. Raises RemoteItError."""
        managed = ServiceWish._fields
        if service is None:
            return _Outcome(None, None, managed)
        check_rights(self._device)
        self._check_use(service, ends=True)
        if not self._check_mode:
            self._writes.remove(service, self._deadline)
            self._forget_connections(service)
        return _Outcome(service, None, managed)

    def _check_use(self, service: ServiceView, ends: bool) -> None:
        if not self._force:
            check_use(self._device, service, self._held(service), ends)

    def _held(self, service: ServiceView) -> int:
        return count_held(self._connections.client, self._connections.warn, service.id, self._deadline)

    def _forget_connections(self, service: ServiceView) -> None:
        """Close what the registry holds, which leads nowhere any more."""
        if self._held(service):
            self._connections.absent(service.id, self._deadline)


def _predicted(values: Mapping[str, Any]) -> ServiceView:
    """What would be added, as far as check mode can know."""
    known = dict.fromkeys(ServiceView._fields)
    return ServiceView(
        **{**known, "id": "", "protocol": "", "online": False, "permissions": (), "sessions": 0, **values}
    )


def _as_result(service: ServiceView) -> dict[str, Any]:
    values = service._asdict()
    values["id"] = service.id or None
    values["name"] = inert(service.name)
    values["permissions"] = list(service.permissions)
    del values["sessions"]
    return values
