# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run or a multiplexer holds: so that it stays in the registry, and is closed at the end whatever becomes of that."""

from __future__ import annotations

import functools
import math
import threading
import time
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from .._base.clock import Deadline
from .._model.connection import Connection
from .._registry.claims import put_back
from .._registry.registry import Registry
from .._settings.settings import Settings
from .sweep_orders import Claim

if TYPE_CHECKING:
    from .._model.session import Listing


class Memory:
    """What *holder*, the name of a process, holds where *settings* lead to; for several threads.

    :ivar registry: where that should be written as well
    :ivar taken: what others may have closed while the holder could not say that it lives, a sentence each
    """

    def __init__(self, settings: Settings, holder: str) -> None:
        self.registry = Registry(settings, ignore)
        self._settings = settings
        self._holder = holder
        self._claims: dict[str, Claim] = {}
        self._lock = threading.Lock()
        self._put_back_at = -math.inf
        self._renewed_at = time.monotonic()
        # For how long at most it could not, since what was lost by then is known.
        self._silence = 0.0
        self.taken: list[str] = []

    def remember(self, claim: Claim) -> None:
        """Take note of what was opened, or claimed."""
        id_ = claim.connection.id
        with self._lock:
            before = self._claims.get(id_)
            self._claims[id_] = claim._replace(opened=claim.opened or (before is not None and before.opened))

    def forget(self, service_ids: Collection[str]) -> dict[str, list[Connection]]:
        """Take note that nothing is held on these services any more; what had been opened for that, by service.

        Who ends the use of them does so before his turn there: he finds in it what another thread has put back until then, and
        after it, none puts anything back.
        """
        with self._lock:
            forgotten = [claim for claim in self._claims.values() if claim.connection.service_id in service_ids]
            for claim in forgotten:
                del self._claims[claim.connection.id]
        return _by_service(claim.connection for claim in forgotten if claim.opened)

    def held(self) -> dict[str, list[Connection]]:
        """What is held, by service."""
        return _by_service(claim.connection for claim in self._noted())

    def opened(self) -> dict[str, list[Connection]]:
        """What is held and was opened for that, by service."""
        return _by_service(claim.connection for claim in self._noted() if claim.opened)

    def _is_held(self, connection: Connection) -> bool:
        with self._lock:
            return connection.id in self._claims

    def _noted(self) -> list[Claim]:
        with self._lock:
            return list(self._claims.values())

    def renew(self) -> None:
        """Say that the holder lives, and put back what the registry has lost and is open. Raises RemoteItError."""
        self.registry.renew(self._holder)
        now = time.monotonic()
        self._silence, self._renewed_at = max(self._silence, now - self._renewed_at), now
        if lost := self._lost():
            self._put_back(lost)
        self._silence = 0.0

    def unsaid(self) -> float:
        """Seconds until all others have said that they use what was put back, too."""
        return max(0.0, self._put_back_at + self.registry.renew_every - time.monotonic())

    def _deadline(self) -> Deadline:
        return Deadline(self.registry.renew_every)

    def _lost(self) -> list[Connection]:
        """What the registry does not know to be held. Of the rest, what it knows now is noted."""
        lost: list[Connection] = []
        held = self.held()
        for service_id, holding in self.registry.read_many(list(held), self._deadline()).items():
            known = {connection.id: connection for connection in holding.connections}
            for connection in held[service_id]:
                found = known.get(connection.id)
                if found is None or not (found.closing or self._holder in found.holders):
                    lost.append(connection)
                elif connection != found:
                    self._learn(found)
        return lost

    def _learn(self, found: Connection) -> None:
        """Note what the registry says of a connection now, unless it was forgotten since that was read."""
        with self._lock:
            if found.id in self._claims:
                self._claims[found.id] = self._claims[found.id]._replace(connection=found)

    def _put_back(self, lost: list[Connection]) -> None:
        """Put back what is open, and forget what is not: a task may have closed it. Raises RemoteItError."""
        from .connections import Connections  # most registries lose nothing

        by_service = _by_service(lost)
        listings = Connections(self._settings, ignore).listings(list(by_service), self._deadline())
        for service_id, connections in by_service.items():
            for connection in connections:
                if self._is_open(connection, connections, listings[service_id]):
                    is_held = functools.partial(self._is_held, connection)
                    if put_back(self.registry, connection, self._holder, self._deadline(), is_held):
                        self._put_back_at = time.monotonic()

    def _is_open(self, connection: Connection, beside: list[Connection], listing: Listing) -> bool:
        """Whether it is listed; where it is certainly not, it is forgotten."""
        from .liveness import LISTED_AFTER, pair

        if listing.sessions is None:
            return False
        is_listed = connection.id in pair(beside, listing.sessions)
        if not is_listed and listing.at - connection.opened_at >= LISTED_AFTER:
            with self._lock:
                was_held = self._claims.pop(connection.id, None) is not None
            if was_held and self._silence > self._settings.patience.life_lease:
                self.taken.append(
                    f"Connection {connection.id} to {connection.service_id} is closed, probably by another machine: this "
                    f"run could not reach the registry for {self._silence:.0f} seconds."
                )
        return is_listed


def _by_service(connections: Iterable[Connection]) -> dict[str, list[Connection]]:
    found: dict[str, list[Connection]] = {}
    for connection in connections:
        found.setdefault(connection.service_id, []).append(connection)
    return found


def ignore(_sentence: str) -> None:
    """Drop a warning: the tasks of the run have told it."""
