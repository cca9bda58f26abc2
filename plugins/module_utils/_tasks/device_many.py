# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many devices are made to be as they are described, each on its own: what fails for one fails for no other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .._base.clock import Deadline
from .._base.errors import OptionError, RemoteItError
from .._base.text import in_short
from .._changes.device_view import Read, read_devices
from .._changes.device_wish import DeviceWish
from .._connections.connections import Connections
from .._settings.checks import checked_id
from .device_found import checked_device
from .device_one import DeviceTask
from .device_options import wish_of


class Described(NamedTuple):
    """A device by its id, and what it is to be like."""

    device_id: str
    wish: DeviceWish


def described_devices(items: Iterable[Mapping[str, Any]], force: bool) -> list[Described]:
    """What the option ``devices`` says. Raises OptionError."""
    found: dict[str, Described] = {}
    for number, item in enumerate(items, 1):
        try:
            device_id = checked_id("device_id", item["device_id"])
            if device_id in found:
                raise OptionError(f"device_id={device_id} is there twice: describe each device once.")
            found[device_id] = Described(device_id, wish_of(item, force))
        except OptionError as error:
            raise OptionError(f"devices, number {number}: {error}") from None
    return list(found.values())


class DevicesTask:
    """What is done about devices, as the *account* with this id has them, None is the access key's own."""

    def __init__(
        self, connections: Connections, account: str | None, force: bool, check_mode: bool, deadline: Deadline
    ) -> None:
        self._connections = connections
        self._account = account
        self._force = force
        self._check_mode = check_mode
        self._deadline = deadline

    def present(self, devices: Sequence[Described]) -> dict[str, Any]:
        """The result of the task. Raises RemoteItError for what concerns them all."""
        graphql, ids = self._connections.client.graphql, [one.device_id for one in devices]
        # All of them before the first change: where one cannot be read, nothing is half told.
        reads = list(read_devices(graphql, ids, self._deadline, self._account))
        return _result([self._one(one, read) for one, read in zip(devices, reads, strict=True)])

    def _one(self, described: Described, read: Any) -> dict[str, Any]:
        try:
            found: Read = read()
            device = checked_device(found.device, described.device_id, self._connections)
            task = DeviceTask(self._connections, device, self._account, self._check_mode, self._deadline)
            outcome = task.present(found.types, described.wish, self._force)
            return {"device_id": described.device_id, "failed": False, **outcome}
        except RemoteItError as error:
            return {"device_id": described.device_id, "changed": False, **error.as_result()}


def _result(devices: list[dict[str, Any]]) -> dict[str, Any]:
    failed = [one for one in devices if one["failed"]]
    result: dict[str, Any] = {
        "changed": any(one["changed"] for one in devices),
        "devices": devices,
        "diff": {
            side: {one["device_id"]: one["diff"][side] for one in devices if one["changed"] and not one["failed"]}
            for side in ("before", "after")
        },
    }
    if failed:
        told = " ".join(in_short(f"{one['device_id']}: {one['msg']}" for one in failed))
        result |= {
            "failed": True,
            "msg": f"{len(failed)} of {len(devices)} devices are not as described. {told}",
            "error": failed[0]["error"],
        }
    return result
