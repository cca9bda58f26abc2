# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Use of a connection that is open already: begun and ended in the registry alone, without a word from remote.it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from .._base.clock import Deadline
from .._model.connection import Connection
from .._model.wanted import Wanted, is_unneeded, without
from .holding import Holding
from .registry import Registry

# For how long what was opened in vain is kept, in seconds: the device may only be busy starting.
KEPT_UNANSWERED = 15.0


def join(registry: Registry, service_id: str, wanted: Wanted, deadline: Deadline) -> Connection | None:
    """The connection that will do, now claimed; None when remote.it must be asked. Raises RegistryError."""
    with registry.locked(service_id, deadline) as turn:
        found = wanted.known(turn.holding.connections, time.time())
        return None if found is None else turn.claim(wanted, found)


def answered(registry: Registry, connection: Connection, deadline: Deadline) -> None:
    """Note that an SSH server has answered at *connection*. Raises RegistryError."""
    if _unanswered_since(registry, connection, deadline) is None:
        return
    with registry.locked(connection.service_id, deadline) as turn:
        if held := _held(turn.holding, connection):
            turn.replace(held, held._replace(unanswered_since=None))


def may_answer_yet(registry: Registry, connection: Connection, deadline: Deadline) -> bool:
    """Whether *connection* is so new, and unanswered since, that another one would do no better. Raises RegistryError."""
    since = _unanswered_since(registry, connection, deadline)
    return since is not None and 0 <= time.time() - since < KEPT_UNANSWERED


def _unanswered_since(registry: Registry, connection: Connection, deadline: Deadline) -> float | None:
    held = _held(registry.read(connection.service_id, deadline), connection)
    return held and held.unanswered_since


def _held(holding: Holding, connection: Connection) -> Connection | None:
    """*connection* as it is known by now."""
    return next((item for item in holding.connections if item.id == connection.id), None)


def put_back(
    registry: Registry, connection: Connection, holder: str, deadline: Deadline, is_held: Callable[[], bool]
) -> bool:
    """Have the registry, which has lost it, know that *connection* is open and *holder* uses it; whether that was done.

    It is not unless *is_held* says so in our turn: until then, another thread may have closed it. Raises RegistryError.
    """
    with registry.locked(connection.service_id, deadline) as turn:
        if not is_held():
            return False
        held = _held(turn.holding, connection) or turn.put_back(connection)
        turn.claim(Wanted(access=None, holder=holder), held)
        return True


def leave(
    registry: Registry, service_id: str, holder: str, deadline: Deadline, opened: Sequence[Connection] = ()
) -> bool:
    """End *holder*'s use; False, and nothing is done, when something is to be closed then.

    So may be what *holder* has *opened* and the registry does not know. Raises RegistryError.
    """
    with registry.locked(service_id, deadline) as turn:
        left = without(holder, turn.holding.connections)
        is_lost = any(_held(turn.holding, connection) is None for connection in opened)
        if is_lost or any(is_unneeded(connection) for connection in left):
            return False
        turn.holding.connections = left
        turn.save()
        return True
