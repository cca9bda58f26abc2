# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One service's part of the task ``remoteit_connection``: what is done, what it returns, what it warns of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .._base.clock import Deadline
from .._base.dates import iso8601
from .._connections.connections import Connections, Outcome
from .._model.access import PUBLIC, Access
from .._model.connection import REVERSE, Connection, predicted_result
from .._model.wanted import Wanted


class Served(NamedTuple):
    """What became of one service, and the *connection* to it as the task returns it: in check mode as far as is known.

    It is None where connections were to be closed.
    """

    outcome: Outcome
    connection: dict[str, Any] | None = None

    def as_result(self) -> dict[str, Any]:
        """The task's result for the service, but for diff mode."""
        result: dict[str, Any] = {"changed": self.outcome.changed, "closed": self.outcome.closed}
        return result if self.connection is None else {**result, "connection": self.connection}

    def before(self) -> list[dict[str, Any]]:
        """What was held, for diff mode."""
        return _held(self.outcome.before)

    def after(self) -> list[dict[str, Any]]:
        """What is held, for diff mode."""
        after = _held(self.outcome.after)
        if self.connection is not None and self.outcome.connection is None:
            after.append({"id": None, "access": self.connection["access"], "address": None, "expires_at": None})
        return after


def open_one(connections: Connections, service_id: str, wanted: Wanted, deadline: Deadline) -> Served:
    """Open a connection to the service, or reuse one. Raises RemoteItError."""
    access = wanted.access or Access()
    outcome = connections.present(service_id, wanted, deadline)
    opened = outcome.connection
    if opened is None:
        return Served(outcome, predicted_result(service_id, access, connections.settings.api))
    _warn_of_exposure(opened, access, connections.warn)
    life = opened.remaining(connections.now())
    if life < wanted.min_remaining:
        connections.warn(
            f"min_remaining={wanted.min_remaining} is more than the {life} seconds that remote.it gives a connection."
        )
    return Served(outcome, opened.as_result(connections.now()))


def close_one(connections: Connections, service_id: str, connection_id: str | None, deadline: Deadline) -> Served:
    """Close all connections to the service, or just *connection_id*. Raises RemoteItError."""
    return Served(connections.absent(service_id, deadline, connection_id))


def with_diff(served: Served) -> dict[str, Any]:
    """The result of a task for one service."""
    diff = {side: {"connections": told} for side, told in (("before", served.before()), ("after", served.after()))}
    return {**served.as_result(), "diff": diff}


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


def _held(connections: Sequence[Connection]) -> list[dict[str, Any]]:
    return [
        {"id": item.id, "access": item.access_in_force, "address": item.url, "expires_at": iso8601(item.expires_at)}
        for item in connections
    ]
