# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who else was connected to the services of a run while it lasted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ...module_utils._base.clock import Deadline
from ...module_utils._base.dates import iso8601
from ...module_utils._fleet.event import CONNECT, Event
from ...module_utils._fleet.event_log import Whose, read_log
from ...module_utils._fleet.event_query import EventQuery
from ...module_utils._fleet.lookout import SERVICE_IDS
from ...module_utils._settings.settings import Settings

# So long the end of a run is held up at most, in seconds.
_TIMEOUT = 15.0
_MOST = 1000
_DISCONNECTED = "disconnected"


def connections_of_others(
    service_ids: Sequence[str], began: float, warn: Callable[[str], None]
) -> list[dict[str, Any]]:
    """One dict for each connection of somebody else than the access key's user to one of the services since the run *began*.

    That is in seconds since the epoch. The key is the one of the environment or the credentials file. *warn* takes one sentence
    for the user. Raises RemoteItError.
    """
    query = EventQuery(began, types=(CONNECT,))
    log = read_log(
        Settings.from_options({}), Whose(None, SERVICE_IDS, service_ids), query, _MOST, Deadline(_TIMEOUT), warn
    )
    return connections((event for event in log.events if event.actor is None or event.actor != log.user), service_ids)


def connections(events: Iterable[Event], service_ids: Sequence[str]) -> list[dict[str, Any]]:
    """One dict for each connection to one of the services that *events*, the newest first, tell of; the oldest first."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for event in reversed(list(events)):
        at = None if event.at is None else iso8601(event.at)
        for service in event.services:
            service_id = str(service["id"])
            if service_id not in service_ids:
                continue
            one = {"service_id": service_id, "by": event.actor, "began": None, "ended": None}
            one = found.setdefault((service_id, event.session or event.id), one)
            one["ended" if event.state == _DISCONNECTED else "began"] = at
    return list(found.values())
