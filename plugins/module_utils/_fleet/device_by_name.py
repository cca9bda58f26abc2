# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A device by the name or the tag that people know it by, and never another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._api.client import Client
from .._base.clock import Deadline
from .._base.errors import OptionError
from .._base.text import enumerated, inert
from .._model.ids import is_id
from .device import Device, FleetService
from .filter import FleetFilter
from .query import fleet_of


def device_by_name(
    options: Mapping[str, Any], client: Client, deadline: Deadline, permission: str | None = None
) -> Device:
    """The device that ``device`` or ``device_tag`` means, in the fleet of ``account``.

    With *permission*, such as ``MANAGE``, others than those on which the access key has it do not count, so that a stranger's device
    of the same name is neither meant nor in the way. Raises OptionError and ApiError.
    """
    option = "device" if options["device"] is not None else "device_tag"
    text = options[option]
    if not text.strip():
        raise OptionError(f"{option} is empty: give a name, or leave it out.")
    # The API's name is a part of names, which also finds what the user may have meant.
    fleet_filter = FleetFilter(name=text.strip()) if option == "device" else FleetFilter(tags=(text,))
    near = fleet_of(client, fleet_filter, options["account"], deadline)
    fitting = [device for device in near if option == "device_tag" or device.name == inert(text)]
    usable = [device for device in fitting if permission is None or permission in device.permissions]
    if len(usable) == 1:
        return usable[0]
    if usable:
        ids, with_ids = ("device_id", named) if "device_id" in options else ("service_id", _with_ids)
        raise OptionError(
            f"{option}={text!r} fits {len(usable)} devices: set {ids} to one of {enumerated(map(with_ids, usable))}."
        )
    if fitting:
        raise OptionError(
            f"{option}={text!r} fits no device on which this access key has {permission}, but "
            f"{enumerated(map(_with_ids, fitting))}: ask the owner for it."
        )
    if near:
        raise OptionError(
            f"{option}={text!r} is not exactly the name of a device; similar ones are {enumerated(map(named, near))}."
        )
    if "device_id" in options and is_id(text.strip()):
        raise OptionError(f"{option}={text!r} is an id, not a name: give it as device_id.")
    check_is_no_id(option, text)
    raise OptionError(
        f"{option}={text!r} fits no device of the account, nor one that is shared with it: check it, ask the owner to "
        "share the device, or set account if it belongs to an organisation."
    )


def check_is_no_id(option: str, text: str) -> None:
    """Raise OptionError if *text*, which is no name that is known, is an id."""
    if is_id(text.strip()):
        raise OptionError(
            f"{option}={text!r} is an id, not a name: set service_id to the id of a service instead of device, device_tag "
            "and service. community.remoteit.remoteit_device_info shows the ids of the services of each device."
        )


def named(device: Device) -> str:
    """How a device is called in a message."""
    return f"{device.name} ({device.id})"


def shown(service: FleetService) -> str:
    """How a service is called in a message."""
    return f"{service.name} ({service.id})"


def _with_ids(device: Device) -> str:
    owner = f" of {device.owner}" if device.owner else ""
    return f"{device.name}{owner} ({', '.join(map(shown, device.services)) or 'no services'})"
