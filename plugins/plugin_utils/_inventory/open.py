# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts of an inventory that are reached by what is open, or by what is opened for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...module_utils._api.client import Client
from ...module_utils._base.clock import Clock
from ...module_utils._base.errors import OptionError
from ...module_utils._connections.connections import Connections, Remember
from ...module_utils._connections.many import each
from ...module_utils._connections.overview import list_open
from ...module_utils._fleet.device import FleetService
from ...module_utils._model.connection import REVERSE, Connection
from ...module_utils._model.wanted import Wanted
from ...module_utils._settings.checks import checked_concurrency, checked_deadline
from ...module_utils._settings.settings import Settings
from .._ssh.host_variables import ssh_variables
from .hosts import FleetHost, nowhere


@dataclass(frozen=True)
class Opening:
    """How to open: *concurrency* at a time, at most *limit* in all, each within *timeout* seconds; *remember* is told of each."""

    wanted: Wanted
    concurrency: int
    limit: int
    timeout: float
    remember: Remember | None = None


def held_connections(settings: Settings, timeout: float, warn: Callable[[str], None]) -> dict[str, Connection]:
    """The newest connection in the registry to each service that is open now."""
    held, _others = list_open(Client(settings, Clock(), warn), warn, None, checked_deadline(timeout))
    return {connection.service_id: connection for connection in held}


def opened_connections(
    settings: Settings, hosts: Iterable[FleetHost], opening: Opening, warn: Callable[[str], None]
) -> dict[str, Connection]:
    """A connection to the service of each host that can have one, by service id; what cannot be opened is warned of.

    Raises OptionError when there are more than allowed.
    """
    named = {host.service.id: (host, host.service) for host in hosts if host.service is not None}
    chosen = {id_: host for id_, (host, service) in named.items() if _can_open(host, service)}
    if len(chosen) > opening.limit:
        raise OptionError(
            f"connect=open would open connections to {len(chosen)} services, and open_limit is {opening.limit}: choose "
            "fewer with filters, include or exclude, or raise open_limit."
        )

    def connect(warn: Callable[[str], None]) -> Connections:
        return first.beside(warn, prefetched)

    def open_it(connections: Connections, service_id: str) -> Connection:
        return connections.present(service_id, opening.wanted, checked_deadline(opening.timeout)).usable()

    concurrency = checked_concurrency(opening.concurrency)
    asked = [(service_id, opening.wanted) for service_id in chosen]
    first = Connections(settings, warn, remember=opening.remember)
    prefetched = first.prefetch(asked, checked_deadline(opening.timeout))
    outcomes = each(connect, list(chosen), open_it, concurrency)
    found: dict[str, Connection] = {}
    for (service_id, host), done in zip(chosen.items(), outcomes, strict=True):
        for warning in dict.fromkeys([*done.warnings, *([str(done.error)] if done.error else [])]):
            warn(f"{'/'.join(host.words)}: {warning}")
        if done.value is not None:
            found[service_id] = done.value
    return found


def _can_open(host: FleetHost, service: FleetService) -> bool:
    return host.device.online and service.online and service.enabled and service.can_connect


def is_connected(host: FleetHost, connections: Mapping[str, Connection]) -> bool:
    """Whether one of the host's services has a connection."""
    return any(service.id in connections for service in host.services.values())


def connection_variables(
    host: FleetHost,
    prefix: str,
    connections: Mapping[str, Connection],
    ssh_options: Mapping[str, str | None],
    now: float,
) -> dict[str, Any]:
    """What *connections* add to the host's variables; *now* in seconds since the epoch."""
    variables: dict[str, Any] = {}
    services = f"{prefix}services"
    if services in host.variables:
        variables[services] = {
            key: {**host.variables[services][key], "connection": _as_result(connections.get(service.id), now)}
            for key, service in host.services.items()
        }
    connection = connections.get(host.service.id) if host.service else None
    if connection is None:
        return {**variables, **nowhere(host)}
    result = connection.as_result(now)
    variables[f"{prefix}connection"] = result
    if not host.speaks_ssh or connection.type == REVERSE:
        return {**variables, **nowhere(host)}
    return {**variables, **ssh_variables(result, {}, ssh_options)}


def _as_result(connection: Connection | None, now: float) -> dict[str, Any] | None:
    return connection.as_result(now) if connection else None
