# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What exists at remote.it: accounts, access keys, devices, services, and who may do what."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from .event import Event


class Permission(StrEnum):
    """Role permissions (GraphQL enum ``RolePermission``)."""

    VIEW = "VIEW"
    CONNECT = "CONNECT"
    SCRIPTING = "SCRIPTING"
    MANAGE = "MANAGE"
    ADMIN = "ADMIN"


OWNER_PERMISSIONS = frozenset(Permission)


@dataclass(slots=True)
class AccessKey:
    """An access key; ``secret`` is the decoded HMAC key."""

    id: str
    secret: bytes = field(repr=False)
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class TagFilter:
    """Devices that have any, or all, of some tags (GraphQL type ``ListFilterType``)."""

    operator: str
    values: tuple[str, ...]

    def fits(self, tags: Iterable[str]) -> bool:
        """Tell whether a device with these tags is one of them."""
        return (all if self.operator == "ALL" else any)(value in tags for value in self.values)


@dataclass(slots=True)
class Membership:
    """A user's role in the organisation of another account; with ``tag`` it is about the devices of that filter only."""

    account_id: str
    role: str
    permissions: frozenset[Permission]
    tag: TagFilter | None = None


@dataclass(slots=True)
class Account:
    """A user; the owner of an organisation when ``organization`` is set.

    ``tags`` are those that it has besides the ones that its devices have.
    """

    id: str
    email: str
    developer_key: str | None = field(default=None, repr=False)
    access_keys: list[AccessKey] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)
    organization: str | None = None
    tags: list[str] = field(default_factory=list)
    attributes: dict[str, object] = field(default_factory=dict)

    def granted(self, owner_id: str, tags: Iterable[str] | None = None) -> frozenset[Permission]:
        """Return what this user may do in the account with this id: everything in its own, elsewhere by a role.

        :param tags: those of the device that it is about, None for the account itself.
        """
        if owner_id == self.id:
            return OWNER_PERMISSIONS
        roles = (role for role in self.memberships if role.account_id == owner_id)
        fitting = (role for role in roles if tags is None or role.tag is None or role.tag.fits(tags))
        return frozenset(permission for role in fitting for permission in role.permissions)


@dataclass(slots=True)
class Link:
    """The persistent public URL of a service, or its key for WebSockets; who has ``code`` may connect."""

    url: str
    code: str = field(repr=False)
    enabled: bool
    password: str | None = field(repr=False)
    allow: list[str]
    deny: list[str]
    created: str


@dataclass(slots=True)
class Service:
    """A service of a device.

    ``host`` and ``port`` are where the device finds it, ``target`` is where its proxies lead on this machine. A service
    that is not ``listed`` exists, but what is read does not show it yet.
    """

    id: str
    name: str
    application: int
    port: int
    enabled: bool
    online: bool
    license: str
    target: tuple[str, int] | None
    attributes: dict[str, object]
    host: str | None
    created: str
    link: Link | None = None
    listed: bool = True


@dataclass(slots=True)
class Device:
    """A device, its services, and the accounts it is shared with.

    ``tags`` are those that each account gave it, by the account's id; ``agent_name`` is how its agent calls it.
    ``targets`` says where on this machine is what the device finds at a host and a port.
    """

    id: str
    name: str
    owner_id: str
    online: bool
    platform: int
    license: str
    hardware_id: str | None
    created: str
    tags: dict[str, list[str]]
    attributes: dict[str, object]
    services: list[Service]
    shared_with: dict[str, frozenset[Permission]]
    configurable: bool
    version: str | None
    last_reported: str | None
    agent_name: str
    targets: dict[tuple[str, int], tuple[str, int]]

    def belongs_to(self, account: Account) -> bool:
        """Tell whether the account lists this device: it owns it, or it was shared with it."""
        return self.owner_id == account.id or bool(self.shared_with.get(account.id))

    def account_for(self, viewer: Account) -> str:
        """Return the id of the account in which *viewer* finds this device: the own one, else the owner's."""
        return viewer.id if self.belongs_to(viewer) else self.owner_id


@dataclass(slots=True)
class ForeignSession:
    """A session that this simulator did not open: another user's, or a peer-to-peer one."""

    id: str
    service_id: str
    account_id: str
    proxy: bool
    started: str


@dataclass(slots=True)
class World:
    """Everything the APIs can answer about. Ids are compared without case."""

    accounts: list[Account]
    devices: list[Device]
    sessions: list[ForeignSession]
    events: list[Event] = field(default_factory=list)

    def restore(self, other: World) -> None:
        """Become a copy of ``other``."""
        fresh = copy.deepcopy(other)
        self.accounts, self.devices, self.sessions = fresh.accounts, fresh.devices, fresh.sessions
        self.events = fresh.events

    def account(self, reference: str) -> Account | None:
        """Return the account with this id or e-mail address."""
        wanted = reference.lower()
        return next((a for a in self.accounts if wanted in (a.id.lower(), a.email.lower())), None)

    def key(self, key_id: str) -> tuple[Account, AccessKey] | None:
        """Return the access key with this id and the account it belongs to."""
        return next(((a, key) for a in self.accounts for key in a.access_keys if key.id == key_id), None)

    def device(self, id_: str) -> Device | None:
        """Return the device with this id, or the device of the service with this id."""
        wanted = id_.lower()
        return next((d for d in self.devices if wanted in {d.id.lower(), *(s.id.lower() for s in d.services)}), None)

    def remove(self, id_: str) -> None:
        """Remove the device with this id."""
        self.devices = [device for device in self.devices if device.id.lower() != id_.lower()]

    def service(self, id_: str) -> tuple[Device, Service] | None:
        """Return the service with this id and its device."""
        wanted = id_.lower()
        return next(((d, s) for d in self.devices for s in d.services if s.id.lower() == wanted), None)

    def permissions(self, account: Account, device: Device) -> frozenset[Permission]:
        """Return what ``account`` may do with ``device``: as owner, by a share, or by a role in the owner's account."""
        by_role = account.granted(device.owner_id, device.tags.get(device.owner_id, []))
        return by_role | device.shared_with.get(account.id, frozenset())

    def tags(self, account: Account) -> list[str]:
        """Return the tags that an account has, on devices or not."""
        used = (tag for device in self.devices for tag in device.tags.get(account.id, ()))
        return sorted({*account.tags, *used})

    def roles(self, owner: Account) -> list[Membership]:
        """Return the roles in the organisation of an account, one membership for each."""
        members = (one for account in self.accounts for one in account.memberships if one.account_id == owner.id)
        return list({one.role: one for one in members}.values())

    def listed(self, account: Account, viewer: Account) -> Iterable[Device]:
        """Yield the devices of ``account``, owned and shared to it, that ``viewer`` may see."""
        for device in self.devices:
            if device.belongs_to(account) and Permission.VIEW in self.permissions(viewer, device):
                yield device
