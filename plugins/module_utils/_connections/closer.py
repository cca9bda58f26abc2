# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Close connections, and be sure of it before they are forgotten."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .._api.client import Client
from .._base.clock import Deadline
from .._base.errors import AnswerLostError, ApiError, OptionError, RefusedError, RegistryError
from .._model.connection import Connection
from .._model.ids import same_id
from .._model.session import Listing, Session
from .._model.wanted import is_unneeded
from .._registry import journal
from .._registry.registry import Registry
from .._registry.turn import Turn
from .._settings.settings import GRAPHQL, REST
from .liveness import LISTED_AFTER, is_certain, pair, probe


class _Listed(NamedTuple):
    """What is listed of a service, and the session of each held connection that has one there, by connection id."""

    listing: Listing
    paired: Mapping[str, Session]

    def may_be_open(self, connection: Connection) -> bool:
        may_be_unlisted = self.listing.sessions is None or self.listing.at - connection.opened_at < LISTED_AFTER
        return connection.id in self.paired or may_be_unlisted


class Closer:
    """Closes connections of one access key.

    In a turn that predicts, nothing is closed, and the ids of what would be are returned all the same. All methods raise
    ApiError.
    """

    def __init__(self, client: Client, registry: Registry) -> None:
        self._client = client
        self._registry = registry

    def close_held(self, turn: Turn, targets: Sequence[Connection]) -> list[str]:
        """Close *targets*, forgetting each as soon as it is known to be closed; the ids that were open until now."""
        holding = turn.holding
        listing = turn.take_prefetched() or self._client.listing(turn.service_id, turn.deadline)
        if listing.is_unseen and not holding.connections:
            self._client.check_is_no_device(turn.service_id, turn.deadline)
        listed = _Listed(listing, pair(holding.connections, listing.sessions or ()))
        closed = self._settle(turn, listed)
        if not turn.predicts:
            self._announce(turn, targets)
        failures: list[ApiError] = []
        for connection in targets:
            try:
                if listed.may_be_open(connection) and (turn.predicts or self._close(turn, connection, listed)):
                    closed.append(connection.id)
            except ApiError as error:
                # One that resists must not keep the others open.
                failures.append(error)
                continue
            holding.connections = [item for item in holding.connections if item.id != connection.id]
            turn.save()
        if failures:
            raise failures[0]
        return closed

    def close_silent(self, connection: Connection, deadline: Deadline) -> None:
        """Close what does not answer, whose sessions cannot be read. Raises RefusedError if it is closed already."""
        self._ask_to_close(connection, None, deadline)

    def close_unneeded(self, turn: Turn, but: Connection | None) -> list[str]:
        """Close what processes left behind that have ended; what resists stays for the next one who comes here."""
        closed = []
        for connection in turn.holding.connections:
            if connection is not but and is_unneeded(connection):
                with contextlib.suppress(ApiError, RegistryError):
                    closed += self.close_held(turn, [connection])
        return closed

    def close_stranger(self, turn: Turn, connection_id: str) -> list[str]:
        """Close a connection that the registry does not know, by the id that the list of sessions shows."""
        for connection in self._registry.read_all(turn.deadline):
            if same_id(connection.id, connection_id):
                raise OptionError(_other_service(connection_id, connection.service_id, turn.service_id))
        service = self._client.service(turn.service_id, turn.deadline)
        if service is None:
            self._client.check_is_no_device(turn.service_id, turn.deadline)
        for session in (service.sessions if service else None) or ():
            if same_id(session.id, connection_id):
                if not turn.predicts:
                    self._client.close_session(session, turn.deadline)
                    journal.closed(session)
                return [session.id]
        for session in self._client.sessions(turn.deadline):
            if same_id(session.id, connection_id):
                raise OptionError(_other_service(connection_id, session.service_id, turn.service_id))
        return []

    def mention_suspects(self, turn: Turn) -> None:
        """Tell the user what may have come of lost answers, and is left open, because clocks leave open what it is."""
        if not turn.holding.attempts:
            return
        from .recovery import is_uncertain, suspects  # after a lost answer only

        if any(is_uncertain(attempt, self._client.clock) for attempt in turn.holding.attempts):
            sessions = self._client.listing(turn.service_id, turn.deadline).sessions or ()
            self._warn_of_suspects(turn.service_id, suspects(turn.holding, sessions, self._client.clock))

    def _settle(self, turn: Turn, listed: _Listed) -> list[str]:
        """Close what came of lost answers, and tell the user of all that nobody here knows."""
        sessions = listed.listing.sessions
        suspected: list[Session] = []
        closed: list[str] = []
        if sessions is not None and turn.holding.attempts:
            from .recovery import settle, suspects  # after a lost answer only

            # Before it is settled: what is forgotten then could not be told any more.
            suspected = suspects(turn.holding, sessions, self._client.clock)
            closed = settle(self._client, turn, sessions)
        self._warn_of_suspects(turn.service_id, [session for session in suspected if session.id not in closed])
        known = {session.id for session in (*listed.paired.values(), *suspected)}
        self._mention_others(turn.service_id, sessions or (), {*closed, *known})
        return closed

    def _announce(self, turn: Turn, targets: Sequence[Connection]) -> None:
        """Write down what was settled, and what will be closed, which nobody may use again even if we are killed."""
        holding, ids = turn.holding, {connection.id for connection in targets}
        holding.connections = [item._replace(closing=item.closing or item.id in ids) for item in holding.connections]
        # On a disk that is full, too, it can be closed and forgotten.
        with contextlib.suppress(RegistryError):
            turn.save()

    def _close(self, turn: Turn, connection: Connection, listed: _Listed) -> bool:
        """Close and be sure of it; False when it turns out to have been closed before."""
        session = listed.paired.get(connection.id)
        # Where there is a list, a probe would prove nothing: another connection may have the port by now.
        unlisted = listed.listing.sessions is None
        was_open = (
            probe(connection, self._client.settings.patience.silence, turn.deadline)
            if unlisted
            else session is not None
        )
        try:
            self._ask_to_close(connection, session, turn.deadline)
        except (RefusedError, AnswerLostError) as error:
            # The refusal may mean "closed already", in words that nobody documented: look instead of reading them.
            is_ours = self._is_closed_now(turn, connection, session, error)
            # It was open before we asked, or a lost answer may have closed it, so it was we who closed it.
            return is_ours and (bool(was_open) or isinstance(error, AnswerLostError))
        return True

    def _is_closed_now(self, turn: Turn, connection: Connection, session: Session | None, error: ApiError) -> bool:
        """Be sure that *connection* is closed although that met with *error*, which is raised if it may be open.

        False when there is nothing but a session that is likely to be somebody else's. *session* is as it was listed.
        """
        left = self._client.listing(turn.service_id, turn.deadline).sessions
        listed = pair(turn.holding.connections, left or ()).get(connection.id)
        if listed is None:
            if self._may_be_open(turn, connection, session, left):
                raise error
        elif session is None or same_id(listed.id, connection.id):
            raise error
        elif listed == session and not is_certain(connection, listed):
            # remote.it knows nothing of ours.
            if isinstance(error, AnswerLostError):
                raise error
            self._mention_others(turn.service_id, [listed], set())
            return False
        elif listed == session:
            # GraphQL closes by the id of the list, whatever REST knows it by.
            self._client.close_session(session, turn.deadline)
        return True

    def _may_be_open(
        self, turn: Turn, connection: Connection, session: Session | None, left: Sequence[Session] | None
    ) -> bool:
        """Whether it may be open although it is not among the sessions that are *left*."""
        until_listed = connection.opened_at + LISTED_AFTER - self._client.clock.server_time()
        if left is not None and (session is not None or until_listed <= 0):
            return False
        answer = probe(connection, self._client.settings.patience.silence, turn.deadline)
        if left is None or answer is False:
            return answer is not False
        # Another connection may have its address by now, so wait until it must be listed.
        turn.deadline.sleep(until_listed)
        left = self._client.listing(turn.service_id, turn.deadline).sessions
        return left is None or connection.id in pair(turn.holding.connections, left)

    def _ask_to_close(self, connection: Connection, session: Session | None, deadline: Deadline) -> None:
        api, connection_id = connection.api, connection.id
        if api == REST and self._client.settings.credentials.developer_key is None:
            listed = session.id if session and is_certain(connection, session) else None
            api, connection_id = GRAPHQL, listed or connection.session_id or connection.id
        signature = connection.signature if api == connection.api else None
        self._client.close(connection.service_id, connection_id, api, deadline, signature)

    def _warn_of_suspects(self, service_id: str, sessions: Sequence[Session]) -> None:
        if sessions:
            ids = ", ".join(session.id for session in sessions)
            self._client.warn(
                f"This account has connections to {service_id} open that were not opened from this registry, and may be "
                f"what came of a request whose answer was lost: {ids}. They were left alone, because a clock that differs "
                "from this machine's, or was set, leaves open when that was. To close one, name it in connection_id."
            )

    def _mention_others(self, service_id: str, sessions: Sequence[Session], known: set[str]) -> None:
        others = [session.id for session in sessions if session.id not in known]
        if others:
            self._client.warn(
                f"This account has connections to {service_id} open that were not opened from this registry and were "
                f"left alone: {', '.join(others)}. To close one, name it in connection_id."
            )


def _other_service(connection_id: str, actual: str, asked: str) -> str:
    return f"connection_id={connection_id} belongs to service {actual}, not to service_id={asked}: correct one of them."
