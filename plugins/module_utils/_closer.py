# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Close connections, and be sure of it before they are forgotten."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

from ._client import Client
from ._clock import Deadline
from ._errors import AnswerLostError, ApiError, OptionError, RefusedError
from ._liveness import PROBE_TIMEOUT, SETTLING, pair, probe
from ._model import Connection, Session, same_id
from ._recovery import settle
from ._registry import Holding, Registry
from ._settings import GRAPHQL, REST, Settings
from ._wanted import is_unneeded


class Closer:
    """Closes connections of one access key. *warn* takes one sentence for the user.

    Each method is told whether it should only *check* what it would close, and returns the ids of those. What is given
    as *holding* is changed, and saved unless *check*. All raise ApiError.
    """

    def __init__(self, client: Client, registry: Registry, settings: Settings, warn: Callable[[str], None]) -> None:
        self._client = client
        self._registry = registry
        self._settings = settings
        self._warn = warn

    def close_held(
        self, service_id: str, holding: Holding, targets: Sequence[Connection], deadline: Deadline, check: bool
    ) -> list[str]:
        """Close *targets*, forgetting each as soon as it is known to be closed; the ids that were open until now."""
        sessions, _why = self._client.sessions_on(service_id, deadline)
        # What takes long from here on makes the list no younger.
        listed_at = self._client.clock.server_time()
        paired = pair(holding.connections, sessions or ())
        closed = [] if sessions is None else settle(self._client, service_id, holding, sessions, deadline, check)
        self._mention_others(service_id, sessions or (), {*closed, *(session.id for session in paired.values())})
        failures: list[ApiError] = []
        for connection in targets:
            may_be_unlisted = sessions is None or listed_at - connection.opened_at < SETTLING
            may_be_open = connection.id in paired or may_be_unlisted
            try:
                session = paired.get(connection.id)
                if may_be_open and (check or self._close(connection, session, holding.connections, deadline)):
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

    def _close(
        self, connection: Connection, session: Session | None, held: Sequence[Connection], deadline: Deadline
    ) -> bool:
        """Close one of *held* and be sure of it; False when it turns out to have been closed before. Raises ApiError."""
        api, connection_id = connection.api, connection.id
        if api == REST and self._settings.credentials.developer_key is None:
            api, connection_id = GRAPHQL, session.id if session else connection.session_id or connection.id
        try:
            self._client.close(connection.service_id, connection_id, api, deadline)
            return True
        except (RefusedError, AnswerLostError) as error:
            # The refusal may mean "closed already", in words that nobody documented: look instead of reading them.
            if self._is_open(connection, held, deadline) is not False:
                raise
            # What was listed before we asked, or may have been closed by a lost answer, it was we who closed it.
            return session is not None or isinstance(error, AnswerLostError)

    def _is_open(self, connection: Connection, held: Sequence[Connection], deadline: Deadline) -> bool | None:
        """Whether one of *held* is open at this moment; None when that cannot be known."""
        sessions, _why = self._client.sessions_on(connection.service_id, deadline)
        if sessions is not None and connection.id in pair(held, sessions):
            return True
        unsettled = connection.opened_at + SETTLING - self._client.clock.server_time()
        if sessions is not None and unsettled <= 0:
            return False
        answer = probe(connection, min(PROBE_TIMEOUT, deadline.remaining()))
        if sessions is None or answer is False:
            return answer
        # It may be open and not listed yet.
        deadline.sleep(unsettled)
        sessions, _why = self._client.sessions_on(connection.service_id, deadline)
        return None if sessions is None else connection.id in pair(held, sessions)

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
        for session in (service.sessions if service else None) or ():
            if same_id(session.id, connection_id):
                if not check:
                    self._client.close(service_id, session.id, GRAPHQL, deadline)
                return [session.id]
        for session in self._client.sessions(deadline):
            if same_id(session.id, connection_id):
                raise OptionError(_other_service(connection_id, session.service_id, service_id))
        return []

    def _mention_others(self, service_id: str, sessions: Sequence[Session], known: set[str]) -> None:
        others = [session.id for session in sessions if session.id not in known]
        if others:
            self._warn(
                f"This account has connections to {service_id} open that were not opened from this registry and were "
                f"left alone: {', '.join(others)}. To close one, name it in connection_id."
            )


def _other_service(connection_id: str, actual: str, asked: str) -> str:
    return f"connection_id={connection_id} belongs to service {actual}, not to service_id={asked}: correct one of them."
