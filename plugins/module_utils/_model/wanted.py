# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What somebody wants of a service's connection, and which of those that are open will do."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from .._base.process import is_gone
from .access import PUBLIC, Access
from .connection import PORT, Connection

DEFAULT_MIN_REMAINING = 300
# So that a row of tasks asks once.
DEFAULT_VERIFY_AFTER = 15


class Wanted(NamedTuple):
    """What somebody wants of a connection; *min_remaining* and *verify_after* in seconds.

    Without *access*, any connection will do, for SSH any that it can use on this machine. *holder* is the process that needs the
    connection, by the name that process_name() gives it; None is somebody who will say when it is to be closed.
    *other_than* is the id of a connection that does not work. *by_ssh* is whether it is for SSH, which is started again
    and again as long as it fails: what failed a moment ago is not asked for again, and what is opened for it is not
    closed before others could try.
    """

    access: Access | None
    wait: bool = True
    min_remaining: int = DEFAULT_MIN_REMAINING
    verify_after: int = DEFAULT_VERIFY_AFTER
    force: bool = False
    holder: str | None = None
    other_than: str | None = None
    by_ssh: bool = False

    def candidate(self, connections: Sequence[Connection], now: float) -> Connection | None:
        """The newest of *connections*, oldest first, that is of this kind and has enough life left."""
        if self.force:
            return None
        for connection in reversed(connections):
            if (
                connection.id != self.other_than
                and not connection.closing
                and connection.expires_at >= now + self.min_remaining
                and self._is_of_this_kind(connection)
            ):
                return connection
        return None

    def known(self, connections: Sequence[Connection], now: float) -> Connection | None:
        """The candidate, if it was known to be alive so short a time ago that it need not be asked for.

        How long that is ago this machine's own clock tells: *now* is remote.it's, as far as it is known by now.
        """
        found = self.candidate(connections, now)
        return found if found and 0 <= time.time() - found.verified_at < self.verify_after else None

    def _is_of_this_kind(self, connection: Connection) -> bool:
        if self.access is not None:
            return connection.serves(self.access.mode, self.access.client_ip)
        if not self.by_ssh:
            return True
        return connection.type == PORT and (connection.is_latched_here or connection.access == PUBLIC)

    def claimed(self, connection: Connection) -> Connection:
        """*connection* with the note that it is needed."""
        if self.holder is None:
            return connection._replace(kept=True)
        others = tuple(name for name in connection.holders if name != self.holder)
        return connection._replace(holders=(*others, self.holder))

    def has_claimed(self, connection: Connection) -> bool:
        """Whether *connection* has that note already."""
        return connection.kept if self.holder is None else self.holder in connection.holders


def is_unneeded(connection: Connection) -> bool:
    """Whether nobody is left who needs *connection*, or somebody has begun closing it."""
    return connection.closing or (not connection.kept and all(is_gone(name) for name in connection.holders))


def without(holder: str, connections: Sequence[Connection], only: str | None = None) -> list[Connection]:
    """*connections* without the note that *holder* needs them, or *only* the one with this id."""
    return [
        connection._replace(holders=tuple(name for name in connection.holders if name != holder))
        if only in (None, connection.id)
        else connection
        for connection in connections
    ]
