# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps a service from being changed: rights, the software of the device, and who uses it."""

from __future__ import annotations

from .._base.errors import OptionError, RefusedError
from .._base.text import printable
from .device_guards import check_manageable
from .device_view import DeviceView, ServiceView


def check_rights(device: DeviceView) -> None:
    """Raise RefusedError if whoever asks may not change services of *device*, or nobody can."""
    check_manageable(device)
    if not device.configurable:
        raise RefusedError(
            f"No change: the services of {device.shown()} cannot be changed from outside; update the remote.it software "
            "on the device.",
            200,
            "",
        )


def check_use(device: DeviceView, service: ServiceView, held: int, ends: bool) -> None:
    """Raise OptionError if the change would cut somebody off.

    *held* is how many connections the registry knows; *ends* is whether nobody can connect to the service afterwards.
    """
    open_now = max(held, service.sessions)
    what = f"service {printable(service.name)} ({service.id}) of {device.shown()}"
    if open_now:
        raise OptionError(
            f"{what} is in use by {open_now} connections, which the change would cut off: close them, or set force=true."
        )
    others = [one for one in device.services if one.enabled and one.id != service.id]
    if ends and service.enabled and not others:
        raise OptionError(
            f"{what} is the last one that is enabled, so that nothing would lead to the device any more: add another one "
            "before, or set force=true."
        )
