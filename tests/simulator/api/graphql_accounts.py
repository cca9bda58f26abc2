# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts and organisations as the GraphQL API tells them."""

from __future__ import annotations

from functools import partial
from typing import Any

from graphql import GraphQLError

from ..cloud.applications import APPLICATIONS
from ..cloud.change_refusals import ChangeRefused
from ..config.world import Account, Device, Membership, Permission, World
from .graphql_devices import Devices
from .graphql_events import Events
from .graphql_sessions import Sessions

Values = dict[str, object]
_CREATED = "2024-01-01T00:00:00.000Z"

APPLICATION_TYPES: list[Values] = [
    {
        "id": one.id,
        "name": one.name,
        "description": one.name,
        "port": one.port,
        "proxy": one.proxy,
        "scheme": one.scheme,
        "protocol": one.protocol,
    }
    for one in APPLICATIONS.values()
]
PLATFORM_TYPES: list[Values] = [{"id": 0, "name": "Unknown"}, {"id": 1, "name": "Linux"}, {"id": 2, "name": "Windows"}]


class Accounts:
    """What one viewer can read about accounts: the own one, and those whose organisation the viewer is in."""

    def __init__(
        self,
        world: World,
        viewer: Account,
        devices: Devices,
        sessions: Sessions,
        events: Events,
        event_days: float,
    ) -> None:
        self._world = world
        self._viewer = viewer
        self._devices = devices
        self._sessions = sessions
        self._events = events
        self._event_days = event_days

    def user(self, account: Account) -> Values:
        """Return an account; keys are shown only to their owner."""
        own = account is self._viewer
        return {
            "id": account.id,
            "email": account.email,
            "organization": self._organization(account) if account.organization else None,
            "account": self._account,
            "attributes": account.attributes if own else {},
            "tags": [{"name": tag, "color": 1, "created": _CREATED} for tag in self._world.tags(account)],
            "membership": [self._member(self._viewer, one) for one in account.memberships] if own else [],
            "sessions": lambda _info: self._sessions.of_account(account),
            "apiKey": {"key": account.developer_key, "updated": _CREATED} if own and account.developer_key else None,
            "accessKeys": [
                {"key": key.id, "enabled": key.enabled, "created": _CREATED}
                for key in (account.access_keys if own else [])
            ],
            "device": self._devices.by_id,
            "service": self._devices.services_by_id,
            "devices": partial(self._devices.page_of, account),
            "info": partial(self._info, account),
            "events": partial(self._events.page, partial(self._events.log.of_account, account)),
            "limits": [{"name": "log-limit", "value": f"P{self._event_days:g}D"}] if self._event_days else [],
            "applicationTypes": APPLICATION_TYPES,
        }

    def _account(self, _info: Any, email: str | None = None, id: str | None = None) -> Values | None:
        """Answer ``account(...)``: without arguments the viewer's own, None when it may not be seen."""
        reference = id or email
        account = self._world.account(reference) if reference else self._viewer
        member_of = {membership.account_id for membership in self._viewer.memberships}
        if account is None or (account is not self._viewer and account.id not in member_of):
            return None
        return self.user(account)

    def _owned(self, account: Account) -> list[Device]:
        return [device for device in self._world.devices if device.owner_id == account.id]

    def _info(self, account: Account, _info: Any) -> Values:
        devices = self._owned(account)
        online = sum(device.online for device in devices)
        licensed = sum(device.license == "LICENSED" for device in devices)
        sessions = self._sessions.of_account(account)
        return {
            "devices": {
                "total": len(devices),
                "online": online,
                "offline": len(devices) - online,
                "licensed": licensed,
                "unlicensed": len(devices) - licensed,
            },
            "sessions": {"outbound": 0, "inbound": len(sessions)},
        }

    def _organization(self, owner: Account) -> Values:
        """Return an organisation; its id is that of the account that owns it."""
        return {
            "id": owner.id,
            "name": owner.organization or owner.email,
            "created": _CREATED,
            "tags": [],
            "roles": partial(self._roles, owner),
            "account": {"id": owner.id, "email": owner.email},
            "verified": True,
            "members": [],
        }

    def _roles(self, owner: Account, _info: Any) -> list[Values]:
        """Answer ``roles``, which are for administrators. Whether others may read them is not published."""
        if Permission.ADMIN not in self._viewer.granted(owner.id):
            raise GraphQLError(str(ChangeRefused(Permission.ADMIN)))
        return [_role(one) for one in self._world.roles(owner)]

    def _member(self, user: Account, membership: Membership) -> Values:
        owner = self._world.account(membership.account_id)
        assert owner is not None
        return {
            "created": _CREATED,
            "customRole": _role(membership),
            "user": {"id": user.id, "email": user.email},
            "role": "MEMBER",
            "license": "LICENSED",
            "organization": self._organization(owner),
        }


def _role(membership: Membership) -> Values:
    tag = membership.tag
    return {
        "id": membership.role,
        "name": membership.role,
        "system": False,
        "created": _CREATED,
        "updated": _CREATED,
        "access": "ALL" if tag is None else "TAG",
        "permissions": sorted(membership.permissions),
        "tag": None if tag is None else {"operator": tag.operator, "values": list(tag.values)},
    }
