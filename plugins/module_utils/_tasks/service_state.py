# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task ``remoteit_service``: options in, result out. The module and the action plugin both run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .._base.clock import Deadline
from .._base.errors import OptionError
from .._base.text import inert
from .._changes.device_view import MANAGE, DeviceView, Read, ServiceView, read_device, read_device_of
from .._changes.service_named import service_named, service_to_remove
from .._changes.service_plan import ServicePlan, plan_absence, plan_presence
from .._changes.service_wish import ServiceWish
from .._connections.connections import Connections
from .._settings.checks import check_any_given, checked_deadline, checked_id, checked_service_id
from .._settings.settings import DEFAULT_TIMEOUT, Settings
from .argspec import api_argument_spec
from .device_found import checked_device
from .device_options import service_wish_argument_spec
from .done import telling
from .service_changes import ServiceChanges
from .service_online import wait_until_online
from .shown import shown_part, shown_service

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
        **service_wish_argument_spec(),
        "state": {"type": "str", "choices": [PRESENT, ABSENT], "default": PRESENT},
        "force": {"type": "bool", "default": False},
        "wait_online": {"type": "bool", "default": False},
        "timeout": {"type": "float", "default": DEFAULT_TIMEOUT},
        **api_argument_spec(),
    }


def run(params: Mapping[str, Any], check_mode: bool, warn: Callable[[str], None]) -> dict[str, Any]:
    """The result of the task. *warn* takes one sentence for the user. Raises RemoteItError."""
    check_any_given(params, ("service_id", *_DEVICES))
    deadline = checked_deadline(params["timeout"])
    wish = ServiceWish.from_options(params)
    is_absent = params["state"] == ABSENT
    connections = Connections(Settings.from_options(params), warn, check_mode=check_mode)
    read = _read(params, connections, deadline)
    service = _found(params, read, connections, deadline)
    if read.device is None:
        return _result(plan_absence(None), None, None)
    plan = plan_absence(service) if is_absent else plan_presence(wish, read.device, service, read.types)
    done: list[str] = []
    changes = ServiceChanges(connections, read.device, deadline, done)
    changes.check([plan], params["force"])
    with telling(done):
        after = plan.predicted() if check_mode else changes.carry_out(plan)
        if params["wait_online"] and after is not None and after.enabled and not check_mode:
            after = wait_until_online(connections, after, deadline)
    if plan.is_change and after is not None and after.protocol == "UDP":
        warn(f"Service {inert(after.name)} is UDP: the connections of this collection are TCP only.")
    return _result(plan, after, read.device)


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
    checked_device(read.device, device_id, connections)
    return read


def _found(params: Mapping[str, Any], read: Read, connections: Connections, deadline: Deadline) -> ServiceView | None:
    """The service that is meant, None if it is not there. Raises OptionError."""
    if params["service_id"] is None:
        find = service_to_remove if params["state"] == ABSENT else service_named
        return find(read.device, params["name"]) if read.device else None
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


def _result(plan: ServicePlan, after: ServiceView | None, device: DeviceView | None) -> dict[str, Any]:
    return {
        "changed": plan.is_change,
        "service": None if after is None else shown_service(after),
        "previous": None if plan.before is None else shown_service(plan.before),
        "device": None if device is None else {"id": device.id, "name": inert(device.name)},
        "pending": plan.is_change and device is not None and not device.online,
        "diff": {
            side: {} if service is None else shown_part(service, plan.managed)
            for side, service in (("before", plan.before), ("after", after))
        },
    }
