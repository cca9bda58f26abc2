# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One service's part of the task ``remoteit_connection``: what is done, what it returns, what it warns of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .._base.clock import Deadline
from .._base.dates import iso8601
from .._connections.connections import Connections, Outcome
from .._model.access import PUBLIC, Access
from .._model.connection import REVERSE, Connection
from .._model.wanted import Wanted


def open_one(
    connections: Connections,
    service_id: str,
    wanted: Wanted,
    api: str,
    deadline: Deadline,
    check: bool,
    warn: Callable[[str], None],
) -> tuple[Outcome, dict[str, Any]]:
    """What became of the service, and the task's result for it. *api* is what would open it. Raises RemoteItError."""
    access = wanted.access or Access()
    outcome = connections.present(service_id, wanted, deadline, check=check)
    opened = outcome.connection
    if opened is None:
        return outcome, _result(outcome, _predicted(service_id, access, api))
    _warn_of_exposure(opened, access, warn)
    life = opened.remaining(connections.now())
    if life < wanted.min_remaining:
        warn(f"min_remaining={wanted.min_remaining} is more than the {life} seconds that remote.it gives a connection.")
    return outcome, _result(outcome, opened.as_result(connections.now()))


def close_one(
    connections: Connections, service_id: str, connection_id: str | None, deadline: Deadline, check: bool
) -> dict[str, Any]:
    """The task's result for a service on which everything, or just *connection_id*, is closed. Raises RemoteItError."""
    return _result(connections.absent(service_id, deadline, connection_id=connection_id, check=check), None)


def _warn_of_exposure(connection: Connection, asked: Access, warn: Callable[[str], None]) -> None:
    if connection.type == REVERSE and asked.mode != PUBLIC:
        warn(
            f"access={asked.mode} has no effect on {connection.service_id}: the proxy of an HTTP(S) service is always "
            "public, protected by its random name alone."
        )
    elif connection.type != REVERSE and asked.mode == PUBLIC:
        # Without the address: the same sentence for a hundred hosts is shown once.
        warn(
            "access=public lets anyone who finds the address connect until the connection is closed: make sure that the "
            "service asks for a password or a key."
        )


def _predicted(service_id: str, access: Access, api: str) -> dict[str, Any]:
    """The connection that would be opened: what only remote.it can tell is None."""
    unknown = ("id", "host", "port", "url", "proxy", "type", "opened_at", "expires_at", "expires_in")
    known = {"service_id": service_id, "access": access.mode, "client_ip": access.client_ip, "api": api}
    return {**dict.fromkeys(unknown), **known}


def _result(outcome: Outcome, connection: dict[str, Any] | None) -> dict[str, Any]:
    after = _for_diff(outcome.after)
    if connection is not None and outcome.connection is None:
        after.append({"id": None, "access": connection["access"], "address": None, "expires_at": None})
    result: dict[str, Any] = {
        "changed": outcome.changed,
        "closed": outcome.closed,
        "diff": {"before": {"connections": _for_diff(outcome.before)}, "after": {"connections": after}},
    }
    if connection is not None:
        result["connection"] = connection
    return result


def _for_diff(connections: Sequence[Connection]) -> list[dict[str, Any]]:
    return [
        {"id": item.id, "access": item.access_in_force, "address": item.url, "expires_at": iso8601(item.expires_at)}
        for item in connections
    ]
