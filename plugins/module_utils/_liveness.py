# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which connections are alive: what remote.it lists as sessions, and where it cannot be asked, a TCP connect."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ._access import LATCHING, PUBLIC
from ._model import REVERSE, Connection, Session, same_id
from ._settings import REST

# A session may be listed a few seconds after its connection was opened.
SETTLING = 5.0
# How long probe() should be given, in seconds.
PROBE_TIMEOUT = 5.0
# A session that REST opened may have an id of its own; it is known by when it began. Both ends are measured by the
# server's clock, to a second and a round trip.
_MARGIN = 3.0


def pair(connections: Sequence[Connection], sessions: Iterable[Session]) -> dict[str, Session]:
    """The session of each connection that has one, by connection id; each session belongs to one connection only."""
    free = list(sessions)
    found: dict[str, Session] = {}
    for connection in connections:
        for session in free:
            if same_id(session.id, connection.id) or same_id(session.id, connection.session_id):
                found[connection.id] = session
                free.remove(session)
                break
    for connection in connections:
        if connection.id in found or connection.api != REST or _was_listed(connection):
            continue
        began_with_it = [session for session in free if _began_with(session, connection)]
        if began_with_it:
            found[connection.id] = min(
                began_with_it, key=lambda session: abs(session.started_at - connection.opened_at)
            )
            free.remove(found[connection.id])
    return found


def _was_listed(connection: Connection) -> bool:
    """Whether the id of its session was found out; the one that REST tells may be another."""
    return connection.session_id is not None and connection.verified_at > connection.opened_at


def _began_with(session: Session, connection: Connection) -> bool:
    in_time = connection.asked_at - _MARGIN <= session.started_at <= connection.opened_at + _MARGIN
    return in_time and session.service_id == connection.service_id


def alive(connections: Sequence[Connection], sessions: Iterable[Session], now: float) -> list[Connection]:
    """Those of *connections* that *sessions*, as listed at *now*, show to be open, with what was learnt of them."""
    paired = pair(connections, sessions)
    kept: list[Connection] = []
    for connection in connections:
        if connection.id in paired:
            kept.append(replace(connection, session_id=paired[connection.id].id, verified_at=now))
        elif now - connection.opened_at < SETTLING:
            kept.append(connection)
    return kept


def probe(connection: Connection, timeout: float) -> bool | None:
    """Whether the proxy accepts a TCP connect within *timeout* seconds; None when a connect would prove nothing or harm.

    A restricted proxy may serve another client than this machine, and a latching one would latch to this machine,
    which is wrong unless this machine opened it for itself.
    """
    ours = connection.access == LATCHING and connection.opened_from == socket.gethostname()
    if timeout <= 0 or not (connection.access == PUBLIC or connection.type == REVERSE or ours):
        return None
    try:
        with contextlib.closing(socket.create_connection((connection.host, connection.port or 443), timeout)):
            return True
    except OSError:
        return False
