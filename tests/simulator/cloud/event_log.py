# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log of what happens: who connects to what, and what comes and goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from ..config.event import DEVICE_CONNECT, DEVICE_DELETE, DEVICE_STATE, Event, Target
from ..config.event_reader import target_of
from ..config.settings import Behaviour
from ..config.world import Account, Device, World
from .clock import Clock
from .connection import Connection


class EventLog:
    """Writes the events of the world, and finds those that are asked for."""

    def __init__(self, world: World, behaviour: Behaviour, clock: Clock) -> None:
        self._world = world
        self._behaviour = behaviour
        self._clock = clock

    def connection(self, connection: Connection, state: str) -> None:
        """Note that a connection is ``connected`` or ``disconnected``."""
        actor = self._world.account(connection.account_id)
        device = self._world.device(connection.device_id)
        # Who has been removed has no name any more.
        gone = Target(connection.service_id, None, connection.device_id, None)
        now = self._clock.wall()
        ended = state == "disconnected"
        self._world.events.append(
            Event(
                type=DEVICE_CONNECT,
                time=now,
                owner_id=device.owner_id if device else connection.account_id,
                target=target_of(self._world, connection.service_id) or gone,
                state=state,
                actor=actor.email if actor else None,
                session=connection.session_id,
                lifetime=round((now - connection.opened).total_seconds()) if ended else None,
            )
        )

    def deletion(self, device: Device, actor: Account) -> None:
        """Note that somebody deletes a device."""
        target = target_of(self._world, device.id)
        self._world.events.append(
            Event(DEVICE_DELETE, self._clock.wall(), device.owner_id, target=target, actor=actor.email)
        )

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note which devices and services go online or offline meanwhile."""
        before = self._online()
        yield
        for id_, online in self._online().items():
            device, target = self._world.device(id_), target_of(self._world, id_)
            if before.get(id_, online) == online or device is None:
                continue
            state = "active" if online else "inactive"
            self._world.events.append(
                Event(DEVICE_STATE, self._clock.wall(), device.owner_id, target=target, state=state)
            )

    def of_account(self, account: Account) -> list[Event]:
        """Return what happened in an account, and what its user did elsewhere; the newest first."""
        return self._told(
            [one for one in self._world.events if account.id == one.owner_id or account.email == one.actor]
        )

    def of_target(self, id_: str) -> list[Event]:
        """Return what happened to a device with its services, or to one service; the newest first."""
        return self._told([one for one in self._world.events if one.target is not None and one.target.concerns(id_)])

    def _told(self, events: list[Event]) -> list[Event]:
        """Return what the plan still tells; the newest first."""
        days = self._behaviour.event_days
        oldest = self._clock.wall() - timedelta(days=days) if days else None
        kept = [event for event in reversed(events) if oldest is None or event.time >= oldest]
        return sorted(kept, key=_time_of, reverse=True)

    def _online(self) -> dict[str, bool]:
        states = {device.id: device.online for device in self._world.devices}
        return states | {
            service.id: device.online and service.online
            for device in self._world.devices
            for service in device.services
        }


def _time_of(event: Event) -> datetime:
    return event.time
