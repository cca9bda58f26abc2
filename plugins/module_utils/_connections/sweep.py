# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Close what a process held that has ended, and what others left behind that were killed."""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from .._base.clock import Deadline
from .._base.environment import set_variables
from .._base.errors import OutOfTimeError, RegistryError, RemoteItError
from .._base.pool import side_by_side
from .._base.text import enumerated
from .._base.threads import repeated
from .._model.connection import Connection
from .._model.wanted import is_unneeded
from .._registry.registry import Registry
from .._settings.settings import Settings
from .sweep_orders import decoded

if TYPE_CHECKING:
    from .connections import Connections

_AT_A_TIME = 16
# The user waits for it, so there is an end to it, and an earlier one where it is not certain that anything is open.
_TIMEOUT = 40.0
_SEARCH_TIMEOUT = 6.0
# Where only an interrupted opening is left, somebody may just be busy with it.
_BRIEFLY = 0.5


def serve(holder: str, lines: Iterable[bytes]) -> None:
    """Sweep where the settings in *lines* lead to, after the end of *holder*, and write what the user should know.

    Until the lines end, which is the end of *holder*, other machines are told that it lives. The environment of this
    process is changed as the lines ask for.
    """
    known: dict[bytes, tuple[Settings, Mapping[str, str | None]]] = {}
    with contextlib.ExitStack() as lifetime:
        for line in lines:
            if line not in known:
                settings, network = known[line] = decoded(line)
                set_variables(network)
                registry = Registry(settings, _ignore)
                lifetime.enter_context(repeated(functools.partial(registry.renew, holder), registry.renew_every))
    complaints: list[str] = []
    for line in sorted(known):
        settings, network = known[line]
        set_variables(network)
        complaints += sweep(settings, holder)
    for complaint in complaints:
        sys.stdout.write(f"{complaint}\n")


def sweep(settings: Settings, holder: str) -> list[str]:
    """Close what *holder* held, and what nobody holds any more; what the user should know, a sentence each."""
    found: list[str] = []
    complaints: list[str] = []
    try:
        found.extend(_leftovers(settings, holder))
    except RegistryError as error:
        complaints.append(f"Connections may have been left open: {error}")
    if not found:
        return complaints
    from .connections import Connections  # most runs leave nothing, and need not talk to remote.it

    def sweep_service(connections: Connections, service_id: str) -> str | None:
        return _sweep_service(connections, service_id, holder)

    try:
        first = Connections(settings, _ignore)
        outcomes = side_by_side(lambda: first.beside(_ignore), sweep_service, found, _AT_A_TIME)
    except RemoteItError as error:
        return [
            *complaints,
            f"Connections to {enumerated(found)} may have been left open: {error} The next run tries again.",
        ]
    return complaints + [complaint for complaint in outcomes if complaint]


def has_leftovers(settings: Settings) -> bool:
    """Whether a run that was killed left something to close, as far as the registry knows."""
    return any(True for _service_id in _leftovers(settings, ""))


def _leftovers(settings: Settings, holder: str) -> Iterator[str]:
    """The services with something to close after the end of *holder*. Raises RegistryError."""
    for service_id, holding in Registry(settings, _ignore).holdings():
        if holding.attempts or any(holder in item.holders or is_unneeded(item) for item in holding.connections):
            yield service_id


def _sweep_service(connections: Connections, service_id: str, holder: str) -> str | None:
    """What the user should know when the service's connections cannot all be closed."""
    settings = connections.settings
    registry = Registry(settings, _ignore)
    held: list[Connection] = []
    try:
        held = registry.read(service_id).connections
        if not held and _is_busy(registry, service_id):
            return None
        deadline = Deadline(_TIMEOUT if held else _SEARCH_TIMEOUT)
        for pause in settings.patience.looks:
            deadline.sleep(pause)
            connections.release(service_id, holder, deadline)
            if not registry.read(service_id).attempts or not deadline.remaining():
                break
    except RemoteItError as error:
        state = "was" if held else "may have been"
        return f"A connection to {service_id} {state} left open: {error} The next run tries again."
    return None


def _is_busy(registry: Registry, service_id: str) -> bool:
    try:
        with registry.locked(service_id, Deadline(_BRIEFLY)):
            return False
    except OutOfTimeError:
        return True


def _ignore(_sentence: str) -> None:
    """Drop a warning: the tasks of the run have told it."""
