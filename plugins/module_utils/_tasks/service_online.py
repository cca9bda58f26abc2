# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The wait until a service that was added, changed or enabled is online."""

from __future__ import annotations

from .._base.clock import Deadline
from .._base.errors import OutOfTimeError
from .._base.text import printable
from .._changes.device_view import ServiceView, read_device_of
from .._connections.connections import Connections
from .._fleet.waiting import Pace, wait_until

# Seconds: a device needs about as long to hear of a change, and is not asked for more often than that.
_FIRST_LOOK = 2.0
_INTERVAL = 5.0


def wait_until_online(connections: Connections, service: ServiceView, deadline: Deadline) -> ServiceView:
    """*service* as it is once it is online. Raises ApiError."""
    seen, state = service, "not seen any more"

    def is_online(until: Deadline) -> bool:
        nonlocal seen, state
        device = read_device_of(connections.client.graphql, service.id, until).device
        state = "not seen any more" if device is None else "online" if device.online else "offline"
        # It may not be listed yet.
        seen = next((one for one in device.services if one.id == service.id), seen) if device else seen
        return seen.online

    if not seen.online:
        delay = min(_FIRST_LOOK, deadline.remaining())
        patience = connections.settings.request_timeout
        wait_until(is_online, Pace(delay, deadline.remaining() - delay, _INTERVAL, patience))
    if not seen.online:
        raise OutOfTimeError(
            f"Service {printable(service.name)} ({service.id}) was not online before timeout was over, and its device is "
            f"{state}: raise timeout, or set wait_online=false."
        )
    return seen
