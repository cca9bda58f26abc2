# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opening, finding and closing of proxy connections."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import uuid
from collections.abc import Iterable

from ..config.settings import Behaviour
from ..config.world import Account, Device, Permission, Service, World
from .activity import Activity
from .admission import Admission, is_hostip
from .applications import application
from .clock import Clock
from .connection import Connection
from .event_log import EventLog
from .faults import Faults
from .refusals import Reason, Refused
from .relay import Relay

_IDLE_POLL = 3600.0


class Broker:
    """All open connections, in the order they were opened."""

    def __init__(self, world: World, behaviour: Behaviour, clock: Clock, faults: Faults, events: EventLog) -> None:
        self.world = world
        self._behaviour = behaviour
        self._clock = clock
        self._faults = faults
        self.events = events
        self._open: list[Connection] = []
        self._free_ports: list[int] = []
        self._wake = asyncio.Event()

    def connections(self) -> list[Connection]:
        """Return the connections open at this moment."""
        self._close_due()
        return list(self._open)

    def find(self, id_: str) -> Connection | None:
        """Return the open connection with this connection or session id."""
        return next((connection for connection in self.connections() if connection.named(id_)), None)

    async def connect(
        self, account: Account, service_id: str, hostip: str, via: str, reverse: bool | None
    ) -> Connection:
        """Open a proxy.

        :param reverse: the kind of proxy, None for what the application type says.
        :raises Refused: the service is not there, not on, not allowed, or ``hostip`` is not an IPv4 address.
        """
        await asyncio.sleep(self._behaviour.connect_delay)
        device, service = self._connectable(account, service_id, hostip)
        previous = None
        if self._behaviour.second_connect == "override":
            previous = self._override(account, service)
        connection = self._new(account, device, service, hostip, via, reverse)
        connection.previous_url = previous
        await self._open_proxy(connection)
        self._open.append(connection)
        self.events.connection(connection, "connected")
        self._wake.set()
        return connection

    def close(self, connection: Connection) -> None:
        """Close a connection; its clients are cut off."""
        self._open.remove(connection)
        self.events.connection(connection, "disconnected")
        if connection.relay is not None:
            connection.relay.close()
            self._free_ports.append(connection.port)

    def close_all(self, connections: Iterable[Connection] | None = None) -> None:
        """Close many connections, by default all."""
        for connection in list(self._open if connections is None else connections):
            self.close(connection)

    def close_service(self, service_id: str) -> None:
        """Close all connections to a service, those that this simulator did not open as well."""
        self.close_all([connection for connection in self._open if connection.service_id == service_id])
        self.world.sessions = [one for one in self.world.sessions if one.service_id.lower() != service_id.lower()]

    async def run(self) -> None:
        """Close connections when their time has come, for ever."""
        while True:
            self._wake.clear()
            self._close_due()
            due = min((self._deadline(one) for one in self._open), default=self._clock.elapsed() + _IDLE_POLL)
            pause = max(0.0, self._clock.real_seconds(due - self._clock.elapsed()))
            with contextlib.suppress(TimeoutError):
                # wait_for() of Python 3.11 can swallow a cancellation.
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    def time_passed(self) -> None:
        """Tell the broker that simulated time jumped."""
        self._close_due()
        self._wake.set()

    def _deadline(self, connection: Connection) -> float:
        return connection.deadline(self._behaviour.lifetime, self._behaviour.idle_timeout)

    def _close_due(self) -> None:
        now = self._clock.elapsed()
        self.close_all([connection for connection in self._open if self._deadline(connection) <= now])

    def _connectable(self, account: Account, service_id: str, hostip: str) -> tuple[Device, Service]:
        found = self.world.service(service_id)
        if found is None or Permission.VIEW not in self.world.permissions(account, found[0]):
            raise Refused(Reason.UNKNOWN_SERVICE if service_id.count(":") == 7 else Reason.BAD_ID)
        device, service = found
        if Permission.CONNECT not in self.world.permissions(account, device):
            raise Refused(Reason.FORBIDDEN)
        if not service.enabled:
            raise Refused(Reason.DISABLED)
        if not _is_up(device, service):
            raise Refused(Reason.INACTIVE)
        if "UNLICENSED" in (device.license, service.license):
            raise Refused(Reason.UNLICENSED)
        if not is_hostip(hostip):
            raise Refused(Reason.BAD_HOSTIP)
        return device, service

    def _override(self, account: Account, service: Service) -> str | None:
        mine = [one for one in self._open if one.service_id == service.id and one.account_id == account.id]
        self.close_all(mine)
        return mine[-1].url if mine else None

    def _new(
        self, account: Account, device: Device, service: Service, hostip: str, via: str, reverse: bool | None
    ) -> Connection:
        kind = application(service.application)
        is_reverse = kind.proxy if reverse is None else reverse
        id_, legacy_id = str(uuid.uuid4()), secrets.token_hex(20).upper()
        differs = via == "rest" and self._behaviour.rest_session_id == "different"
        return Connection(
            id=id_.upper() if self._behaviour.id_case == "mixed" else id_,
            session_id=legacy_id if differs else id_,
            legacy_session_id=legacy_id,
            service_id=service.id,
            device_id=device.id,
            account_id=account.id,
            hostip=hostip,
            reverse=is_reverse,
            via=via,
            host=f"{secrets.token_hex(7)}.p18.rt3.io" if is_reverse else self._behaviour.proxy_host,
            port=30000 + secrets.randbelow(9000),
            opened=self._clock.wall(),
            opened_elapsed=self._clock.elapsed(),
            target=lambda: service.target if _is_up(device, service) else None,
            scheme=kind.scheme or "http",
            admission=Admission(hostip),
            activity=Activity(self._clock.elapsed, self._wake.set),
        )

    async def _open_proxy(self, connection: Connection) -> None:
        if connection.reverse:
            return
        listen = self._faults.take("proxy", "open") is None
        relay = Relay(
            connection.target,
            connection.admission,
            connection.activity,
            self._client_fault,
            self._behaviour.cut_on_close,
        )
        reused = self._free_ports.pop() if self._behaviour.reuse_ports and self._free_ports else 0
        try:
            connection.port = await relay.open(self._behaviour.proxy_host, reused, listen=listen)
        except OSError:
            # another program of this machine has it by now
            connection.port = await relay.open(self._behaviour.proxy_host, 0, listen=listen)
        connection.relay = relay

    def _client_fault(self) -> str | None:
        fault = self._faults.take("proxy", "client")
        return fault.name if fault else None


def _is_up(device: Device, service: Service) -> bool:
    return device.online and service.online
