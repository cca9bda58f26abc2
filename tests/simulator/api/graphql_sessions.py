# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions: the open connections as the GraphQL API tells them.

The vendor's application takes the id of a session for the id of the connection, and calls a session a proxy one when
its endpoint says so.
"""

from __future__ import annotations

from ..cloud.broker import Broker
from ..cloud.clock import Clock, iso
from ..cloud.connection import Connection
from ..config.settings import Behaviour
from ..config.world import Account, ForeignSession, Permission

Values = dict[str, object]


class Sessions:
    """The sessions one viewer can see."""

    def __init__(self, broker: Broker, behaviour: Behaviour, clock: Clock, viewer: Account) -> None:
        self._broker = broker
        self._behaviour = behaviour
        self._clock = clock
        self._viewer = viewer

    def of_service(self, service_id: str) -> list[Values]:
        """Return the sessions on a service, whoever opened them."""
        return [
            *(self.of_connection(one) for one in self._listed() if one.service_id == service_id),
            *(self._foreign(one) for one in self._foreigners() if one.service_id.lower() == service_id.lower()),
        ]

    def of_account(self, account: Account) -> list[Values]:
        """Return the sessions on the account's devices, and those the account opened elsewhere."""
        return [
            *(self.of_connection(one) for one in self._listed() if self._concerns(account, one)),
            *(self._foreign(one) for one in self._foreigners() if self._concerns(account, one)),
        ]

    def of_connection(self, connection: Connection) -> Values:
        """Return the session of a connection."""
        return self._values(
            connection.session_id, iso(connection.opened), connection.account_id, connection.service_id, True
        )

    def is_listed(self, connection: Connection) -> bool:
        """Tell whether a connection is old enough to be listed."""
        return self._clock.elapsed() - connection.opened_elapsed >= self._behaviour.session_delay

    def _listed(self) -> list[Connection]:
        return [connection for connection in self._broker.connections() if self.is_listed(connection)]

    def _foreigners(self) -> list[ForeignSession]:
        return self._broker.world.sessions

    def _concerns(self, account: Account, session: Connection | ForeignSession) -> bool:
        found = self._broker.world.service(session.service_id)
        return session.account_id == account.id or (found is not None and found[0].owner_id == account.id)

    def _foreign(self, session: ForeignSession) -> Values:
        return self._values(session.id, session.started, session.account_id, session.service_id, session.proxy)

    def _values(self, id_: str, timestamp: str, account_id: str, service_id: str, proxy: bool) -> Values:
        user = self._broker.world.account(account_id)
        found = self._broker.world.service(service_id)
        target: Values | None = None
        if found is not None and Permission.VIEW in self._broker.world.permissions(self._viewer, found[0]):
            device, service = found
            owner = self._broker.world.account(device.owner_id)
            target = {
                "id": service.id,
                "name": service.name,
                "platform": device.platform,
                "application": service.application,
                "port": service.port,
                "owner": {"id": device.owner_id, "email": owner.email if owner else None},
                "device": {"id": device.id, "name": device.name},
            }
        return {
            "id": id_,
            "timestamp": timestamp,
            "state": "connected",
            "connected": True,
            "source": "EXTERNAL",
            "user": {"id": account_id, "email": user.email if user else None},
            "target": target,
            "endpoint": {"id": id_, "timestamp": timestamp, "proxy": proxy, "platform": 0, "manufacturer": 0},
        }
