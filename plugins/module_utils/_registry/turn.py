# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our turn at a service."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .._base.clock import Deadline
from .._base.errors import RegistryError
from .._model.connection import Connection
from .._model.wanted import Wanted
from . import journal
from .holding import Holding

if TYPE_CHECKING:
    from .._model.session import Listing


class Turn:
    """While it lasts, nobody else opens or closes connections of the service, or writes down what is known of it.

    :ivar service_id: the service
    :ivar holding: what is known of it, and is changed here
    :ivar deadline: when what is done in this turn has to be done
    :ivar predicts: whether nothing is to be done, but only foretold, as in check mode
    :ivar prefetched: our sessions there, if they were read before the turn, with those of many other services
    """

    def __init__(
        self, service_id: str, holding: Holding, deadline: Deadline, write: Callable[[Holding], None] | None
    ) -> None:
        self.service_id = service_id
        self.holding = holding
        self.deadline = deadline
        self.predicts = write is None
        self.prefetched: Listing | None = None
        self._write = write
        self._written = list(holding.connections)

    def save(self) -> None:
        """Write down what is known now, in one step; nothing in a turn that predicts. Raises RegistryError."""
        if self._write is None:
            return
        self._write(self.holding)
        journal.saved(self._written, self.holding.connections)
        self._written = list(self.holding.connections)

    def replace(self, connection: Connection, other: Connection) -> None:
        """Have *other* in the place of *connection*, which is held. Raises RegistryError."""
        self.holding.connections = [other if item is connection else item for item in self.holding.connections]
        self.save()

    def put_back(self, connection: Connection) -> Connection:
        """*connection*, which the registry has lost, as nobody's; that it was opened was noted when it was."""
        found = connection._replace(holders=())
        self.holding.connections.append(found)
        self._written.append(found)
        return found

    def claim(self, wanted: Wanted, connection: Connection) -> Connection:
        """*connection*, which is held, claimed for *wanted*. Raises RegistryError."""
        claimed = wanted.claimed(connection)
        self.replace(connection, claimed)
        return claimed

    def take_prefetched(self) -> Listing | None:
        """What was read ahead, for the first who asks, unless an interrupted opening may have added to it since."""
        listing, self.prefetched = self.prefetched, None
        return None if self.holding.attempts else listing


class Forgiving:
    """Writes as *write* does, as far as that is possible, and goes on where it is not; without *write*, nothing is written.

    Each save holds all that is known, so the last one counts.

    :ivar failure: why the last save failed; None when it did not
    """

    def __init__(self, write: Callable[[Holding], None] | None, failure: RegistryError | None = None) -> None:
        self.failure = failure
        self._write = write

    def __call__(self, holding: Holding) -> None:
        if self._write is None:
            return
        self.failure = None
        try:
            self._write(holding)
        except RegistryError as error:
            self.failure = error
