# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Close connections, and be sure of it before they are forgotten."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence

from .._api.client import Client
from .._base.clock import Deadline
from .._base.errors import AnswerLostError, ApiError, OptionError, RefusedError, RegistryError
from .._model.connection import Connection
from .._model.ids import same_id
from .._model.session import Session
from .._model.wanted import is_unneeded
from .._registry import journal
from .._registry.registry import Holding, Registry
from .._settings.settings import GRAPHQL, REST, Settings
from .listings import Listings
from .liveness import SETTLING, is_certain, pair, probe
from .recovery import settle, suspects


class Closer:
    """Closes connections of one access key. *warn* takes one sentence for the user.

    Each method is told whether it should only *check* what it would close, and returns the ids of those. What is given
    as *holding* is changed, and saved unless *check*. All raise ApiError.
    """

    def __init__(
        self,
        client: Client,
        listings: Listings,
        registry: Registry,
        settings: Settings,
        warn: Callable[[str], None],
    ) -> None:
        self._client = client
        self._listings = listings
        self._registry = registry
        self._settings = settings
        self._warn = warn

    def close_held(
        self, service_id: str, holding: Holding, targets: Sequence[Connection], deadline: Deadline, check: bool
    ) -> list[str]:
        """Close *targets*, forgetting each as soon as it is known to be closed; the ids that were open until now."""
        listing = self._listings.of(service_id, holding, deadline)
        sessions = listing.sessions
        if listing.is_unseen and not holding.connections:
            self._client.check_is_no_device(service_id, deadline)
        paired = pair(holding.connections, sessions or ())
        # Before it is settled: what is forgotten then could not be told any more.
        suspected = suspects(holding, sessions or (), self._client.clock)
        closed = [] if sessions is None else settle(self._client, holding, sessions, deadline, check)
        self.mention_suspects(service_id, [session for session in suspected if session.id not in closed])
        known = {session.id for session in (*paired.values(), *suspected)}
        self._mention_others(service_id, sessions or (), {*closed, *known})
        if not check:
            self._announce(service_id, holding, targets)
        failures: list[ApiError] = []
        for connection in targets:
            may_be_unlisted = sessions is None or listing.at - connection.opened_at < SETTLING
            may_be_open = connection.id in paired or may_be_unlisted
            try:
                if may_be_open and (
                    check or self._close(connection, None if sessions is None else paired, holding, deadline)
                ):
                    closed.append(connection.id)
            except ApiError as error:
                # One that resists must not keep the others open.
                failures.append(error)
                continue
            holding.connections = [item for item in holding.connections if item.id != connection.id]
            if not check:
                self._registry.save(service_id, holding)
        if failures:
            raise failures[0]
        return closed

    def close_silent(self, connection: Connection, deadline: Deadline) -> None:
        """Close what does not answer, whose sessions cannot be read. Raises RefusedError if it is closed already."""
        self._ask_to_close(connection, None, deadline)

    def _announce(self, service_id: str, holding: Holding, targets: Sequence[Connection]) -> None:
        """Write down what was settled, and what will be closed, which nobody may use again even if we are killed."""
        ids = {connection.id for connection in targets}
        holding.connections = [item._replace(closing=item.closing or item.id in ids) for item in holding.connections]
        # On a disk that is full, too, it can be closed and forgotten.
        with contextlib.suppress(RegistryError):
            self._registry.save(service_id, holding)

    def _close(
        self, connection: Connection, paired: Mapping[str, Session] | None, holding: Holding, deadline: Deadline
    ) -> bool:
        """Close and be sure of it; False when it turns out to have been closed before. Raises ApiError.

        *paired* are the sessions by connection id as they were listed, None where they cannot be listed.
        """
        session = paired.get(connection.id) if paired is not None else None
        # Where there is a list, a probe would prove nothing: another connection may have the port by now.
        was_open = session is not None if paired is not None else probe(connection, deadline)
        try:
            self._ask_to_close(connection, session, deadline)
            return True
        except (RefusedError, AnswerLostError) as error:
            # The refusal may mean "closed already", in words that nobody documented: look instead of reading them.
            left = self._client.listing(connection.service_id, deadline).sessions
            listed = pair(holding.connections, left or ()).get(connection.id)
            if listed is None:
                if self._may_be_open(connection, session, left, holding, deadline):
                    raise
            elif session is None or same_id(listed.id, connection.id):
                raise
            elif listed == session and not is_certain(connection, listed):
                # It is likely to be somebody else's, as remote.it knows nothing of ours.
                if isinstance(error, AnswerLostError):
                    raise
                self._mention_others(connection.service_id, [listed], set())
                return False
            elif listed == session:
                # GraphQL closes by the id of the list, whatever REST knows it by.
                self._client.close_session(session, deadline)
            # It was open before we asked, or a lost answer may have closed it, so it was we who closed it.
            return bool(was_open) or isinstance(error, AnswerLostError)

    def _may_be_open(
        self,
        connection: Connection,
        session: Session | None,
        left: Sequence[Session] | None,
        holding: Holding,
        deadline: Deadline,
    ) -> bool:
        """Whether it may be open although it is not among the sessions that are *left*."""
        unsettled = connection.opened_at + SETTLING - self._client.clock.server_time()
        if left is not None and (session is not None or unsettled <= 0):
            return False
        answer = probe(connection, deadline)
        if left is None or answer is False:
            return answer is not False
        # Another connection may have its address by now, so wait until it must be listed.
        deadline.sleep(unsettled)
        left = self._client.listing(connection.service_id, deadline).sessions
        return left is None or connection.id in pair(holding.connections, left)

    def _ask_to_close(self, connection: Connection, session: Session | None, deadline: Deadline) -> None:
        api, connection_id = connection.api, connection.id
        if api == REST and self._settings.credentials.developer_key is None:
            listed = session.id if session and is_certain(connection, session) else None
            api, connection_id = GRAPHQL, listed or connection.session_id or connection.id
        signature = connection.signature if api == connection.api else None
        self._client.close(connection.service_id, connection_id, api, deadline, signature)

    def close_unneeded(
        self, service_id: str, holding: Holding, but: Connection | None, deadline: Deadline, check: bool
    ) -> list[str]:
        """Close what processes left behind that have ended; what resists stays for the next one who comes here."""
        closed = []
        for connection in holding.connections:
            if connection is not but and is_unneeded(connection):
                with contextlib.suppress(ApiError):
                    closed += self.close_held(service_id, holding, [connection], deadline, check)
        return closed

    def close_stranger(self, service_id: str, connection_id: str, deadline: Deadline, check: bool) -> list[str]:
        """Close a connection that the registry does not know, by the id that the list of sessions shows."""
        for connection in self._registry.read_all():
            if same_id(connection.id, connection_id):
                raise OptionError(_other_service(connection_id, connection.service_id, service_id))
        service = self._client.service(service_id, deadline)
        if service is None:
            self._client.check_is_no_device(service_id, deadline)
        for session in (service.sessions if service else None) or ():
            if same_id(session.id, connection_id):
                if not check:
                    self._client.close_session(session, deadline)
                    journal.closed(session)
                return [session.id]
        for session in self._client.sessions(deadline):
            if same_id(session.id, connection_id):
                raise OptionError(_other_service(connection_id, session.service_id, service_id))
        return []

    def mention_suspects(self, service_id: str, sessions: Sequence[Session]) -> None:
        """Tell the user what may have come of a lost answer, and was not closed, because clocks leave it open."""
        if sessions:
            ids = ", ".join(session.id for session in sessions)
            self._warn(
                f"This account has connections to {service_id} open that were not opened from this registry, and may be "
                f"what came of a request whose answer was lost: {ids}. They were left alone, because the clock that "
                "remote.it's answers show differs from this machine's. To close one, name it in connection_id."
            )

    def _mention_others(self, service_id: str, sessions: Sequence[Session], known: set[str]) -> None:
        others = [session.id for session in sessions if session.id not in known]
        if others:
            self._warn(
                f"This account has connections to {service_id} open that were not opened from this registry and were "
                f"left alone: {', '.join(others)}. To close one, name it in connection_id."
            )


def _other_service(connection_id: str, actual: str, asked: str) -> str:
    return f"connection_id={connection_id} belongs to service {actual}, not to service_id={asked}: correct one of them."
