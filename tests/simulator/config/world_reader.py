# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of the configuration that says what exists."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .reader import Section
from .world import AccessKey, Account, Device, ForeignSession, Link, Membership, Permission, Service, TagFilter, World

# The vendor's application writes ids as eight colon-separated octets.
_ID = re.compile(r"[0-9A-Za-z]{2}(:[0-9A-Za-z]{2}){7}")
_LONG_AGO = "2024-01-01T00:00:00.000Z"
_LICENSES = ("LICENSED", "UNLICENSED", "NON_COMMERCIAL")


def read_world(root: Section) -> World:
    """Build the world from the root of the configuration.

    :raises ConfigError: a value cannot be used, or an id is used twice.
    """
    accounts = [_account(section) for section in root.sections("accounts")]
    world = World(accounts=accounts, devices=[], sessions=[])
    for section, account in zip(root.sections("accounts"), accounts, strict=True):
        account.memberships = [_membership(world, one) for one in section.sections("memberships")]
    seen: set[str] = set()
    for section in root.sections("devices"):
        world.devices.append(_device(world, section, seen))
    world.sessions = [_session(world, section) for section in root.sections("sessions")]
    return world


def _account(section: Section) -> Account:
    keys = [_access_key(one) for one in section.sections("access_keys")]
    account = Account(
        id=section.text("id"),
        email=section.text("email"),
        developer_key=section.text("developer_key") if section.has("developer_key") else None,
        access_keys=keys,
        organization=section.text("organization") if section.has("organization") else None,
        tags=list(section.texts("tags")),
    )
    for optional in ("developer_key", "organization"):
        section.text(optional, "")
    list(section.sections("memberships"))
    section.finish()
    return account


def _access_key(section: Section) -> AccessKey:
    key = AccessKey(section.text("id"), section.secret("secret"), section.flag("enabled", True))
    section.finish()
    return key


def _account_id(world: World, section: Section, key: str) -> str:
    account = world.account(section.text(key))
    if account is None:
        raise section.fail(key, "is no account of this configuration")
    return account.id


def _permissions(section: Section) -> frozenset[Permission]:
    names = section.texts("permissions", ("VIEW", "CONNECT"), tuple(Permission))
    return frozenset(Permission(name) for name in names)


def _membership(world: World, section: Section) -> Membership:
    account_id, role = _account_id(world, section, "account"), section.text("role", "Member")
    member = Membership(account_id, role, _permissions(section), _tag_filter(section))
    section.finish()
    return member


def _tag_filter(role: Section) -> TagFilter | None:
    section = role.section("tag")
    if not role.has("tag"):
        return None
    tag_filter = TagFilter(section.choice("operator", "ANY", ("ANY", "ALL")), section.texts("values"))
    section.finish()
    return tag_filter


def _id(section: Section, seen: set[str]) -> str:
    value = section.text("id")
    if not _ID.fullmatch(value):
        raise section.fail("id", "must be eight octets separated by colons")
    if value.lower() in seen:
        raise section.fail("id", "is used twice")
    seen.add(value.lower())
    return value


def _device(world: World, section: Section, seen: set[str]) -> Device:
    created = section.text("created", _LONG_AGO)
    owner_id, name = _account_id(world, section, "owner"), section.text("name")
    tags = section.texts("tags")
    shares = [_share(world, one, tags) for one in section.sections("shared_with")]
    device = Device(
        id=_id(section, seen),
        name=name,
        owner_id=owner_id,
        online=section.flag("online", True),
        platform=section.integer("platform", 0),
        license=section.choice("license", "LICENSED", _LICENSES),
        hardware_id=section.text("hardware_id", "") or None,
        created=created,
        tags={owner_id: list(tags), **{share.account_id: share.tags for share in shares}},
        attributes=section.mapping("attributes"),
        services=[read_service(one, seen, created) for one in section.sections("services")],
        shared_with={share.account_id: share.permissions for share in shares},
        configurable=section.flag("configurable", True),
        version=section.text("version", "") or None,
        last_reported=section.text("last_reported", "") or None,
        agent_name=name,
        targets=section.section("targets").endpoints(),
    )
    section.finish()
    return device


@dataclass(frozen=True, slots=True)
class _Share:
    account_id: str
    permissions: frozenset[Permission]
    tags: list[str]


def _share(world: World, section: Section, tags: tuple[str, ...]) -> _Share:
    share = _Share(_account_id(world, section, "account"), _permissions(section), list(section.texts("tags", tags)))
    section.finish()
    return share


def read_service(section: Section, seen: set[str], created: str) -> Service:
    """Build one service.

    :param seen: the ids of others in lower case; the service's own is added.
    :param created: when it was made, as the API tells it.
    :raises ConfigError: a value cannot be used, or the id is used twice.
    """
    service = Service(
        id=_id(section, seen),
        name=section.text("name"),
        application=section.integer("application"),
        port=section.integer("port", 0),
        enabled=section.flag("enabled", True),
        online=section.flag("online", True),
        license=section.choice("license", "LICENSED", _LICENSES),
        target=section.endpoint("target"),
        attributes=section.mapping("attributes"),
        host=section.text("host", "127.0.0.1") or None,
        created=created,
        link=read_link(section, created),
    )
    section.finish()
    return service


def read_link(service: Section, created: str) -> Link | None:
    """Build the connect link of a service, None when it has none.

    :param created: when it was made, as the API tells it, unless it is said.
    :raises ConfigError: a value cannot be used.
    """
    section = service.section("link")
    if not service.has("link"):
        return None
    link = Link(
        url=section.text("url", "https://example.connect.remote.it"),
        code=section.text("code", "EXAMPLECODE"),
        enabled=section.flag("enabled", True),
        password=section.text("password", "") or None,
        allow=list(section.texts("allow")),
        deny=list(section.texts("deny")),
        created=section.text("created", created),
    )
    section.finish()
    return link


def _session(world: World, section: Section) -> ForeignSession:
    session = ForeignSession(
        id=section.text("id"),
        service_id=section.text("service"),
        account_id=_account_id(world, section, "account"),
        proxy=section.flag("proxy", True),
        started=section.text("started", _LONG_AGO),
    )
    if world.service(session.service_id) is None:
        raise section.fail("service", "is no service of this configuration")
    section.finish()
    return session
