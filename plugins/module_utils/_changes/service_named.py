# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of a device's services is meant by a name."""

from __future__ import annotations

import re

from .._base.errors import OptionError
from .._base.text import enumerated, inert, printable
from .device_view import DeviceView, ServiceView


def service_named(device: DeviceView, name: str) -> ServiceView | None:
    """The service of this name, else the one that has the name of the device in front of it; None if there is none.

    Raises OptionError when there are several.
    """
    fitting = [service for service in device.services if service.name == name]
    fitting = fitting or [service for service in device.services if is_called(device, service.name, name)]
    if len(fitting) > 1:
        shown = enumerated(f"{printable(service.name)} ({service.id})" for service in fitting)
        raise OptionError(
            f"name={name!r} fits {len(fitting)} services of {device.shown()}: set service_id to one of {shown}."
        )
    return fitting[0] if fitting else None


def is_called(device: DeviceView, called: str, name: str) -> bool:
    """Whether remote.it's name *called* is *name*, perhaps behind the name of the device, as older tools write it."""
    rest = called[len(device.name) :] if called.lower().startswith(device.name.lower()) else ""
    # Whoever writes down what is shown means the name itself.
    return name in (called, inert(called), re.sub(r"\A[-_ ]+", "", rest))
