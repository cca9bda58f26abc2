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
from .._model.service_names import services_called
from .device import Device, FleetService
from .device_by_name import check_is_no_id, device_by_name, named, shown


def service_by_name(
    options: Mapping[str, Any], client: Client, deadline: Deadline, *, to_connect: bool, permission: str | None = None
) -> str:
    """The id of the service that ``device`` or ``device_tag`` with ``service`` means, in the fleet of ``account``.

    With *to_connect*, a service that may be seen only is refused. With *permission*, only devices on which the access key has it
    count, as device_by_name() tells. Raises OptionError and ApiError.
    """
    _check(options)
    device = device_by_name(options, client, deadline, permission)
    service = _service(device, options["service"])
    if to_connect and not service.can_connect:
        raise RefusedError(
            f"No connection: this access key may see, but not connect to, {shown(service)} of {named(device)}; ask "
            f"{device.owner or 'the owner'} for CONNECT.",
            200,
            "",
        )
    return service.id


def _check(options: Mapping[str, Any]) -> None:
    if options["service"] is not None and not options["service"].strip():
        raise OptionError("service is empty: give a name, or leave it out.")
    if options["service"] is not None and options["device"] is None and options["device_tag"] is None:
        check_is_no_id("service", options["service"])
        raise OptionError(f"service={options['service']!r} does not say on which device: set device or device_tag.")


def _service(device: Device, name: str | None) -> FleetService:
    fitting = device.services if name is None else services_called(device.name, device.services, inert(name))
    if len(fitting) == 1:
        return fitting[0]
    if not device.services:
        raise OptionError(f"device {named(device)} has no services that this access key can see.")
    there = enumerated(map(shown, device.services))
    if name is None:
        raise OptionError(f"device {named(device)} has several services: set service to one of {there}.")
    if fitting:
        raise OptionError(
            f"service={name!r} fits {len(fitting)} services of {named(device)}: set service_id to one of "
            f"{enumerated(map(shown, fitting))}."
        )
    check_is_no_id("service", name)
    raise OptionError(f"service={name!r} is not a service of {named(device)}; it has {there}.")
