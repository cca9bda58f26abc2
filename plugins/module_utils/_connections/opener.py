# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opens connections, and never loses one although an answer is lost."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from .._api.client import Client
from .._base.clock import Deadline
from .._base.errors import AnswerLostError, ApiError, OutOfTimeError, RegistryError, RemoteItError
from .._model.access import Access
from .._model.connection import Connection
from .._model.wanted import Wanted
from .._registry.holding import Attempt
from .._registry.turn import Turn
from .closer import Closer

if TYPE_CHECKING:
    from .._model.failure import Failure

# What closing may take although the time is over, in seconds.
_CLOSING = 1.0


class Opener:
    """Opens connections of one access key."""

    def __init__(self, client: Client, closer: Closer) -> None:
        self._client = client
        self._closer = closer

    def open(self, turn: Turn, wanted: Wanted) -> tuple[Connection, list[str]]:
        """A new connection, and the ids of what earlier lost answers had left open, and is closed now.

        For SSH, a failure is written down, and believed for a moment. Raises RemoteItError.
        """
        if not wanted.by_ssh:
            turn.holding.failure = None
            return self._connect(turn, wanted, None)
        from .._model.failure import Failure, raise_if_believed  # tasks do without
        from .._settings.asker import asked_by

        asker = asked_by(self._client.settings, wanted.access)
        before = raise_if_believed(turn.holding.failure, asker)
        turn.holding.failure = None
        try:
            return self._connect(turn, wanted, before)
        except OutOfTimeError:
            raise
        except ApiError as error:
            turn.holding.failure = Failure.of(error, asker, before)
            with contextlib.suppress(RegistryError):
                turn.save()
            raise

    def _connect(self, turn: Turn, wanted: Wanted, before: Failure | None) -> tuple[Connection, list[str]]:
        begun = time.time()
        for attempts_left in reversed(range(self._client.settings.patience.connects)):
            attempt = Attempt.begun(turn.deadline.remaining())
            turn.holding.attempts.append(attempt)
            turn.save()
            access = wanted.access or Access()
            try:
                opened = self._client.open(turn.service_id, access, wanted.wait, turn.deadline, before)
            except AnswerLostError as lost:
                self._recover(turn, attempt, lost, is_last=not attempts_left)
                continue
            except RemoteItError:
                turn.holding.attempts.remove(attempt)
                turn.save()
                raise
            turn.holding.attempts.remove(attempt)
            answered = Attempt(attempt.asked_at, time.time())
            connection = self._remembered(turn, wanted, opened)
            return connection, self._settled(turn, connection, answered, begun)
        raise AssertionError("unreachable")

    def _recover(self, turn: Turn, attempt: Attempt, lost: AnswerLostError, *, is_last: bool) -> None:
        """Return when it is safe to try again. Raises AnswerLostError otherwise, and when that was the last try."""
        pause = Deadline(lost.retry_after)
        from .recovery import given_up, recover  # after a lost answer only

        recover(self._client, turn, given_up(turn, attempt), lost)
        if is_last or pause.remaining() >= turn.deadline.remaining():
            turn.save()
            self._closer.mention_suspects(turn)
            raise lost
        turn.deadline.sleep(pause.remaining())

    def _remembered(self, turn: Turn, wanted: Wanted, opened: Connection) -> Connection:
        """*opened*, as it is written down. What cannot be remembered could never be closed, so it is closed at once."""
        connection = wanted.claimed(opened)
        if wanted.by_ssh:
            connection = connection._replace(unanswered_since=time.time())
        turn.holding.connections.append(connection)
        try:
            turn.save()
        except RegistryError as error:
            deadline = Deadline(max(turn.deadline.remaining(), _CLOSING))
            try:
                self._client.close(turn.service_id, connection.id, connection.api, deadline)
            except ApiError as close_error:
                raise RegistryError(f"{error} Connection {connection.id} was left open: {close_error}") from None
            raise
        return connection

    def _settled(self, turn: Turn, connection: Connection, answered: Attempt, begun: float) -> list[str]:
        """The ids of what was open before *begun*, and is known by *connection* to be of lost answers, and closed now."""
        if not turn.holding.attempts:
            return []
        from .recovery import settle_by  # after a lost answer only

        settled = settle_by(self._client, turn, connection, answered)
        # It is known already, only that it is settled is not.
        with contextlib.suppress(RegistryError):
            turn.save()
        return [session.id for session in settled if session.started_at < begun]
