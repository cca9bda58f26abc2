# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which connections are alive: what remote.it lists as sessions, and where it cannot be asked, a TCP connect."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterable, Sequence

from .._base.clock import Deadline
from .._base.threads import within
from .._model.access import PUBLIC
from .._model.connection import REVERSE, Connection
from .._model.ids import same_id
from .._model.session import Session
from .._settings.settings import REST

# A session may be listed a few seconds after its connection was opened.
LISTED_AFTER = 5.0
# A session that REST opened may have an id of its own; it is known by when it began. Both ends are measured by the
# server's clock, to a second and a round trip.
_MARGIN = 3.0


def pair(connections: Sequence[Connection], sessions: Iterable[Session]) -> dict[str, Session]:
    """The session of each connection that has one, by connection id; each session belongs to one connection only."""
    free = list(sessions)
    found: dict[str, Session] = {}
    # A session that one was taken for before its own was listed must not come before its own.
    _pair_by_id(found, free, [(connection, connection.id) for connection in connections])
    _pair_by_id(found, free, [(connection, connection.session_id) for connection in connections])
    _pair_by_time(found, free, connections)
    return found


def _pair_by_id(found: dict[str, Session], free: list[Session], ids: Iterable[tuple[Connection, str | None]]) -> None:
    """Move those of the *free* sessions to *found* that have one of the *ids*."""
    for connection, id_ in ids:
        session = next((item for item in free if same_id(item.id, id_)), None)
        if session and connection.id not in found:
            found[connection.id] = session
            free.remove(session)


def _pair_by_time(found: dict[str, Session], free: list[Session], connections: Sequence[Connection]) -> None:
    """Move those of the *free* sessions to *found* that began when one of the connections was opened, the nearest first."""
    guesses = [
        (connection, session)
        # of two that are as likely, the newer one: it was opened because the older one was of no use
        for connection in reversed(connections)
        for session in free
        if connection.id not in found and not _is_known(connection) and _began_with(session, connection)
    ]
    for connection, session in sorted(guesses, key=lambda guess: _distance(*guess)):
        if connection.id not in found and session in free:
            found[connection.id] = session
            free.remove(session)


def _is_known(connection: Connection) -> bool:
    """Whether the id of its session is certain. What REST tells may be another one, until it was listed."""
    was_listed = connection.session_id is not None and connection.is_listed
    return connection.api != REST or was_listed or same_id(connection.session_id, connection.id)


def _distance(connection: Connection, session: Session) -> tuple[float, float]:
    """How far the session's begin is from the time in which the connection was opened, and from the end of that time."""
    return min(
        (max(connection.asked_at - began, began - connection.opened_at, 0.0), abs(connection.opened_at - began))
        for began in _begins(session, connection)
    )


def _begins(session: Session, connection: Connection) -> tuple[float, float]:
    """When the session began, by the clock of the connection's times, if that is remote.it's or if ours was."""
    return session.started_at, session.started_at + connection.ahead


def _began_with(session: Session, connection: Connection) -> bool:
    return session.service_id == connection.service_id and any(_in_time(session, connection))


def _in_time(session: Session, connection: Connection) -> list[bool]:
    """Whether the session began while the connection was opened, by each clock."""
    begins = _begins(session, connection)
    return [connection.asked_at - _MARGIN <= began <= connection.opened_at + _MARGIN for began in begins]


def is_certain(connection: Connection, session: Session) -> bool:
    """Whether the session that pair() found for the connection is its own, whichever clock is right."""
    is_named = same_id(session.id, connection.id) or same_id(session.id, connection.session_id)
    return is_named or all(_in_time(session, connection))


def alive(
    connections: Sequence[Connection], sessions: Iterable[Session], now: float, ahead: float = 0.0
) -> list[Connection]:
    """Those of *connections* that *sessions*, as listed at *now*, show to be open, with what was learnt of them.

    The clock of *now*, which is that of their times, is *ahead* of this machine's by so many seconds.
    """
    paired = pair(connections, sessions)
    kept: list[Connection] = []
    for connection in connections:
        must_be_listed = now - connection.opened_at >= LISTED_AFTER
        if connection.id in paired:
            # As long as its own session may be missing, the one that is nearest may be another's.
            session = paired[connection.id]
            session_id = session.id if must_be_listed and is_certain(connection, session) else connection.session_id
            kept.append(connection._replace(session_id=session_id, is_listed=must_be_listed, verified_at=now - ahead))
        elif not must_be_listed:
            kept.append(connection)
    return kept


def probe(connection: Connection, silence: float, deadline: Deadline) -> bool | None:
    """Whether the proxy accepts a TCP connect within *silence* seconds; None when a connect would prove nothing or harm, or has no time.

    A restricted proxy may serve another client than this machine, and a latching one would latch to this machine,
    which is wrong unless this machine opened it for itself.
    """
    seconds = min(silence, deadline.remaining())
    if not seconds or not (connection.access == PUBLIC or connection.type == REVERSE or connection.is_latched_here):
        return None
    address = (connection.host, connection.port or 443)

    def connect() -> None:
        with contextlib.closing(socket.create_connection(address, seconds)):
            pass

    try:
        # The lookup of a name knows no limit of its own.
        within(seconds, connect)
    except TimeoutError:
        # If it was the task that had no time for an answer, the proxy may be well.
        return False if seconds == silence else None
    except OSError:
        return False
    return True
