# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of a device's services is meant by a name."""

from __future__ import annotations

from .._base.errors import OptionError
from .._base.text import enumerated, printable
from .._model.service_names import is_called, services_called
from .device_view import DeviceView, ServiceView


def service_named(device: DeviceView, name: str) -> ServiceView | None:
    """The service of this name, else the one that is called so; None if there is none.

    Raises OptionError when there are several.
    """
    return _only(device, name, services_called(device.name, device.services, name))


def service_to_remove(device: DeviceView, name: str) -> ServiceView | None:
    """The same, but none is chosen because of its exact name: once it is removed, the name would mean the other one."""
    return _only(device, name, [one for one in device.services if is_called(device.name, one.name, name)])


def _only(device: DeviceView, name: str, fitting: list[ServiceView]) -> ServiceView | None:
    if len(fitting) > 1:
        shown = enumerated(f"{printable(service.name)} ({service.id})" for service in fitting)
        raise OptionError(
            f"name={name!r} fits {len(fitting)} services of {device.shown()}: set service_id to one of {shown}."
        )
    return fitting[0] if fitting else None
