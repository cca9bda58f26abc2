# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task ``remoteit_device``: options in, result out. The module and the action plugin both run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .._base.clock import Deadline
from .._base.errors import OptionError
from .._changes.device_view import MANAGE, read_device
from .._connections.connections import Connections
from .._fleet.account import read_account
from .._fleet.device_by_name import device_by_name
from .._settings.checks import check_any_given, checked_deadline, checked_id, checked_seconds
from .._settings.settings import DEFAULT_TIMEOUT, Settings
from .argspec import api_argument_spec
from .device_found import checked_device
from .device_many import DevicesTask, described_devices
from .device_one import DeviceTask, absent_result
from .device_options import WISH_RULES, check_none_beside, devices_argument_spec, wish_argument_spec, wish_of

PRESENT = "present"
ABSENT = "absent"
_MIN_OFFLINE = 3600
_WHICH = ("device_id", "device", "devices")

RULES = {
    "mutually_exclusive": [list(_WHICH)],
    "required_one_of": [list(_WHICH)],
    "required_by": {"name": ["device_id"]},
    **WISH_RULES,
}


def argument_spec() -> dict[str, dict[str, Any]]:
    """The argument spec of the module."""
    return {
        **{name: {"type": "str"} for name in ("device_id", "device", "account", "expect_name")},
        "devices": devices_argument_spec(),
        **wish_argument_spec(),
        "state": {"type": "str", "choices": [PRESENT, ABSENT], "default": PRESENT},
        "min_offline": {"type": "int", "default": _MIN_OFFLINE},
        "force": {"type": "bool", "default": False},
        "timeout": {"type": "float", "default": DEFAULT_TIMEOUT},
        **api_argument_spec(),
    }


def run(params: Mapping[str, Any], check_mode: bool, warn: Callable[[str], None]) -> dict[str, Any]:
    """The result of the task. *warn* takes one sentence for the user. Raises RemoteItError."""
    check_any_given(params, _WHICH)
    deadline = checked_deadline(params["timeout"])
    if params["devices"] is not None:
        return _run_many(params, check_mode, warn, deadline)
    wish = wish_of(params, params["force"])
    is_absent = params["state"] == ABSENT
    if is_absent:
        _check_absent(params)
    connections = Connections(Settings.from_options(params), warn, check_mode=check_mode)
    device_id, account = _chosen(params, connections, deadline)
    read = read_device(connections.client.graphql, device_id, deadline, account)
    if read.device is None and is_absent:
        return absent_result({})
    device = checked_device(read.device, device_id, connections)
    task = DeviceTask(connections, device, account, check_mode, deadline)
    if is_absent:
        return task.absent(params["expect_name"], params["min_offline"])
    return task.present(read.types, wish, params["force"])


def _run_many(
    params: Mapping[str, Any], check_mode: bool, warn: Callable[[str], None], deadline: Deadline
) -> dict[str, Any]:
    check_none_beside(params)
    if params["state"] == ABSENT:
        raise OptionError(
            "state=absent is for one device at a time: give device_id and expect_name instead of devices."
        )
    devices = described_devices(params["devices"], params["force"])
    connections = Connections(Settings.from_options(params), warn, check_mode=check_mode)
    account = read_account(connections.client.graphql, params["account"], deadline)
    return DevicesTask(connections, account, params["force"], check_mode, deadline).present(devices)


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
    device = device_by_name({**params, "device_tag": None}, connections.client, deadline, MANAGE)
    return device.id, device.organisation
