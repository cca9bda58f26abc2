# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events that have happened before, in the configuration or as the admin API is sent them."""

from __future__ import annotations

from datetime import UTC, datetime

from .event import DEVICE_CONNECT, Event, Target
from .reader import Section
from .world import World


def read_event(world: World, section: Section) -> Event:
    """Build one event.

    :raises ConfigError: a value cannot be used, or there is no such device, service or account.
    """
    target = target_of(world, section.text("target")) if section.has("target") else None
    if target is None and section.text("target", ""):
        raise section.fail("target", "is no device or service")
    event = Event(
        type=section.text("type", DEVICE_CONNECT),
        time=_time(section),
        owner_id=_owner(world, section, target),
        target=target,
        state=section.text("state", "") or None,
        action=section.text("action", "") or None,
        actor=section.text("actor", "") or None,
        users=section.texts("users"),
        session=section.text("session", "") or None,
        lifetime=section.integer("lifetime") if section.has("lifetime") else None,
        address=section.text("address", "203.0.113.9"),
    )
    section.integer("lifetime", 0)
    section.finish()
    return event


def target_of(world: World, id_: str) -> Target | None:
    """Return the device or service with this id as an event names it."""
    found = world.service(id_)
    if found is not None:
        device, service = found
        return Target(service.id, service.name, device.id, device.name)
    owned = world.device(id_)
    return None if owned is None else Target(owned.id, owned.name, owned.id, owned.name)


def _owner(world: World, section: Section, target: Target | None) -> str:
    """Return the account in which it happened: by default the one that owns the target, or the first one."""
    if section.has("owner"):
        account = world.account(section.text("owner"))
        if account is None:
            raise section.fail("owner", "is no account of this configuration")
        return account.id
    section.text("owner", "")
    device = world.device(target.id) if target else None
    return device.owner_id if device else world.accounts[0].id


def _time(section: Section) -> datetime:
    try:
        moment = datetime.fromisoformat(section.text("time"))
    except ValueError:
        raise section.fail("time", "must be ISO 8601") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
