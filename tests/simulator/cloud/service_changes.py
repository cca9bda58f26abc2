# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services are added, changed and removed.

The vendor's application has the arguments; its users need MANAGE, and a device that is ``configurable``. What the
service does beyond that is not published, so it is a behaviour.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from ..config.settings import Behaviour
from ..config.world import Account, Device, Permission, Service
from .access import device_to_change, service_to_change
from .agenda import Agenda
from .broker import Broker
from .change_refusals import ChangeRefused, Objection
from .clock import Clock, iso
from .service_values import check_service, defaults, name_for, target_of

# With one of these changed, connections would lead elsewhere: they break.
_ADDRESS = ("application", "host", "port")


class ServiceChanges:
    """The writes about services; each raises :class:`ChangeRefused` when the service says no."""

    def __init__(self, broker: Broker, behaviour: Behaviour, clock: Clock, agenda: Agenda) -> None:
        self._broker = broker
        self._world = broker.world
        self._behaviour = behaviour
        self._clock = clock
        self._agenda = agenda

    def add(self, account: Account, device_id: str, given: Mapping[str, Any]) -> tuple[Device, Service]:
        """Add a service to a device and return both.

        :param given: ``name``, ``application``, ``host``, ``port``, ``enabled``, where they are not to be the defaults.
        """
        device = device_to_change(self._world, account, device_id, Permission.MANAGE)
        self._check_agent(device)
        check_service(given)
        values: dict[str, Any] = {**defaults(given.get("application")), **given}
        service = Service(
            id=self._new_id(),
            name=name_for(device, values["name"], self._behaviour.service_names),
            application=values["application"],
            port=values["port"],
            enabled=values["enabled"],
            online=False,
            license=device.license,
            target=target_of(device, values["host"], values["port"]),
            attributes={},
            host=values["host"],
            created=iso(self._clock.wall()),
            listed=False,
        )
        device.services.append(service)
        self._agenda.put(f"{service.id} listed", self._behaviour.service_visible_after, lambda: _list(service))
        self._switch(service)
        return device, service

    def update(self, account: Account, id_: str, given: Mapping[str, Any]) -> tuple[Device, Service]:
        """Change what is given of a service, as in :meth:`add`, and return its device and it."""
        device, service = service_to_change(self._world, account, id_, Permission.MANAGE)
        self._check_agent(device)
        check_service(given)
        if "name" in given:
            service.name = name_for(device, given["name"], self._behaviour.service_names, service)
        before = [getattr(service, key) for key in _ADDRESS]
        for key in _ADDRESS:
            setattr(service, key, given.get(key, getattr(service, key)))
        if before != [getattr(service, key) for key in _ADDRESS]:
            service.target = target_of(device, service.host, service.port)
            self._broker.close_service(service.id)
        if given.get("enabled", service.enabled) != service.enabled:
            service.enabled = given["enabled"]
            self._switch(service)
        return device, service

    def remove(self, account: Account, id_: str) -> None:
        """Remove a service; who is connected to it is cut off."""
        device, service = service_to_change(self._world, account, id_, Permission.MANAGE)
        self._check_agent(device)
        self._broker.close_service(service.id)
        device.services.remove(service)

    def _switch(self, service: Service) -> None:
        """Have the agent do what ``enabled`` says: it stops at once, and starts when it has heard of it."""
        service.online = False
        if service.enabled:
            self._agenda.put(f"{service.id} online", self._behaviour.service_online_after, lambda: _start(service))
        else:
            self._agenda.drop(f"{service.id} online")
            self._broker.close_service(service.id)

    def _check_agent(self, device: Device) -> None:
        if not device.configurable:
            raise ChangeRefused(Objection.NOT_CONFIGURABLE)
        if not device.online and self._behaviour.offline_changes == "refused":
            raise ChangeRefused(Objection.DEVICE_INACTIVE)

    def _new_id(self) -> str:
        while True:
            id_ = ":".join(["80", *(f"{octet:02X}" for octet in secrets.token_bytes(7))])
            if self._world.device(id_) is None:
                return id_


def _list(service: Service) -> None:
    service.listed = True


def _start(service: Service) -> None:
    service.online = True
