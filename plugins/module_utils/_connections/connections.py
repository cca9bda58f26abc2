# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Open, reuse, close and list connections, so that doing the same twice changes nothing twice."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .._api.client import Client
from .._base.clock import Clock, Deadline
from .._base.errors import AnswerLostError, ApiError, OutOfTimeError, RefusedError, RegistryError, RemoteItError
from .._model.access import Access
from .._model.connection import Connection
from .._model.ids import same_id
from .._model.session import Listing, Session
from .._model.wanted import Wanted, is_unneeded, without
from .._registry import journal
from .._registry.claims import claim
from .._registry.registry import Attempt, Holding, Registry
from .._settings.settings import Settings
from .closer import Closer
from .listings import Listings
from .liveness import alive, pair, probe
from .recovery import given_up, may_be_open, new_attempt, recover, settle, settle_by, suspects

if TYPE_CHECKING:
    from .._model.failure import Failure

_OPEN_ATTEMPTS = 3
# Of how many services the sessions are asked for by one request; the API's pages hold as many at most.
_READ_AT_ONCE = 1000


@dataclass
class Outcome:
    """What was held on the service *before* and is *after*, which ids were *closed*, and the connection to use.

    In check mode *connection* is None when one would be opened.
    """

    before: list[Connection]
    after: list[Connection] = field(default_factory=list)
    connection: Connection | None = None
    closed: list[str] = field(default_factory=list)
    changed: bool = False

    def opened(self) -> Connection:
        """The connection to use, which only check mode leaves out."""
        if self.connection is None:
            raise AssertionError("nothing is opened in check mode")
        return self.connection


class Connections:
    """The connections of one access key. *warn* takes one sentence for the user, *ahead* is what Listings takes."""

    def __init__(
        self, settings: Settings, warn: Callable[[str], None], ahead: dict[str, Listing] | None = None
    ) -> None:
        self._warn = warn
        self._settings = settings
        self._registry = Registry(settings, warn)
        self._clock = Clock()
        self._client = Client(settings, self._clock, warn)
        self._listings = Listings(self._client, {} if ahead is None else ahead)
        self._closer = Closer(self._client, self._listings, self._registry, settings, warn)

    def now(self) -> float:
        """The time on the clock by which connections expire, in seconds since the epoch."""
        return self._clock.server_time()

    # -- present ------------------------------------------------------------------------------------------------

    def present(self, service_id: str, wanted: Wanted, deadline: Deadline, *, check: bool = False) -> Outcome:
        """A connection to the service: the one that is open and worth reusing, else a new one.

        With *check* nothing is written anywhere. Raises RemoteItError.
        """
        holding = self._registry.read(service_id)
        if check:
            return self._present(service_id, wanted, self._unexpired(service_id, holding, deadline), deadline, check)
        reusable = wanted.candidate(holding.connections, self.now())
        if reusable and self._is_settled(reusable, holding, wanted):
            journal.reused(reusable)
            return Outcome(before=holding.connections, after=holding.connections, connection=reusable)
        with self._registry.locked(service_id, deadline) as holding:
            return self._present(service_id, wanted, self._unexpired(service_id, holding, deadline), deadline, check)

    def _unexpired(self, service_id: str, holding: Holding, deadline: Deadline) -> Holding:
        """*holding* without what remote.it has closed by now because its time was over.

        Where that seems to be so, remote.it is asked: the clock of this machine may have been set meanwhile.
        """
        if any(self._seems_over(connection) for connection in holding.connections):
            listing = self._client.listing(service_id, deadline)
            listed = pair(holding.connections, listing.sessions or ())
            holding.connections = [
                connection
                for connection in holding.connections
                if connection.id in listed or not self._seems_over(connection)
            ]
        holding.attempts = [attempt for attempt in holding.attempts if may_be_open(attempt)]
        return holding

    def _seems_over(self, connection: Connection) -> bool:
        return connection.expires_at <= self.now()

    def _present(self, service_id: str, wanted: Wanted, holding: Holding, deadline: Deadline, check: bool) -> Outcome:
        outcome = Outcome(before=list(holding.connections))
        reusable = wanted.candidate(holding.connections, self.now())
        if holding.attempts or (reusable and not wanted.trusts(reusable, self.now())):
            outcome.closed = self._refresh(service_id, holding, deadline, check)
            reusable = wanted.candidate(holding.connections, self.now())
        if wanted.force:
            outcome.closed += self._closer.close_held(service_id, holding, list(holding.connections), deadline, check)
        if reusable is None and not check:
            outcome.connection = self._open(service_id, wanted, holding, deadline, outcome.closed)
        elif reusable is not None:
            if not check:
                reusable = claim(self._registry, service_id, wanted, holding, reusable)
                journal.reused(reusable)
            outcome.connection = reusable
        if not wanted.force:
            # Last, because one that hangs uses up the time.
            outcome.closed += self._closer.close_unneeded(service_id, holding, reusable, deadline, check)
        self._mention_suspects(service_id, holding, deadline)
        outcome.after = holding.connections
        outcome.changed = reusable is None or bool(outcome.closed)
        return outcome

    def _is_settled(self, connection: Connection, holding: Holding, wanted: Wanted) -> bool:
        """Whether *connection* can be used without asking remote.it and without writing anything down."""
        others = (item for item in holding.connections if item is not connection)
        return (
            not holding.attempts
            and wanted.has_claimed(connection)
            and wanted.trusts(connection, self.now())
            and not any(is_unneeded(item) or self._seems_over(item) for item in others)
        )

    def _refresh(self, service_id: str, holding: Holding, deadline: Deadline, check: bool) -> list[str]:
        """Keep in *holding* only what is alive; the ids of what earlier attempts had left open and is closed now."""
        listing = self._listings.of(service_id, holding, deadline)
        closed: list[str] = []
        if listing.sessions is not None:
            closed = settle(self._client, holding, listing.sessions, deadline, check)
            holding.connections = alive(holding.connections, listing.sessions, listing.at)
        elif not check:
            # A connect could latch the proxy to this machine, which is no mere prediction.
            closed = self._probe(holding, listing.why, deadline)
        if not check:
            self._registry.save(service_id, holding)
        return closed

    def _probe(self, holding: Holding, why: str, deadline: Deadline) -> list[str]:
        """Keep in *holding* what answers at its address; the ids of those that did not, but were open.

        Where an answer would prove nothing, trust the registry and say so.
        """
        kept, closed = [], []
        for connection in holding.connections:
            answer = probe(connection, deadline)
            if answer is None:
                self._warn(f"Whether connection {connection.id} is still open could not be checked: {why}")
                kept.append(connection)
            elif answer:
                kept.append(connection._replace(verified_at=self.now()))
            elif self._close_silent(connection, holding, deadline):
                closed.append(connection.id)
        holding.connections = kept
        return closed

    def _close_silent(self, connection: Connection, holding: Holding, deadline: Deadline) -> bool:
        """Whether a connection that does not answer was open, and is closed now.

        It may be the network that fails, and what is forgotten can never be closed.
        """
        try:
            self._closer.close_silent(connection, deadline)
            return True
        except RefusedError:
            return False
        except ApiError:
            skew = self._client.clock.observed
            holding.attempts.append(Attempt(connection.asked_at - skew, connection.opened_at - skew))
            return False

    def _open(
        self, service_id: str, wanted: Wanted, holding: Holding, deadline: Deadline, closed: list[str]
    ) -> Connection:
        """A new connection; *closed* gets the ids of what was open before, and is known by then to be of lost answers."""
        if not wanted.by_ssh:
            holding.failure = None
            return self._connect(service_id, wanted, holding, deadline, closed)
        from .._model.failure import Failure, asked_by, check  # tasks do without

        asker = asked_by(self._settings, wanted.access)
        before = check(holding.failure, asker)
        holding.failure = None
        try:
            return self._connect(service_id, wanted, holding, deadline, closed, before)
        except OutOfTimeError:
            raise
        except ApiError as error:
            holding.failure = Failure.of(error, asker, before)
            with contextlib.suppress(RegistryError):
                self._registry.save(service_id, holding)
            raise

    def _connect(
        self,
        service_id: str,
        wanted: Wanted,
        holding: Holding,
        deadline: Deadline,
        closed: list[str],
        before: Failure | None = None,
    ) -> Connection:
        begun = time.time()
        for attempts_left in reversed(range(_OPEN_ATTEMPTS)):
            attempt = new_attempt(deadline.remaining())
            holding.attempts.append(attempt)
            self._registry.save(service_id, holding)
            try:
                connection = self._client.open(service_id, wanted.access or Access(), wanted.wait, deadline, before)
            except AnswerLostError as lost:
                pause = Deadline(lost.retry_after)
                attempt = given_up(holding, attempt)
                # It is known already, only for longer than it needs to be.
                with contextlib.suppress(RegistryError):
                    self._registry.save(service_id, holding)
                recover(self._client, service_id, holding, attempt, lost, deadline)
                if not attempts_left or pause.remaining() >= deadline.remaining():
                    self._registry.save(service_id, holding)
                    self._mention_suspects(service_id, holding, deadline)
                    raise
                deadline.sleep(pause.remaining())
                continue
            except RemoteItError:
                holding.attempts.remove(attempt)
                self._registry.save(service_id, holding)
                raise
            holding.attempts.remove(attempt)
            answered = Attempt(attempt.asked_at, time.time())
            connection = wanted.claimed(connection)
            if wanted.by_ssh:
                connection = connection._replace(unanswered_since=time.time())
            holding.connections.append(connection)
            self._remember(service_id, holding, connection, deadline)
            if holding.attempts:
                settled = settle_by(self._client, connection, answered, holding, deadline)
                closed += [session.id for session in settled if session.started_at < begun]
                # It is known already, only that it is settled is not.
                with contextlib.suppress(RegistryError):
                    self._registry.save(service_id, holding)
            return connection
        raise AssertionError("unreachable")

    def _mention_suspects(self, service_id: str, holding: Holding, deadline: Deadline) -> None:
        if self._clock.is_doubtful() and any(not attempt.ahead for attempt in holding.attempts):
            sessions = self._client.listing(service_id, deadline).sessions or ()
            self._closer.mention_suspects(service_id, suspects(holding, sessions, self._clock))

    def _remember(self, service_id: str, holding: Holding, connection: Connection, deadline: Deadline) -> None:
        try:
            self._registry.save(service_id, holding)
        except RegistryError as error:
            # What cannot be remembered could never be closed.
            try:
                self._client.close(service_id, connection.id, connection.api, deadline)
            except ApiError as close_error:
                raise RegistryError(f"{error} Connection {connection.id} was left open: {close_error}") from None
            raise

    def instead_of(self, dead: Connection, wanted: Wanted, deadline: Deadline) -> Connection:
        """Another connection than *dead*, which could not be used, and which is closed unless others need it.

        Raises RemoteItError.
        """
        service_id = dead.service_id
        with self._registry.locked(service_id, deadline) as holding:
            holding = self._unexpired(service_id, holding, deadline)
            if wanted.holder is not None:
                holding.connections = without(wanted.holder, holding.connections)
            self._refresh(service_id, holding, deadline, check=False)
            other = wanted._replace(other_than=dead.id)
            return self._present(service_id, other, holding, deadline, check=False).opened()

    # -- absent -------------------------------------------------------------------------------------------------

    def absent(
        self, service_id: str, deadline: Deadline, *, connection_id: str | None = None, check: bool = False
    ) -> Outcome:
        """Close what is held open on the service, or only *connection_id*, which need not be in the registry.

        What is closed already is not a change. Raises RemoteItError; what was closed until then is forgotten.
        """
        if check:
            holding = self._unexpired(service_id, self._registry.read(service_id), deadline)
            return self._absent(service_id, connection_id, holding, deadline, check=True)
        with self._registry.locked(service_id, deadline) as holding:
            known = len(holding.connections)
            if len(self._unexpired(service_id, holding, deadline).connections) < known:
                self._registry.save(service_id, holding)
            return self._absent(service_id, connection_id, holding, deadline, check=False)

    def _absent(
        self, service_id: str, connection_id: str | None, holding: Holding, deadline: Deadline, check: bool
    ) -> Outcome:
        outcome = Outcome(before=list(holding.connections))
        targets = [item for item in holding.connections if connection_id is None or same_id(item.id, connection_id)]
        if connection_id is not None and not targets:
            outcome.closed = self._closer.close_stranger(service_id, connection_id, deadline, check)
        else:
            outcome.closed = self._closer.close_held(service_id, holding, targets, deadline, check)
        outcome.after = holding.connections
        outcome.changed = bool(outcome.closed)
        return outcome

    def release(self, service_id: str, holder: str, deadline: Deadline) -> list[str]:
        """End the use that *holder* makes of the service's connections, and close what nobody needs; the ids of those.

        Raises RemoteItError; what could not be closed is closed by the next one who comes here.
        """
        with self._registry.locked(service_id, deadline) as holding:
            holding.connections = without(holder, self._unexpired(service_id, holding, deadline).connections)
            self._registry.save(service_id, holding)
            closed = self._refresh(service_id, holding, deadline, check=False) if holding.attempts else []
            unneeded = [item for item in holding.connections if is_unneeded(item)]
            if unneeded:
                closed += self._closer.close_held(service_id, holding, unneeded, deadline, check=False)
            return closed

    # -- many services -------------------------------------------------------------------------------------------

    def read_ahead(self, asked: Iterable[tuple[str, Wanted | None]], deadline: Deadline) -> dict[str, Listing]:
        """What Listings takes: our sessions on those of the services, to be opened as wanted or closed, that need it."""
        wishes = dict(asked)
        holdings = self._registry.read_many(list(wishes))
        ids = [service_id for service_id, holding in holdings.items() if self._asks_first(holding, wishes[service_id])]
        found: dict[str, Listing] = {}
        for start in range(0, len(ids), _READ_AT_ONCE):
            found |= self._client.listings(ids[start : start + _READ_AT_ONCE], deadline)
        return found

    def _asks_first(self, holding: Holding, wanted: Wanted | None) -> bool:
        """Whether the first thing to do for a service of which that is known will be to read its sessions."""
        connections = holding.connections
        if wanted is None or wanted.force:
            return bool(connections)
        reusable = wanted.candidate(connections, self.now())
        return reusable is not None and not wanted.trusts(reusable, self.now())

    # -- reading ------------------------------------------------------------------------------------------------

    def open_now(self, service_id: str | None, deadline: Deadline) -> tuple[list[Connection], list[Session]]:
        """What is open on the service, or on all: connections that the registry knows, and sessions it does not.

        Where remote.it cannot be asked, what the registry holds is returned with a warning. Raises ApiError if it holds
        nothing, because that would mean that nothing is open.
        """
        held = self._registry.read(service_id).connections if service_id else self._registry.read_all()
        try:
            sessions = self._listed(service_id, held, deadline)
        except ApiError as error:
            unchecked = [connection for connection in held if not self._seems_over(connection)]
            if not unchecked:
                raise
            self._warn(f"The connections in the registry are listed without a check: {error}")
            return unchecked, []
        known = {session.id for session in pair(held, sessions).values()}
        return alive(held, sessions, self.now()), [session for session in sessions if session.id not in known]

    def _listed(self, service_id: str | None, held: Sequence[Connection], deadline: Deadline) -> list[Session]:
        """Our sessions; those on services that others share with us are listed with the service only."""
        ids = {service_id} if service_id else {connection.service_id for connection in held}
        services = self._client.services(sorted(ids), deadline).values() if ids else ()
        if service_id and not services:
            self._client.check_is_no_device(service_id, deadline)
        found = {session.id: session for service in services for session in service.sessions or ()}
        if service_id is None:
            found.update((session.id, session) for session in self._client.sessions(deadline))
        return list(found.values())
