# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service by the names that people know it by, and never another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._api.client import Client
from .._base.clock import Deadline
from .._base.errors import OptionError, RefusedError
from .._base.text import enumerated, inert
from .._model.ids import is_id
from .device import Device, FleetService
from .filter import FleetFilter
from .query import fleet_of


def service_by_name(options: Mapping[str, Any], client: Client, deadline: Deadline, *, to_connect: bool) -> str:
    """The id of the service that ``device`` or ``device_tag`` with ``service`` means, in the fleet of ``account``.

    With *to_connect*, a service that may be seen only is refused. Raises OptionError and ApiError.
    """
    _check(options)
    device = _device(options, client, deadline)
    service = _service(device, options["service"])
    if to_connect and not service.can_connect:
        raise RefusedError(
            f"No connection: this access key may see, but not connect to, {_shown(service)} of {_named(device)}; ask "
            f"{device.owner or 'the owner'} for CONNECT.",
            200,
            "",
        )
    return service.id


def _check(options: Mapping[str, Any]) -> None:
    for name in ("device", "device_tag", "service"):
        if options[name] is not None and not options[name].strip():
            raise OptionError(f"{name} is empty: give a name, or leave it out.")
    if options["service"] is not None and options["device"] is None and options["device_tag"] is None:
        _check_name("service", options["service"])
        raise OptionError(f"service={options['service']!r} does not say on which device: set device or device_tag.")


def _check_name(option: str, text: str) -> None:
    """Raise OptionError if *text*, which is no name that is known, is an id."""
    if is_id(text.strip()):
        raise OptionError(
            f"{option}={text!r} is an id, not a name: set service_id to the id of a service instead of device, device_tag "
            "and service. community.remoteit.remoteit_device_info shows the ids of the services of each device."
        )


def _device(options: Mapping[str, Any], client: Client, deadline: Deadline) -> Device:
    option = "device" if options["device"] is not None else "device_tag"
    text = options[option]
    # The API's name is a part of names, which also finds what the user may have meant.
    fleet_filter = FleetFilter(name=text.strip()) if option == "device" else FleetFilter(tags=(text,))
    near = fleet_of(client, fleet_filter, options["account"], deadline)
    fitting = [device for device in near if option == "device_tag" or device.name == inert(text)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise OptionError(
            f"{option}={text!r} fits {len(fitting)} devices: set service_id to one of {enumerated(map(_with_ids, fitting))}."
        )
    if near:
        raise OptionError(
            f"{option}={text!r} is not exactly the name of a device; similar ones are {enumerated(map(_named, near))}."
        )
    _check_name(option, text)
    raise OptionError(
        f"{option}={text!r} fits no device of the account, nor one that is shared with it: check it, ask the owner to "
        "share the device, or set account if it belongs to an organisation."
    )


def _service(device: Device, name: str | None) -> FleetService:
    fitting = [service for service in device.services if name is None or service.name == inert(name)]
    if len(fitting) == 1:
        return fitting[0]
    if not device.services:
        raise OptionError(f"device {_named(device)} has no services that this access key can see.")
    there = enumerated(map(_shown, device.services))
    if name is None:
        raise OptionError(f"device {_named(device)} has several services: set service to one of {there}.")
    if fitting:
        raise OptionError(
            f"service={name!r} fits {len(fitting)} services of {_named(device)}: set service_id to one of "
            f"{enumerated(map(_shown, fitting))}."
        )
    _check_name("service", name)
    raise OptionError(f"service={name!r} is not a service of {_named(device)}; it has {there}.")


def _named(device: Device) -> str:
    return f"{device.name} ({device.id})"


def _shown(service: FleetService) -> str:
    return f"{service.name} ({service.id})"


def _with_ids(device: Device) -> str:
    owner = f" of {device.owner}" if device.owner else ""
    return f"{device.name}{owner} ({', '.join(map(_shown, device.services)) or 'no services'})"
