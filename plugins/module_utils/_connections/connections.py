# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Open, reuse, close and list connections, so that doing the same twice changes nothing twice."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .._api.client import Client
from .._base.clock import Clock, Deadline
from .._base.errors import ApiError, RefusedError, RegistryError
from .._base.text import enumerated
from .._model.connection import Connection
from .._model.ids import same_id
from .._model.session import Listing, Session
from .._model.wanted import Wanted, is_unneeded, without
from .._registry import journal
from .._registry.holding import Attempt, Holding
from .._registry.registry import Registry
from .._registry.turn import Forgiving, Turn
from .._settings.settings import Settings
from .closer import Closer
from .left_behind import left_behind
from .liveness import alive, pair, probe
from .opener import Opener

Take = Callable[[str, Deadline], contextlib.AbstractContextManager[Turn]]
Remember = Callable[[Connection, bool], None]

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

    @property
    def is_new(self) -> bool:
        """Whether the connection to use was not held before, or in check mode, whether one would be opened."""
        return self.connection is None or self.connection.id not in [held.id for held in self.before]

    def usable(self) -> Connection:
        """The connection to use, which only check mode leaves out."""
        if self.connection is None:
            raise AssertionError("nothing is opened in check mode")
        return self.connection


class Connections:
    """The connections of one access key.

    In *check_mode* nothing is done or written anywhere, and outcomes are predictions. *prefetched* is what prefetch() gave; who
    takes a listing there takes it out. *remember* is told of each connection that was claimed, and whether it was opened for that.
    *caveats* is what the user knows already of the registry.

    :ivar settings: whose connections these are
    :ivar warn: takes one sentence for the user
    :ivar client: asks remote.it
    """

    def __init__(
        self,
        settings: Settings,
        warn: Callable[[str], None],
        *,
        check_mode: bool = False,
        prefetched: dict[str, Listing] | None = None,
        client: Client | None = None,
        remember: Remember | None = None,
        caveats: set[str] | None = None,
    ) -> None:
        self.settings = settings
        self.warn = warn
        self._check_mode = check_mode
        self._prefetched = {} if prefetched is None else prefetched
        self._remember = remember
        # Those that the task has told already, in whichever thread.
        self._caveats = set() if caveats is None else caveats
        self._registry = Registry(settings, warn)
        self.client = client or Client(settings, Clock(), warn)
        self._closer = Closer(self.client, self._registry)
        self._opener = Opener(self.client, self._closer)

    def beside(self, warn: Callable[[str], None], prefetched: dict[str, Listing] | None = None) -> Connections:
        """The same for another thread of the task, which has a connection to remote.it of its own."""
        return Connections(
            self.settings,
            warn,
            check_mode=self._check_mode,
            prefetched=prefetched,
            client=self.client.beside(warn),
            remember=self._remember,
            caveats=self._caveats,
        )

    def now(self) -> float:
        """The time on the clock by which connections expire, in seconds since the epoch."""
        return self.client.clock.server_time()

    @contextlib.contextmanager
    def _turn(self, service_id: str, deadline: Deadline, take: Take | None = None) -> Iterator[Turn]:
        """Our turn, as *take* takes it; without one, or in check mode, as is usual."""
        if take is None or self._check_mode:
            take = self._registry.predicted if self._check_mode else self._registry.locked
        with take(service_id, deadline) as turn:
            turn.prefetched = self._prefetched.pop(service_id, None)
            self._forget_expired(turn)
            yield turn

    @contextlib.contextmanager
    def _last_turn(
        self, service_id: str, deadline: Deadline, closed: list[str], known: Sequence[Connection] = ()
    ) -> Iterator[Turn]:
        """A turn in which is closed what is to be, whatever becomes of the registry; if that fails, the error names the *closed*."""
        take = functools.partial(self._registry.unfailing, known=known)
        try:
            with self._turn(service_id, deadline, take) as turn:
                yield turn
        except RegistryError as error:
            if not closed:
                raise
            raise RegistryError(f"{error} Closed all the same: {enumerated(closed)}.") from None

    def _forget_expired(self, turn: Turn) -> None:
        """Forget what remote.it has closed by now because its time was over.

        Where that seems to be so, remote.it is asked: the clock of this machine may have been set meanwhile.
        """
        holding = turn.holding
        holding.attempts = [attempt for attempt in holding.attempts if attempt.may_be_open()]
        if not any(self._seems_over(connection) for connection in holding.connections):
            return
        listing = self.client.listing(turn.service_id, turn.deadline)
        listed = pair(holding.connections, listing.sessions or ())
        kept = [item for item in holding.connections if item.id in listed or not self._seems_over(item)]
        if len(kept) < len(holding.connections):
            holding.connections = kept
            turn.save()

    def _seems_over(self, connection: Connection) -> bool:
        return connection.expires_at <= self.now()

    # -- present ------------------------------------------------------------------------------------------------

    def present(self, service_id: str, wanted: Wanted, deadline: Deadline) -> Outcome:
        """A connection to the service: the one that is open and worth reusing, else a new one. Raises RemoteItError."""
        if not self._check_mode:
            holding = self._registry.read(service_id, deadline)
            usable = self._usable_at_once(holding, wanted)
            if usable is not None:
                journal.reused(usable)
                return Outcome(before=holding.connections, after=holding.connections, connection=usable)
        with self._turn(service_id, deadline) as turn:
            outcome = self._present(turn, wanted)
        if self._remember is not None and outcome.connection is not None:
            self._remember(outcome.connection, outcome.is_new)
        return outcome

    def _usable_at_once(self, holding: Holding, wanted: Wanted) -> Connection | None:
        """What can be used without asking remote.it and without writing anything down."""
        known = wanted.known(holding.connections, self.now())
        if known is None or holding.attempts or not wanted.has_claimed(known):
            return None
        others = (item for item in holding.connections if item is not known)
        return None if any(is_unneeded(item) or self._seems_over(item) for item in others) else known

    def _present(self, turn: Turn, wanted: Wanted) -> Outcome:
        holding = turn.holding
        outcome = Outcome(before=list(holding.connections))
        reusable = wanted.candidate(holding.connections, self.now())
        if holding.attempts or (reusable and not wanted.known(holding.connections, self.now())):
            outcome.closed = self._refresh(turn)
            reusable = wanted.candidate(holding.connections, self.now())
        if wanted.force:
            outcome.closed += self._closer.close_held(turn, list(holding.connections))
        if reusable is not None:
            if not turn.predicts:
                reusable = turn.claim(wanted, reusable)
                journal.reused(reusable)
            outcome.connection = reusable
        elif not turn.predicts:
            outcome.connection, closed = self._opener.open(turn, wanted)
            self._tell_caveats(turn.deadline)
            outcome.closed += closed
        if not wanted.force:
            # Last, because one that hangs uses up the time.
            outcome.closed += self._close_unneeded(turn, reusable, wanted)
        self._closer.mention_suspects(turn)
        outcome.after = holding.connections
        outcome.changed = reusable is None or bool(outcome.closed)
        return outcome

    def _tell_caveats(self, deadline: Deadline) -> None:
        if self._caveats:
            return
        for caveat in self._registry.caveats(deadline):
            self._caveats.add(caveat)
            self.warn(caveat)

    def _close_unneeded(self, turn: Turn, used: Connection | None, wanted: Wanted) -> list[str]:
        """Close what processes left behind that have ended, and tell the user; the ids of those."""
        held = [item for item in turn.holding.connections if item.id != wanted.other_than]
        closed = self._closer.close_unneeded(turn, used)
        if not turn.predicts:
            for sentence in left_behind(held, closed, wanted.holder):
                self.warn(sentence)
        return closed

    def instead_of(self, dead: Connection, wanted: Wanted, deadline: Deadline, is_used: bool = False) -> Outcome:
        """Another connection than *dead*, which could not be used, and which is closed unless others need it.

        *is_used* is whether the holder himself uses it for something else all the same. Raises RemoteItError.
        """
        with self._turn(dead.service_id, deadline) as turn:
            if wanted.holder is not None and not is_used:
                turn.holding.connections = without(wanted.holder, turn.holding.connections, dead.id)
            self._refresh(turn)
            return self._present(turn, wanted._replace(other_than=dead.id))

    def _refresh(self, turn: Turn) -> list[str]:
        """Keep only what is alive; the ids of what earlier attempts had left open and is closed now."""
        holding = turn.holding
        listing = turn.take_prefetched() or self.client.listing(turn.service_id, turn.deadline)
        closed: list[str] = []
        if listing.sessions is not None:
            if holding.attempts:
                from .recovery import settle  # after a lost answer only

                closed = settle(self.client, turn, listing.sessions)
            holding.connections = self._alive(holding.connections, listing.sessions, listing.at)
        elif not turn.predicts:
            # A connect could latch the proxy to this machine, which is no mere prediction.
            closed = self._probe(turn, listing.why)
        turn.save()
        return closed

    def _alive(self, held: Sequence[Connection], sessions: Sequence[Session], at: float) -> list[Connection]:
        return alive(held, sessions, at, self.client.clock.observed)

    def _probe(self, turn: Turn, why: str) -> list[str]:
        """Keep what answers at its address; the ids of those that did not, but were open.

        Where an answer would prove nothing, trust the registry and say so.
        """
        kept, closed = [], []
        for connection in turn.holding.connections:
            answer = probe(connection, self.settings.patience.silence, turn.deadline)
            if answer is None:
                self.warn(f"Whether connection {connection.id} is still open could not be checked: {why}")
                kept.append(connection)
            elif answer:
                kept.append(connection._replace(verified_at=time.time()))
            elif self._close_silent(turn, connection):
                closed.append(connection.id)
        turn.holding.connections = kept
        return closed

    def _close_silent(self, turn: Turn, connection: Connection) -> bool:
        """Whether a connection that does not answer was open, and is closed now.

        It may be the network that fails, and what is forgotten can never be closed.
        """
        try:
            self._closer.close_silent(connection, turn.deadline)
            return True
        except RefusedError:
            return False
        except ApiError:
            skew = self.client.clock.observed
            turn.holding.attempts.append(Attempt.between(connection.asked_at - skew, connection.opened_at - skew))
            return False

    # -- absent -------------------------------------------------------------------------------------------------

    def absent(self, service_id: str, deadline: Deadline, connection_id: str | None = None) -> Outcome:
        """Close what is held open on the service, or only *connection_id*, which need not be in the registry.

        What is closed already is not a change. Raises RemoteItError; what was closed until then is forgotten, and where the
        registry cannot be written, closed all the same.
        """
        closed: list[str] = []
        with self._last_turn(service_id, deadline, closed) as turn:
            held = turn.holding.connections
            outcome = Outcome(before=list(held), closed=closed)
            targets = [item for item in held if connection_id is None or same_id(item.id, connection_id)]
            if connection_id is not None and not targets:
                closed += self._closer.close_stranger(turn, connection_id)
            else:
                closed += self._closer.close_held(turn, targets)
            outcome.after = turn.holding.connections
            outcome.changed = bool(closed)
            return outcome

    def release(
        self,
        service_id: str,
        holder: str,
        deadline: Deadline,
        opened: Sequence[Connection] = (),
        tell: Callable[[str], None] | None = None,
    ) -> list[str]:
        """End the use that *holder* makes of the service's connections, and close what nobody needs; the ids of those.

        What *holder* has *opened* is closed whatever becomes of the registry, unless others are known to need it. *tell* takes
        a sentence for each that others left behind, instead of warn.

        Raises RemoteItError; what could not be closed is closed by the next one who comes here.
        """
        closed: list[str] = []
        with self._last_turn(service_id, deadline, closed, opened) as turn:
            holding = turn.holding
            held = [item for item in holding.connections if not any(item.id == one.id for one in opened)]
            holding.connections = without(holder, holding.connections)
            turn.save()
            if holding.attempts:
                closed += self._refresh(turn)
            unneeded = [item for item in holding.connections if is_unneeded(item)]
            if unneeded:
                closed += self._closer.close_held(turn, unneeded)
        for sentence in left_behind(held, closed, holder):
            (tell or self.warn)(sentence)
        return closed

    def close_remembered(self, service_id: str, opened: Sequence[Connection], deadline: Deadline) -> list[str]:
        """Close what was *opened*, but for what is to stay, where the registry cannot be asked; the ids. Raises ApiError."""
        turn = Turn(service_id, Holding(opened), deadline, Forgiving(None))
        return self._closer.close_held(turn, [item for item in opened if not item.kept])

    # -- many services -------------------------------------------------------------------------------------------

    def prefetch(self, asked: Iterable[tuple[str, Wanted | None]], deadline: Deadline) -> dict[str, Listing]:
        """Our sessions on those of the services, to be opened as wanted or closed, for which they will be asked first."""
        wanted_by_id = dict(asked)
        holdings = self._registry.read_many(list(wanted_by_id), deadline)
        ids = [
            service_id
            for service_id, holding in holdings.items()
            if self._asks_first(holding, wanted_by_id[service_id])
        ]
        return self.listings(ids, deadline)

    def listings(self, service_ids: Sequence[str], deadline: Deadline) -> dict[str, Listing]:
        """Our sessions on each of the services, read with as few requests as can be."""
        found: dict[str, Listing] = {}
        for start in range(0, len(service_ids), _READ_AT_ONCE):
            found |= self.client.listings(service_ids[start : start + _READ_AT_ONCE], deadline)
        return found

    def _asks_first(self, holding: Holding, wanted: Wanted | None) -> bool:
        """Whether the first thing to do for a service of which that is known will be to read its sessions."""
        connections = holding.connections
        if wanted is None or wanted.force:
            return bool(connections)
        return bool(wanted.candidate(connections, self.now()) and not wanted.known(connections, self.now()))
