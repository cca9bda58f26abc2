# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Devices and services as the GraphQL API tells them."""

from __future__ import annotations

from functools import partial
from typing import Any

from graphql import GraphQLError

from ..cloud.applications import BULK_SERVICE, application
from ..cloud.attributes import read_attribute
from ..cloud.broker import Broker
from ..cloud.clock import Clock, iso
from ..cloud.service_values import LOCAL
from ..config.settings import Behaviour
from ..config.world import Account, Device, Permission, Service
from .graphql_events import Events
from .graphql_links import link_type, link_values
from .graphql_listing import device_matches, in_order, page, service_matches, state
from .graphql_sessions import Sessions

Values = dict[str, object]


class Devices:
    """What one viewer can read about devices."""

    def __init__(
        self,
        broker: Broker,
        behaviour: Behaviour,
        clock: Clock,
        viewer: Account,
        sessions: Sessions,
        events: Events,
    ) -> None:
        self._broker = broker
        self._behaviour = behaviour
        self._clock = clock
        self._viewer = viewer
        self._sessions = sessions
        self._events = events

    def page_of(self, account: Account, _info: Any, **arguments: Any) -> Values:
        """Answer ``devices(...)`` of an account."""
        devices = [
            device
            for device in self._broker.world.listed(account, self._viewer)
            if device_matches(device, arguments, account)
        ]
        try:
            ordered = in_order(devices, arguments["sort"])
        except ValueError as error:
            raise GraphQLError(str(error)) from None
        items, more = page(ordered, arguments["from"] or 0, arguments.get("after"), arguments["size"])
        kinds = arguments.get("application")
        return {
            "items": [self.device(device, kinds) for device in items],
            "hasMore": more,
            "last": items[-1].id if items else None,
            "total": len(devices),
        }

    def by_id(self, _info: Any, id: list[str]) -> list[Values]:
        """Answer ``device(id:)``: a service id gives its device, what the viewer may not see is left out."""
        found = (self._broker.world.device(one) for one in id)
        return [self.device(device) for device in found if device is not None and self._visible(device)]

    def services_by_id(self, _info: Any, id: list[str]) -> list[Values]:
        """Answer ``service(id:)``; what the viewer may not see is left out."""
        found = (self._broker.world.service(one) for one in id)
        return [self.service(*pair) for pair in found if pair is not None and self._visible(*pair)]

    def device(self, device: Device, kinds: list[int] | None = None) -> Values:
        """Return a device; ``kinds`` limits its services to these application types."""
        bulk = self._bulk(device)
        return {
            **self._common(device, bulk),
            "hardwareId": device.hardware_id,
            "configurable": device.configurable,
            "tags": partial(self._tags, device),
            "services": partial(self._services, device, kinds),
        }

    def service(self, device: Device, service: Service) -> Values:
        """Return a service."""
        return {
            **self._common(device, service),
            "device": lambda _info: self.device(device),
            "link": lambda _info, type=None: self.link(device, service, type),
        }

    def link(self, device: Device, service: Service, kinds: list[str] | None = None) -> Values | None:
        """Return the connect link of a service, None when it has none of these types, or it is not for the viewer.

        Its code and its password are secrets, so it is for those who could make another one.
        """
        allowed = Permission.MANAGE in self._broker.world.permissions(self._viewer, device)
        if service.link is None or not allowed or (kinds is not None and link_type(service) not in kinds):
            return None
        told = link_values(service.link, self._behaviour.link_password)
        return {**told, "service": lambda _info: self.service(device, service)}

    def _tags(self, device: Device, _info: Any, accountId: str | None = None) -> list[Values]:
        """Answer ``tags(...)``: those of an account, without the argument of the one in which the viewer finds it."""
        account = self._broker.world.account(accountId or device.account_for(self._viewer))
        allowed = account is not None and Permission.VIEW in self._viewer.granted(account.id)
        tags = device.tags.get(account.id, []) if account and allowed else []
        return [{"name": tag, "color": 1, "created": device.created} for tag in tags]

    def _attribute(self, service: Service, _info: Any, name: str | None = None, context: str | None = None) -> object:
        return None if name is None else read_attribute(service.attributes, name, self._behaviour.attribute_paths)

    def _services(self, device: Device, kinds: list[int] | None, _info: Any, **arguments: Any) -> list[Values]:
        services = [self._bulk(device)] if self._behaviour.list_bulk_service else []
        services += sorted(device.services, key=lambda service: service.name.lower())
        return [
            self.service(device, service)
            for service in services
            if service.listed
            and (kinds is None or service.application in kinds)
            and service_matches(device, service, arguments)
        ]

    def _bulk(self, device: Device) -> Service:
        """Return the service that stands for the device: it has the device's id."""
        return Service(
            id=device.id,
            name=device.name,
            application=BULK_SERVICE,
            port=65535,
            enabled=True,
            online=True,
            license=device.license,
            target=None,
            attributes=device.attributes,
            host=LOCAL,
            created=device.created,
        )

    def _visible(self, device: Device, service: Service | None = None) -> bool:
        seen = Permission.VIEW in self._broker.world.permissions(self._viewer, device)
        return seen and (service is None or service.listed)

    def _common(self, device: Device, service: Service) -> Values:
        kind = application(service.application)
        online = device.online and service.online
        owner = self._broker.world.account(device.owner_id)
        permissions = self._broker.world.permissions(self._viewer, device)
        reported = device.last_reported or (iso(self._clock.wall()) if online else device.created)
        return {
            "id": service.id,
            "name": service.name,
            "protocol": kind.protocol,
            "type": f"{kind.id >> 8:02X}:{kind.id & 255:02X}" + ":00" * 14,
            "version": device.version,
            "platform": device.platform,
            "created": service.created,
            "application": service.application,
            "port": service.port,
            "title": kind.name,
            "owner": {"id": device.owner_id, "email": owner.email if owner else None},
            "host": service.host,
            "enabled": service.enabled,
            "access": [
                {"user": {"id": id_, "email": user.email if (user := self._broker.world.account(id_)) else None}}
                for id_ in device.shared_with
            ],
            "attributes": service.attributes,
            "attribute": partial(self._attribute, service),
            "tags": [],
            "endpoint": self._endpoint(device, service, online, reported),
            "lastReported": reported,
            "license": service.license,
            "permissions": [permission for permission in Permission if permission in permissions],
            "can": lambda _info, permission: permission in permissions,
            "sessions": lambda _info: self._sessions.of_service(service.id),
            "events": partial(self._events.page, partial(self._events.log.of_target, service.id)),
            "state": state(online),
            "online": online,
        }

    def _endpoint(self, device: Device, service: Service, online: bool, reported: str) -> Values:
        return {
            "id": service.id,
            "externalAddress": "198.51.100.7",
            "internalAddress": "192.168.1.7",
            "timestamp": reported,
            "platform": device.platform,
            "version": device.version,
            "online": online,
            "state": state(online),
            "application": service.application,
            "port": service.port,
        }
