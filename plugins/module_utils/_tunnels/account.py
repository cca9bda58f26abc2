# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a multiplexer does at remote.it and in the registry for one account: each method takes its time, and is for any thread."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .._base.clock import Deadline
from .._base.errors import OptionError, RegistryError, RemoteItError
from .._base.pool import side_by_side
from .._base.threads import repeated
from .._connections.left_behind import was_left_open
from .._connections.memory import Memory
from .._connections.sweep_orders import Claim
from .._model.connection import Connection
from .._model.wanted import Wanted
from .._registry import journal
from .._registry.claims import answered, join, leave, may_answer_yet
from .._settings.settings import Settings

if TYPE_CHECKING:
    from .._connections.connections import Connections, Outcome
    from .._model.session import Listing

_CLOSE_TIMEOUT = 40.0
_AT_A_TIME = 16


class Errand(NamedTuple):
    """For which *runs*, by their names as holders, something is done, and the *journal* where it is noted; both may be empty."""

    runs: frozenset[str] = frozenset()
    journal: str = ""


class Account:
    """The connections that the process *holder* has, by *settings*, for all who use them through it.

    *tell* takes a sentence for the user and the runs that it is for.

    :ivar memory: what is held
    """

    def __init__(self, settings: Settings, holder: str, tell: Callable[[str, frozenset[str]], None]) -> None:
        self.memory = Memory(settings, holder)
        self._settings = settings
        self._holder = holder
        self._tell = tell
        self._errand = threading.local()
        self._prefetched: dict[str, Listing] = {}
        self._free: list[Connections] = []
        self._first: Connections | None = None
        self._lock = threading.Lock()
        self._has_warned = False

    @contextlib.contextmanager
    def on(self, errand: Errand) -> Iterator[None]:
        """While this lasts, what this thread does is for *errand*."""
        self._errand.runs = errand.runs
        with journal.kept_in(errand.journal):
            yield

    def _warn(self, sentence: str) -> None:
        self._tell(sentence, getattr(self._errand, "runs", frozenset()))

    # -- while it lasts -----------------------------------------------------------------------------------------------

    def renewed(self) -> contextlib.AbstractContextManager[None]:
        """While this lasts, others are told that we live, and what we hold is kept in the registry."""
        return repeated(self._renew_aloud, self.memory.registry.renew_every)

    def _renew_aloud(self) -> None:
        """Renew, and tell of the first failure. Raises RemoteItError."""
        if not self.memory.held():
            return
        try:
            self.memory.renew()
        except RegistryError as error:
            if not self._has_warned:
                self._has_warned = True
                self._warn(str(error))
            raise

    # -- a use --------------------------------------------------------------------------------------------------------

    def found(self, service_id: str, wanted: Wanted, deadline: Deadline) -> tuple[Connection, bool]:
        """The connection to use, and whether it is new. Raises RemoteItError."""
        joined = join(self.memory.registry, service_id, wanted, deadline)
        if joined is not None:
            self.memory.remember(Claim(joined, opened=False))
            journal.reused(joined)
            return self._usable(joined, wanted), False
        self._check_last_failure(service_id, wanted, deadline)
        with self._connections() as connections:
            return self._noted(connections.present(service_id, wanted, deadline), wanted)

    def found_instead(
        self, dead: Connection, is_used: bool, wanted: Wanted, deadline: Deadline
    ) -> tuple[Connection, bool]:
        """Another one than *dead*, which did not answer, although it *is_used* by others, perhaps. Raises RemoteItError."""
        self._check_last_failure(dead.service_id, wanted, deadline)
        with self._connections() as connections:
            return self._noted(connections.instead_of(dead, wanted, deadline, is_used), wanted)

    def _noted(self, outcome: Outcome, wanted: Wanted) -> tuple[Connection, bool]:
        connection = outcome.usable()
        self.memory.remember(Claim(connection, outcome.is_new))
        return self._usable(connection, wanted), outcome.is_new

    def _usable(self, connection: Connection, wanted: Wanted) -> Connection:
        if connection.port is None:
            error = OptionError(
                f"service {connection.service_id} is an HTTP(S) service behind a reverse proxy, which SSH cannot use: "
                "name an SSH service."
            )
            self._believe(connection.service_id, error, wanted)
            raise error
        return connection

    def _check_last_failure(self, service_id: str, wanted: Wanted, deadline: Deadline) -> None:
        """Raise ApiError if opening failed a moment ago: what need not be asked need not even be imported."""
        failure = self.memory.registry.read(service_id, deadline).failure
        if failure is not None:
            from .._model.failure import raise_if_believed

            raise_if_believed(failure, self._asked_by(wanted))

    def _believe(self, service_id: str, error: RemoteItError, wanted: Wanted) -> None:
        from .._model.failure import Failure

        failure = Failure.of(error, self._asked_by(wanted), None)
        deadline = Deadline(_CLOSE_TIMEOUT)
        with contextlib.suppress(RemoteItError), self.memory.registry.locked(service_id, deadline) as turn:
            turn.holding.failure = failure
            turn.save()

    def _asked_by(self, wanted: Wanted) -> str:
        from .._settings.asker import asked_by

        return asked_by(self._settings, wanted.access)

    def note_answered(self, connection: Connection, deadline: Deadline) -> None:
        """Note that a server has answered at *connection*.

        Where that cannot be noted, it is only kept for longer than it deserves, once it is dead.
        """
        if connection.unanswered_since is not None:
            with contextlib.suppress(RemoteItError):
                answered(self.memory.registry, connection, deadline)

    def may_answer_yet(self, connection: Connection, deadline: Deadline) -> bool:
        """Whether another one than *connection* would do no better. Raises RegistryError."""
        return may_answer_yet(self.memory.registry, connection, deadline)

    # -- the end of it ------------------------------------------------------------------------------------------------

    def close(self, errands: Mapping[str, Errand]) -> dict[str, str]:
        """End our use of these services, and close what nobody else needs, whatever becomes of the registry.

        What could not be closed: a sentence for the user, by service. It is nobody's then, so whoever comes next closes it.
        """
        with contextlib.suppress(RemoteItError):
            self.memory.renew()
        Deadline(_CLOSE_TIMEOUT).sleep(self.memory.unsaid())
        opened = self.memory.forget(errands)
        left = [service_id for service_id in errands if not self._has_left(service_id, opened.get(service_id, ()))]

        def close(_nothing: None, service_id: str) -> str:
            with self.on(errands[service_id]), self._connections() as connections:
                return self._close(connections, service_id, opened.get(service_id, ()))

        try:
            if len(left) > 1:
                with self._connections() as connections:
                    self._prefetched.update(connections.listings(left, Deadline(_CLOSE_TIMEOUT)))
            failures = side_by_side(lambda: None, close, left, _AT_A_TIME)
        except RemoteItError as error:
            failures = [f"A connection to {service_id} may have been left open: {error}" for service_id in left]
        for service_id in left:
            self._prefetched.pop(service_id, None)
        return {service_id: failure for service_id, failure in zip(left, failures, strict=True) if failure}

    def _has_left(self, service_id: str, opened: Sequence[Connection]) -> bool:
        """End the use in the registry alone; False where something is to be closed, or the registry fails."""
        try:
            return leave(self.memory.registry, service_id, self._holder, Deadline(_CLOSE_TIMEOUT), opened)
        except RemoteItError:
            return False

    def _close(self, connections: Connections, service_id: str, opened: Sequence[Connection]) -> str:
        """Why it may be open still; empty when it is closed."""
        try:
            connections.release(service_id, self._holder, Deadline(_CLOSE_TIMEOUT), opened)
        except RegistryError as error:
            self._warn(str(error))
        except RemoteItError as error:
            return f"A connection to {service_id} {was_left_open(error)}: {error} The next run tries again."
        return ""

    def end(self) -> None:
        """Take back our sign of life: we hold nothing any more."""
        with contextlib.suppress(RemoteItError):
            self.memory.registry.forget(self._holder)

    # -- remote.it ----------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _connections(self) -> Iterator[Connections]:
        """What talks to remote.it, for one thread at a time; kept, as its HTTPS connection is, for the next."""
        with self._lock:
            connections = self._free.pop() if self._free else self._another()
        try:
            yield connections
        finally:
            self._free.append(connections)

    def _another(self) -> Connections:
        if self._first is not None:
            return self._first.beside(self._warn, self._prefetched)
        from .._connections.connections import Connections

        self._first = Connections(self._settings, self._warn, prefetched=self._prefetched)
        return self._first
