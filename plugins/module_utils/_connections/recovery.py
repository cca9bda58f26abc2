# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connects whose answer was lost: find out whether a connection was made, and close it, because nobody knows its address.

An attempt is written to the registry before it is made, so that even a process that was killed leaves word of it.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterable, Sequence

from .._api.client import Client
from .._base.clock import Clock
from .._base.errors import AnswerLostError, ApiError, RegistryError
from .._model.connection import Connection
from .._model.session import Session
from .._registry import journal
from .._registry.holding import IDLE, Attempt, Holding
from .._registry.turn import Turn
from .liveness import LISTED_AFTER, pair

# The server stamps a session with its own clock, to a second.
_MARGIN = 2.0


def given_up(turn: Turn, attempt: Attempt) -> Attempt:
    """*attempt* when no further request is made for it: it ends soon, which is noted.

    What others open later on the same service must not be taken for what came of it.
    """
    attempts = turn.holding.attempts
    ended = attempt.given_up()
    attempts[attempts.index(attempt)] = ended
    # It is known already, only for longer than it needs to be.
    with contextlib.suppress(RegistryError):
        turn.save()
    return ended


def _unknown(holding: Holding, sessions: Iterable[Session]) -> list[Session]:
    """Those of *sessions* that are not known to belong to a held connection."""
    listed = list(sessions)
    known = {session.id for session in pair(holding.connections, listed).values()}
    return [session for session in listed if session.id not in known]


def _began_in(attempt: Attempt, session: Session, clocks: Iterable[float]) -> bool:
    """Whether the session began in the time of *attempt* by one of the *clocks*, seconds ahead of ours."""
    return any(attempt.asked_at - _MARGIN <= session.started_at - ahead <= attempt.until + _MARGIN for ahead in clocks)


def orphans(holding: Holding, attempts: Iterable[Attempt], sessions: Iterable[Session], clock: Clock) -> list[Session]:
    """The sessions that *attempts* made: begun in their time and not known to belong to a held connection.

    If clocks differ, it must fit both of them, because it may be somebody else's session.
    """
    candidates = [(ahead,) for ahead in clock.candidates()]
    return [
        session
        for session in _unknown(holding, sessions)
        if any(
            all(_began_in(attempt, session, clocks) for clocks in ([attempt.ahead] if attempt.ahead else candidates))
            for attempt in attempts
        )
    ]


def is_uncertain(attempt: Attempt, clock: Clock) -> bool:
    """Whether clocks leave open when it was, and so what it made."""
    return attempt.is_to_come() or (clock.is_doubtful() and not attempt.ahead)


def suspects(holding: Holding, sessions: Iterable[Session], clock: Clock) -> list[Session]:
    """What attempts may have made, although it is not certain enough to be closed: begun since, by the clock that is behind.

    Of one that is to come, it is only known that remote.it has not closed it yet, as what nobody uses.
    """
    since = math.inf
    for attempt in (attempt for attempt in holding.attempts if is_uncertain(attempt, clock)):
        since = min(since, time.time() - IDLE if attempt.is_to_come() else attempt.asked_at)
    ahead = min(clock.told, clock.offset)
    return [item for item in _unknown(holding, sessions) if item.started_at - ahead >= since - _MARGIN]


def learnt(holding: Holding, answered: Attempt, connection: Connection, sessions: Iterable[Session]) -> bool:
    """Note in the attempts of *holding* what remote.it's clock is, as its own stamp on the session of *connection* tells.

    *answered* is when we asked for the connection, and until when we waited. False if the session is not listed.
    """
    session = pair(holding.connections, sessions).get(connection.id)
    if session is None:
        return False
    ahead = (session.started_at - answered.until, session.started_at - answered.asked_at)
    holding.attempts = [attempt._replace(ahead=ahead) for attempt in holding.attempts]
    return True


def settle_by(client: Client, turn: Turn, connection: Connection, answered: Attempt) -> list[Session]:
    """Where two clocks differ, the session of *connection* tells which one is right: close what came of attempts.

    Returns those, as begun by our clock. *answered* is as in learnt().
    """
    if not client.clock.is_doubtful():
        return []
    for look in client.settings.patience.looks:
        turn.deadline.sleep(look)
        sessions = client.listing(connection.service_id, turn.deadline).sessions or ()
        if learnt(turn.holding, answered, connection, sessions):
            ahead = min(turn.holding.attempts[0].ahead)
            closed = settle(client, turn, sessions)
            return [item._replace(started_at=item.started_at - ahead) for item in sessions if item.id in closed]
    return []


def settle(client: Client, turn: Turn, sessions: Sequence[Session]) -> list[str]:
    """Close what earlier attempts left open and forget those of which nothing can come any more; the ids of those closed."""
    holding = turn.holding
    found = orphans(holding, holding.attempts, sessions, client.clock)
    if turn.predicts:
        # Else who comes next in the same prediction would find them once more.
        holding.attempts = [attempt for attempt in holding.attempts if is_uncertain(attempt, client.clock)]
        return [session.id for session in found]
    closed = []
    for session in found:
        # What cannot be closed now is looked for again by the next task, because its attempt is kept.
        with contextlib.suppress(ApiError):
            client.close_session(session, turn.deadline)
            journal.closed(session)
            closed.append(session.id)
    if len(closed) == len(found):
        left = any(session.id not in closed for session in suspects(holding, sessions, client.clock))
        holding.attempts = [
            attempt
            for attempt in holding.attempts
            # What is left open by clocks is told of by each task, until another connection tells which one is right.
            if (left and is_uncertain(attempt, client.clock)) or _may_be_listed(attempt)
        ]
    return closed


def _may_be_listed(attempt: Attempt) -> bool:
    """Whether what it makes may be listed later than now."""
    return not attempt.is_to_come() and time.time() < attempt.until + LISTED_AFTER


def recover(client: Client, turn: Turn, attempt: Attempt, lost: AnswerLostError) -> None:
    """After a lost answer: return when it is safe to try again, raise an error that says what may be open otherwise.

    An orphan that was found and closed settles *attempt* if it is the only one, which is then forgotten. What fits
    one clock only is left for settle_by(), which knows which clock is right.
    """
    try:
        for look in client.settings.patience.looks:
            turn.deadline.sleep(look)
            service = client.service(turn.service_id, turn.deadline)
            sessions = service.sessions if service else ()
            if sessions is None:
                break
            found = orphans(turn.holding, [attempt], sessions, client.clock)
            for session in found:
                client.close_session(session, turn.deadline)
            # With another attempt about it may have been that one's, and ours is still to be listed.
            if found and turn.holding.attempts == [attempt]:
                turn.holding.attempts.remove(attempt)
                return
        else:
            return
    except ApiError as error:
        raise _uncertain(turn.service_id, lost, str(error)) from None
    raise _uncertain(turn.service_id, lost, "its sessions may not be read")


def _uncertain(service_id: str, lost: AnswerLostError, why: str) -> AnswerLostError:
    return AnswerLostError(
        f"{lost} A connection to {service_id} may be open, and it could not be looked for ({why}). The next task for "
        "this service looks again and closes it; left alone it closes after 15 idle minutes.",
        status=lost.status,
    )
