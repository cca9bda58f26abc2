# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Use of a connection that is open already: begun and ended in the registry alone, without a word from remote.it."""

from __future__ import annotations

import time

from .._base.clock import Deadline
from .._model.connection import Connection
from .._model.wanted import Wanted, is_unneeded, without
from .registry import Holding, Registry

# For how long what was opened in vain is kept, in seconds: the device may only be busy starting.
PATIENCE = 15.0


def join(registry: Registry, service_id: str, wanted: Wanted, deadline: Deadline) -> Connection | None:
    """The connection that will do, now claimed; None when remote.it must be asked. Raises RegistryError."""
    now = time.time()
    with registry.locked(service_id, deadline) as holding:
        found = wanted.candidate(holding.connections, now)
        if found is None or not wanted.trusts(found, now):
            return None
        return claim(registry, service_id, wanted, holding, found)


def claim(registry: Registry, service_id: str, wanted: Wanted, holding: Holding, connection: Connection) -> Connection:
    """*connection* of *holding*, claimed for *wanted*. Only while the service's lock is held. Raises RegistryError."""
    claimed = wanted.claimed(connection)
    holding.connections = [claimed if item is connection else item for item in holding.connections]
    registry.save(service_id, holding)
    return claimed


def answered(registry: Registry, connection: Connection, deadline: Deadline) -> None:
    """Note that an SSH server has answered at *connection*. Raises RegistryError."""
    if _unanswered_since(registry, connection) is None:
        return
    with registry.locked(connection.service_id, deadline) as holding:
        holding.connections = [
            item._replace(unanswered_since=None) if item.id == connection.id else item for item in holding.connections
        ]
        registry.save(connection.service_id, holding)


def may_answer_yet(registry: Registry, connection: Connection) -> bool:
    """Whether *connection* is so new, and unanswered since, that another one would do no better. Raises RegistryError."""
    since = _unanswered_since(registry, connection)
    return since is not None and 0 <= time.time() - since < PATIENCE


def _unanswered_since(registry: Registry, connection: Connection) -> float | None:
    known = registry.read(connection.service_id).connections
    return next((item.unanswered_since for item in known if item.id == connection.id), None)


def remain(registry: Registry, connection: Connection, holder: str, deadline: Deadline) -> bool:
    """Say that *holder* goes on using *connection*; True when the registry had lost that, and has it again.

    Raises RegistryError.
    """
    service_id = connection.service_id
    if any(holder in item.holders for item in registry.read(service_id).connections):
        registry.renew(holder)
        return False
    with registry.locked(service_id, deadline) as holding:
        known = next((item for item in holding.connections if item.id == connection.id), None)
        if known is None:
            known = connection._replace(holders=())
            holding.connections.append(known)
        claim(registry, service_id, Wanted(access=None, holder=holder), holding, known)
    return True


def leave(registry: Registry, service_id: str, holder: str, deadline: Deadline) -> bool:
    """End *holder*'s use; False, and nothing is done, when something is to be closed then. Raises RegistryError."""
    with registry.locked(service_id, deadline) as holding:
        left = without(holder, holding.connections)
        if any(is_unneeded(connection) for connection in left):
            return False
        holding.connections = left
        registry.save(service_id, holding)
        return True
