# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The device that a task names by its id."""

from __future__ import annotations

from .._base.errors import OptionError
from .._changes.device_view import DeviceView
from .._connections.connections import Connections


def checked_device(device: DeviceView | None, device_id: str, connections: Connections) -> DeviceView:
    """The *device* that was found by this id. Raises OptionError if that is none."""
    if device is None:
        raise OptionError(
            f"device_id={device_id} is not a device that this access key can see: check the id, and that the key is the one "
            f"you mean, {connections.client.settings.credentials.name}."
        )
    if device.id != device_id:
        raise OptionError(
            f"device_id={device_id} is the id of a service of {device.shown()}: give the id of the device."
        )
    return device
