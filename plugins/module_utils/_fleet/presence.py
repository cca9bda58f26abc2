# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the devices that somebody waits for are as he wants them: the decision alone, without any request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .._base.dates import from_iso8601, iso8601
from .._base.text import printable


@dataclass(frozen=True)
class Sighting:
    """What remote.it told of a device at one look.

    *id* is in upper case. If a service was asked for, *service_id* is its id, and *online* is about the service; else
    *service_id* is None. *last_reported* is ISO 8601 as remote.it gives it, None if it is not told.
    """

    id: str
    name: str
    service_id: str | None
    online: bool
    last_reported: str | None

    def as_result(self) -> dict[str, Any]:
        """The dict that modules return."""
        return asdict(self)


class Presence:
    """What has been seen of the devices that somebody waits for, look by look.

    *asked* are the words by which they were asked for: ids or names, each once. They are to be online, or if not
    *online*, to be offline. What is not there is offline.

    If *since* is given, in seconds since the epoch, a device that is online is believed to be so after that moment only if it has
    reported since, or if an earlier look has seen it offline: remote.it may take a while to notice that one has gone.
    """

    def __init__(self, asked: Sequence[str], online: bool, since: float | None = None) -> None:
        self._asked = asked
        self._online = online
        self._since = since
        self._ahead = 0.0
        self._seen: Mapping[str, Sighting] = {}
        self._were_away: set[str] = set()

    def take(self, seen: Mapping[str, Sighting], ahead: float) -> None:
        """Take what one look has *seen*, by the words that were asked for.

        *ahead* is by how many seconds the clock of *last_reported* is ahead of that of *since*.
        """
        self._seen = seen
        self._ahead = ahead
        self._were_away |= {asked for asked in self._asked if not self._is_online(asked)}

    def missing(self) -> list[str]:
        """The words for the devices that are not as they should be, in the order in which they were asked for."""
        return [asked for asked in self._asked if not self._is_right(asked)]

    def why(self, asked: str) -> str:
        """What is wrong with one of missing(), for people."""
        found = self._seen.get(asked)
        if found is None:
            return f"{printable(asked)} does not exist yet"
        what = f"service {found.service_id} of {found.name}" if found.service_id else f"{found.name} ({found.id})"
        if self._online and found.online and self._since is not None:
            return f"{what} is online, but not shown to have been away since {iso8601(self._since)}"
        return f"{what} is {'online' if found.online else 'offline'}"

    def seen(self) -> list[Sighting]:
        """What the last look has seen, in the order in which it was asked for."""
        return [self._seen[asked] for asked in self._asked if asked in self._seen]

    def _is_online(self, asked: str) -> bool:
        return asked in self._seen and self._seen[asked].online

    def _is_right(self, asked: str) -> bool:
        if not self._online or not self._is_online(asked):
            return self._is_online(asked) == self._online
        return self._since is None or asked in self._were_away or self._has_reported(asked, self._since + self._ahead)

    def _has_reported(self, asked: str, since: float) -> bool:
        """Whether the device has reported since that moment by remote.it's clock."""
        try:
            return from_iso8601(str(self._seen[asked].last_reported)) >= since
        except ValueError:
            return False
