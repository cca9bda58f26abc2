# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is open, as the registry and remote.it know it; nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .._api.client import Client
from .._base.clock import Deadline
from .._base.errors import ApiError
from .._model.connection import Connection
from .._model.session import Session
from .._registry.registry import Registry
from .liveness import alive, pair


def list_open(
    client: Client, warn: Callable[[str], None], service_id: str | None, deadline: Deadline
) -> tuple[list[Connection], list[Session]]:
    """What is open on the service, or on all: connections that the registry knows, and sessions it does not.

    Where remote.it cannot be asked, what the registry holds is returned with a warning. Raises ApiError if it holds nothing,
    because that would mean that nothing is open.
    """
    registry = Registry(client.settings, warn)
    held = registry.read(service_id, deadline).connections if service_id else registry.read_all(deadline)
    try:
        sessions = _listed(client, service_id, held, deadline)
    except ApiError as error:
        unchecked = [connection for connection in held if connection.expires_at > client.clock.server_time()]
        if not unchecked:
            raise
        warn(f"The connections in the registry are listed without a check: {error}")
        return unchecked, []
    known = {session.id for session in pair(held, sessions).values()}
    found = alive(held, sessions, client.clock.server_time(), client.clock.observed)
    return found, [session for session in sessions if session.id not in known]


def count_held(client: Client, warn: Callable[[str], None], service_id: str, deadline: Deadline) -> int:
    """How many connections to the service the registry knows. Raises RegistryError."""
    return len(Registry(client.settings, warn).read(service_id, deadline).connections)


def _listed(client: Client, service_id: str | None, held: Sequence[Connection], deadline: Deadline) -> list[Session]:
    """Our sessions; those on services that others share with us are listed with the service only."""
    ids = {service_id} if service_id else {connection.service_id for connection in held}
    services = client.services(sorted(ids), deadline).values() if ids else ()
    if service_id and not services:
        client.check_is_no_device(service_id, deadline)
    found = {session.id: session for service in services for session in service.sessions or ()}
    if service_id is None:
        found.update((session.id, session) for session in client.sessions(deadline))
    return list(found.values())
