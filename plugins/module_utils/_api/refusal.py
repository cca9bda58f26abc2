# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why remote.it refuses to open a connection, as far as can be read about the service."""

from __future__ import annotations

import contextlib

from .._base.clock import Deadline
from .._base.errors import ApiError, RefusedError
from .._base.text import enumerated
from .graphql import GraphqlApi


def explained(
    error: RefusedError, service_id: str, graphql: GraphqlApi, credentials: str, deadline: Deadline
) -> RefusedError:
    """*error*, in better words where there are any; *credentials* is the name of the access key.

    The API's words differ by API and time, the state of the service does not: prefer the state.
    """
    if error.status != 200:
        return error
    try:
        service = graphql.services([service_id], deadline).get(service_id)
    except ApiError:
        return error
    if service is None:
        unseen = (
            f"service_id={service_id} is not a service that this access key can see; check the id, the sharing, and "
            f"that the key is the one you mean, {credentials}"
        )
        why = if_device(service_id, graphql, deadline) or unseen
    elif not service.can_connect:
        why = f"this access key may see, but not connect to, the service; ask the owner of {service_id} for CONNECT"
    elif not service.enabled:
        why = f"the service {service_id} is disabled; enable it on the device or in the remote.it application"
    elif not service.online:
        why = f"the device of {service_id} is offline; check its power and network, remote.it may notice late"
    else:
        # A device is a service as well to remote.it.
        why = if_device(service_id, graphql, deadline)
    if not why:
        return error
    said = f'; remote.it said "{error.reason}"' if error.reason else ""
    return RefusedError(f"No connection: {why}{said}.", error.status, error.reason)


def if_device(service_id: str, graphql: GraphqlApi, deadline: Deadline) -> str:
    """If that is the id of a device, what to give instead, as a sentence without its point; otherwise empty."""
    device = None
    with contextlib.suppress(ApiError):
        device = graphql.device(service_id, deadline)
    if device is None:
        return ""
    services = enumerated(f"{name} ({id_})" for id_, name in device.services.items())
    return (
        f"service_id={service_id} is the id of the device {device.name}, not of a service; give the id of a service "
        f"of it: {services or 'it has none that this access key can see'}"
    )
