# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events as the GraphQL API tells them (vendor page "Event Logs")."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from graphql import GraphQLError

from ..cloud.clock import Clock, iso
from ..cloud.event_log import EventLog
from ..config.event import Event, Target
from ..config.world import World
from .graphql_listing import page

Values = dict[str, object]
# Those that have fields of their own.
_KINDS = {"DEVICE_STATE": "DeviceStateEvent", "DEVICE_CONNECT": "DeviceConnectEvent"}
_GEO = {"city": "Reykjavik", "country": "IS", "countryName": "Iceland"}
_DEVICE_ADDRESS = "198.51.100.7"


class Events:
    """Answers ``events(...)``."""

    def __init__(self, log: EventLog, world: World, clock: Clock) -> None:
        self.log = log
        self._world = world
        self._clock = clock

    def page(self, events: Callable[[], list[Event]], _info: Any, **arguments: Any) -> Values:
        """Return a page of *events*, which are the newest first.

        :raises GraphQLError: the dates are none, or more than a month apart.
        """
        latest = _moment("maxDate", arguments) or self._clock.wall()
        earliest = _moment("minDate", arguments) or _month_before(latest)
        if earliest < _month_before(latest):
            raise GraphQLError("minDate and maxDate must not be more than 1 month apart")
        types = arguments.get("types")
        found = [
            event for event in events() if earliest <= event.time <= latest and (types is None or event.type in types)
        ]
        items, more = page(found, arguments["from"] or 0, arguments.get("after"), arguments["size"])
        return {
            "items": [self._values(event) for event in items],
            "hasMore": more,
            "last": items[-1].id if items else None,
            "total": len(found),
        }

    def _values(self, event: Event) -> Values:
        return {
            "__typename": _KINDS.get(event.type, "GenericEvent"),
            "id": event.id,
            "type": event.type,
            "timestamp": iso(event.time),
            "action": event.action,
            "state": event.state,
            "actor": self._user(event.actor),
            "owner": self._user(event.owner_id),
            "users": [self._user(user) for user in event.users],
            "target": [] if event.target is None else [_target(event.target)],
            "session": event.session,
            "lifetime": event.lifetime,
            "address": event.address,
            "sourceAddress": event.address,
            "targetAddress": _DEVICE_ADDRESS,
            "sourceGeo": _GEO,
            "targetGeo": _GEO,
            "externalAddress": f"{_DEVICE_ADDRESS}:53190",
            "internalAddress": "192.168.1.7",
            "geo": _GEO,
        }

    def _user(self, reference: str | None) -> Values | None:
        if reference is None:
            return None
        account = self._world.account(reference)
        return {"id": account.id, "email": account.email} if account else {"id": reference, "email": reference}


def _target(target: Target) -> Values:
    device = {"id": target.device_id, "name": target.device_name}
    return {"id": target.id, "name": target.name, "device": device if target.device_name else None}


def _moment(name: str, arguments: dict[str, Any]) -> datetime | None:
    """Return a date in UTC; one without a time is its beginning."""
    text = arguments.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise GraphQLError(f"{name} is not a date") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _month_before(moment: datetime) -> datetime:
    year, month = (moment.year, moment.month - 1) if moment.month > 1 else (moment.year - 1, 12)
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))
