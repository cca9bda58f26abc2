# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opening and closing of connections by GraphQL (vendor page "Usage Examples")."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError

from ..auth.authentication import Identity
from ..cloud.broker import Broker
from ..cloud.clock import iso
from ..cloud.refusals import Reason, Refused
from ..config.settings import Behaviour
from ..config.world import Permission
from .calls import Call
from .graphql_sessions import Sessions

Values = dict[str, object]
_REVERSE = {"AUTO_PROXY": None, "REVERSE_PROXY": True, "PORT_PROXY": False}


class Mutations:
    """The two mutations about connections, for one request."""

    def __init__(
        self, broker: Broker, behaviour: Behaviour, identity: Identity, sessions: Sessions, call: Call
    ) -> None:
        self._broker = broker
        self._behaviour = behaviour
        self._account = identity.account
        self._sessions = sessions
        self._call = call

    async def connect(self, _info: Any, **arguments: str) -> Values:
        """Answer ``connect``.

        :raises GraphQLError: the service refuses.
        """
        try:
            connection = await self._broker.connect(
                self._account,
                arguments["serviceId"],
                arguments["hostIP"],
                via="graphql",
                reverse=_REVERSE[arguments["type"]],
            )
        except Refused as refused:
            raise self._refused(refused.reason) from None
        self._call.connection_id = connection.id
        return {
            "id": connection.id,
            "reverseProxy": connection.reverse,
            "host": connection.host,
            "port": None if connection.reverse else connection.port,
            "url": connection.url,
            "created": iso(connection.opened),
            "timeout": int(self._behaviour.lifetime),
            "session": self._sessions.of_connection(connection) if self._sessions.is_listed(connection) else None,
        }

    def disconnect(self, _info: Any, **arguments: str | None) -> bool:
        """Answer ``disconnect``: own connections, and anyone's on devices the caller manages.

        :raises GraphQLError: there is no such connection (unless it is to be answered by false).
        """
        id_, service_id = arguments["connectionId"] or "", arguments.get("serviceId")
        connection = self._broker.find(id_)
        foreign = next((one for one in self._broker.world.sessions if one.id.lower() == id_.lower()), None)
        session = connection or foreign
        if session is None or not self._may_close(session.account_id, session.service_id, service_id):
            if self._behaviour.disconnect_unknown == "false":
                return False
            raise self._refused(Reason.UNKNOWN_CONNECTION)
        if connection is not None:
            self._broker.close(connection)
        elif foreign is not None:
            self._broker.world.sessions.remove(foreign)
        return True

    def _may_close(self, account_id: str, service_id: str, claimed_service_id: str | None) -> bool:
        if claimed_service_id is not None and claimed_service_id.lower() != service_id.lower():
            return False
        found = self._broker.world.service(service_id)
        manages = found is not None and Permission.MANAGE in self._broker.world.permissions(self._account, found[0])
        return account_id == self._account.id or manages

    def _refused(self, reason: Reason) -> GraphQLError:
        self._call.detail = reason.graphql
        return GraphQLError(reason.graphql)
