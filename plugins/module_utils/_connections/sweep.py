# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Close what a process held that has ended, and what others left behind that were killed."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import signal
import socket
import syslog
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from .._base.clock import Deadline
from .._base.environment import set_variables
from .._base.errors import OutOfTimeError, RegistryError, RemoteItError
from .._base.pool import side_by_side
from .._base.text import enumerated, in_short
from .._base.threads import repeated
from .._model.wanted import is_unneeded
from .._registry.files import RecordError
from .._registry.holding import Holding
from .._registry.registry import Registry
from .._settings.settings import Settings
from .left_behind import was_left_open
from .memory import Memory, ignore
from .sweep_orders import KILLED, Orders, Place, decoded

if TYPE_CHECKING:
    from .._model.connection import Connection
    from .connections import Connections

_AT_A_TIME = 16
# The user waits for it, so there is an end to it, and an earlier one where it is not certain that anything is open.
_TIMEOUT = 40.0
_SEARCH_TIMEOUT = 6.0
# Where only an interrupted opening is left, somebody may just be busy with it.
_BRIEFLY = 0.5
# Who has it has the environment of this process.
_ENVIRONMENT = threading.Lock()


def main(holder: str, path: str, again: str = "") -> None:
    """Sweep at the end of the run *holder* what is said at the socket *path*, on which our standard input listens.

    *again* is set if somebody else did so before, and was killed: what was said to him is known to nobody.
    """
    # Whoever ends all processes of a run means the run; this one ends when it has closed what is open.
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    with socket.socket(fileno=os.dup(0)) as listener:
        orders = Orders(listener, path, holder)
        sentences = [*([KILLED] if again else []), *serve(holder, orders)]
    if not orders.answered(sentences):
        syslog.openlog("remoteit", syslog.LOG_PID)
        for sentence in sentences:
            syslog.syslog(syslog.LOG_WARNING, sentence)


def serve(holder: str, lines: Iterable[bytes]) -> list[str]:
    """Sweep where the settings in *lines* lead to, after the end of *holder*; what the user should know, a sentence each.

    Until the lines end, which is the end of *holder*, others are told that it lives, and what it holds is kept in the
    registry. The environment of this process is changed as the lines ask for.
    """
    memories: dict[Place, Memory] = {}
    with contextlib.ExitStack() as lifetime:
        for line in lines:
            place, claim = decoded(line)
            if place not in memories:
                try:
                    memory = memories[place] = Memory(place.settings, holder)
                except RemoteItError:
                    # Without the library that it needs, which the task tells, nothing is opened there.
                    continue
                renew = functools.partial(_renew, place, memory)
                lifetime.enter_context(repeated(renew, memory.registry.renew_every))
            if claim is not None:
                memories[place].remember(claim)
    sentences: list[str] = []
    for place, memory in memories.items():
        with _by_way_of(place):
            sentences += sweep(place.settings, holder, memory)
    return sentences


def _renew(place: Place, memory: Memory) -> None:
    with _by_way_of(place):
        memory.renew()


@contextlib.contextmanager
def _by_way_of(place: Place) -> Iterator[None]:
    with _ENVIRONMENT:
        set_variables(place.network)
        yield


def sweep(settings: Settings, holder: str, memory: Memory | None = None) -> list[str]:
    """Close what *holder* held, and what nobody holds any more; what the user should know, a sentence each.

    *memory* is what *holder* told that it holds, beside what is in the registry.
    """
    swept = _Sweep(settings, holder, memory or Memory(settings, holder))
    swept.run()
    return swept.sentences()


def has_leftovers(settings: Settings) -> bool:
    """Whether a run that was killed left something to close, as far as the registry knows."""
    return any(True for _leftover in _leftovers(Registry(settings, ignore), ""))


def _leftovers(registry: Registry, holder: str) -> Iterator[tuple[str, Holding]]:
    """The services with something to close after the end of *holder*, and what is known of them. Raises RegistryError."""
    for service_id, holding in registry.holdings():
        if holding.attempts or any(holder in item.holders or is_unneeded(item) for item in holding.connections):
            yield service_id, holding


class _Sweep:
    """The end of one run at one place."""

    def __init__(self, settings: Settings, holder: str, memory: Memory) -> None:
        self.registry = memory.registry
        self._settings = settings
        self._holder = holder
        self._memory = memory
        self._opened: dict[str, list[Connection]] = {}
        self._has_held = False
        self._is_away = False
        self._left_open: list[str] = []
        self._unwritten: list[str] = []
        self._left_behind: list[str] = []

    def sentences(self) -> list[str]:
        """What the user should know."""
        short = [in_short(sorted(some)) for some in (self._memory.taken, self._unwritten, self._left_behind)]
        return list(dict.fromkeys([*sorted(self._left_open), *itertools.chain(*short)]))

    def run(self) -> None:
        """Close it all."""
        try:
            self.registry.read_many(list(self._memory.held()))
        except RecordError:
            # What it is about is told where it is met.
            pass
        except RegistryError as error:
            self._close_remembered(error)
            return
        deadline = Deadline(_TIMEOUT)
        if self._memory.held():
            with contextlib.suppress(RemoteItError):
                self._memory.renew()
            deadline.sleep(self._memory.unsaid())
            # What a task has closed is no longer among it.
            held = self._memory.held()
            self._has_held = bool(held)
            self._opened = self._memory.forget(held)
        self._close({service_id: Holding() for service_id in self._opened} | self._found())
        if self._is_away:
            return
        with contextlib.suppress(RegistryError):
            was_unsure = False
            while 0 < (unsure := self.registry.unsure(deadline)) <= deadline.remaining():
                was_unsure = True
                # Who is not in touch meanwhile begins anew.
                deadline.sleep(min(unsure, self.registry.renew_every))
            if was_unsure:
                self._close(self._found())
            self.registry.forget(self._holder)

    def _found(self) -> dict[str, Holding]:
        """The services of the registry with something to close.

        That it cannot be read is no matter of a run that holds nothing.
        """
        found: dict[str, Holding] = {}
        try:
            found.update(_leftovers(self.registry, self._holder))
        except RegistryError as error:
            self._is_away = not found
            if found or self._has_held:
                self._left_open.append(f"Connections may have been left open: {error}")
        return found

    # -- with a registry --------------------------------------------------------------------------------------------

    def _close(self, found: Mapping[str, Holding]) -> None:
        """Close what the run held, and what nobody needs, on the services of which that was *found*."""
        if not found:
            return

        def close(connections: Connections, service_id: str) -> None:
            self._close_service(connections, service_id, found[service_id])

        try:
            self._side_by_side(close, list(found))
        except RemoteItError as error:
            self._left_open.append(
                f"Connections to {enumerated(found)} may have been left open: {error} The next run tries again."
            )

    def _side_by_side(self, close: Callable[[Connections, str], None], service_ids: Sequence[str]) -> None:
        """Let *close* be done for each of the services. Raises RemoteItError where remote.it cannot be asked at all."""
        from .connections import Connections  # most runs leave nothing, and need not talk to remote.it

        first = Connections(self._settings, ignore)
        side_by_side(lambda: first.beside(ignore), close, service_ids, _AT_A_TIME)

    def _close_service(self, connections: Connections, service_id: str, holding: Holding) -> None:
        held, is_ours = holding.connections, service_id in self._opened
        deadline = Deadline(_TIMEOUT if held or is_ours else _SEARCH_TIMEOUT)
        try:
            if not (held or is_ours) and _is_busy(self.registry, service_id):
                return
            self._release(connections, service_id, bool(holding.attempts), deadline)
        except RegistryError as error:
            self._unwritten.append(str(error))
        except RemoteItError as error:
            state = was_left_open(error) if held or is_ours else "may have been left open"
            self._left_open.append(f"A connection to {service_id} {state}: {error} The next run tries again.")

    def _release(self, connections: Connections, service_id: str, is_attempted: bool, deadline: Deadline) -> None:
        """End the use of the service. Raises RemoteItError."""
        opened = self._opened.get(service_id, [])
        # What came of an attempt may be listed late.
        for pause in self._settings.patience.looks if is_attempted else (0.0,):
            deadline.sleep(pause)
            connections.release(service_id, self._holder, deadline, opened, self._left_behind.append)
            if not deadline.remaining() or not self.registry.read(service_id).attempts:
                break

    # -- without ----------------------------------------------------------------------------------------------------

    def _close_remembered(self, error: RegistryError) -> None:
        """Close what the run opened, after *error*: what others need is not known, and is theirs to say."""
        opened = self._memory.forget(self._memory.held())
        closed: list[str] = []

        def close(connections: Connections, service_id: str) -> None:
            try:
                closed.extend(connections.close_remembered(service_id, opened[service_id], Deadline(_TIMEOUT)))
            except RemoteItError as failure:
                self._left_open.append(f"A connection to {service_id} was left open: {failure}")

        told = f"Connections may have been left open: {error}"
        try:
            self._side_by_side(close, list(opened))
        except RemoteItError as failure:
            told = f"{told} {failure}"
        self._left_open.append(f"{told} Closed all the same: {enumerated(closed)}." if closed else told)


def _is_busy(registry: Registry, service_id: str) -> bool:
    try:
        with registry.locked(service_id, Deadline(_BRIEFLY)):
            return False
    except OutOfTimeError:
        return True
