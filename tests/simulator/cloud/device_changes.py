# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Devices get other names and attributes, and are deleted."""

from __future__ import annotations

from collections.abc import Mapping

from ..config.settings import Behaviour
from ..config.world import Account, Permission
from .access import device_to_change, service_to_change
from .attributes import Attributes, write_attribute, write_attributes
from .broker import Broker
from .change_refusals import ChangeRefused, Objection
from .service_changes import ServiceChanges
from .service_values import check_name, name_for


class DeviceChanges:
    """The writes about devices; each raises :class:`ChangeRefused` when the service says no."""

    def __init__(self, broker: Broker, behaviour: Behaviour, services: ServiceChanges) -> None:
        self._broker = broker
        self._world = broker.world
        self._behaviour = behaviour
        self._services = services

    def rename(self, account: Account, id_: str, name: str) -> None:
        """Give a device or a service another name.

        That is for the owner and for administrators (vendor's sample "Rename Device or Service").
        """
        if self._world.service(id_) is None:
            device = device_to_change(self._world, account, id_, Permission.ADMIN)
            check_name(name)
            device.name = name
            return
        device, service = service_to_change(self._world, account, id_, Permission.ADMIN)
        check_name(name)
        service.name = name_for(device, name, self._behaviour.service_names, service)

    def set_attribute(self, account: Account, id_: str | None, name: str, value: object) -> None:
        """Set one attribute of a device or a service, or of the account itself; None removes it."""
        write_attribute(self._attributes(account, id_), name, value, self._behaviour.attribute_paths)

    def set_attributes(self, account: Account, id_: str | None, values: Mapping[str, object]) -> Attributes:
        """Set many attributes and return all that there are then."""
        attributes = self._attributes(account, id_)
        write_attributes(attributes, values, self._behaviour.attributes == "merge")
        return attributes

    def delete(self, account: Account, id_: str, force: bool) -> None:
        """Delete a device; with the id of a service, that one (vendor's sample "Delete Device or Service").

        :param force: delete it although it is online. What the service makes of that is not published.
        """
        if self._world.service(id_) is not None:
            self._services.remove(account, id_)
            return
        device = device_to_change(self._world, account, id_, Permission.MANAGE)
        if device.online and not force and self._behaviour.delete_online == "refused":
            raise ChangeRefused(Objection.DEVICE_ACTIVE)
        for service in device.services:
            self._broker.close_service(service.id)
        self._broker.events.deletion(device, account)
        self._world.remove(device.id)

    def _attributes(self, account: Account, id_: str | None) -> Attributes:
        if id_ is None:
            return account.attributes
        if self._world.service(id_) is None:
            return device_to_change(self._world, account, id_, Permission.MANAGE).attributes
        return service_to_change(self._world, account, id_, Permission.MANAGE)[1].attributes
