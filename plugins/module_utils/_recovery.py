# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connects whose answer was lost: find out whether a connection was made, and close it, because nobody knows its address.

An attempt is written to the registry before it is made, so that even a process that was killed leaves word of it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable

from ._client import Client
from ._clock import Deadline
from ._errors import AnswerLostError, ApiError
from ._liveness import SETTLING, pair
from ._model import Session
from ._registry import Attempt, Holding
from ._settings import GRAPHQL

# The server stamps a session with its own clock, to a second.
_MARGIN = 2.0
# When to look for a session that is listed late, in seconds after the answer was lost.
_LOOKS = (0.0, 1.0, 2.0, 3.0)


def new_attempt(request_timeout: float) -> Attempt:
    """An attempt that begins now and of which nothing can come after *request_timeout* seconds."""
    now = time.time()
    return Attempt(now, now + request_timeout)


def orphans(holding: Holding, attempts: Iterable[Attempt], sessions: Iterable[Session], skew: float) -> list[Session]:
    """The sessions that *attempts* made: begun in their time and not known to belong to a held connection.

    *skew* is how many seconds the server's clock is ahead of ours.
    """
    listed = list(sessions)
    known = {session.id for session in pair(holding.connections, listed).values()}
    return [
        session
        for session in listed
        if session.id not in known
        and any(
            attempt.asked_at - _MARGIN <= session.started_at - skew <= attempt.until + _MARGIN for attempt in attempts
        )
    ]


def settle(
    client: Client, service_id: str, holding: Holding, sessions: Iterable[Session], deadline: Deadline, check: bool
) -> list[str]:
    """Close what earlier attempts left open and forget those of which nothing can come any more.

    Changes *holding*; returns the ids of what was closed, or with *check* would be.
    """
    found = orphans(holding, holding.attempts, sessions, client.clock.observed)
    if check:
        # Else who comes next in the same prediction would find them once more.
        holding.attempts = []
        return [session.id for session in found]
    closed = []
    for session in found:
        # What cannot be closed now is looked for again by the next task, because its attempt is kept.
        with contextlib.suppress(ApiError):
            _close(client, service_id, session, deadline)
            closed.append(session.id)
    if len(closed) == len(found):
        holding.attempts = [attempt for attempt in holding.attempts if time.time() < attempt.until + SETTLING]
    return closed


def _close(client: Client, service_id: str, session: Session, deadline: Deadline) -> None:
    """Close *session* and be sure of it, whatever became of the answer. Raises ApiError."""
    try:
        client.close(service_id, session.id, GRAPHQL, deadline)
    except AnswerLostError:
        sessions, _why = client.sessions_on(service_id, deadline)
        if sessions is None or session.id in [listed.id for listed in sessions]:
            raise


def recover(
    client: Client, service_id: str, holding: Holding, attempt: Attempt, lost: AnswerLostError, deadline: Deadline
) -> None:
    """After a lost answer: return when it is safe to try again, raise an error that says what may be open otherwise.

    An orphan that was found and closed settles *attempt* if it is the only one, which is then taken off *holding*.
    """
    try:
        for look in _LOOKS:
            deadline.sleep(look)
            service = client.service(service_id, deadline)
            sessions = service.sessions if service else ()
            if sessions is None:
                break
            found = orphans(holding, [attempt], sessions, client.clock.observed)
            for session in found:
                _close(client, service_id, session, deadline)
            # With another attempt about it may have been that one's, and ours is still to be listed.
            if found and holding.attempts == [attempt]:
                holding.attempts.remove(attempt)
                return
        else:
            return
    except ApiError as error:
        raise _uncertain(service_id, lost, str(error)) from None
    raise _uncertain(service_id, lost, "its sessions may not be read")


def _uncertain(service_id: str, lost: AnswerLostError, why: str) -> AnswerLostError:
    return AnswerLostError(
        f"{lost} A connection to {service_id} may be open, and it could not be looked for ({why}). The next task for "
        "this service looks again and closes it; left alone it closes after 15 idle minutes."
    )
