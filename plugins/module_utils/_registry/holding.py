# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of one service, as the registry keeps it."""

from __future__ import annotations

import functools
import json
import math
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .._base.boot import boot_id, booted_at
from .._model.connection import Connection

if TYPE_CHECKING:
    from .._model.failure import Failure

# How long remote.it may work on a request, in seconds, although nobody waits for the answer any more.
_AT_WORK = 30.0
# After how long remote.it has closed what nobody uses for certain, in seconds. It says 15 minutes.
IDLE = 1200.0
# A clock that is this many seconds away from where it was has been set, and does not only go wrong.
_SET = 2.0


class Attempt(NamedTuple):
    """A connect whose outcome is not known yet: a connection that it made began between *asked_at* and *until*.

    Seconds since the epoch by this machine's clock: the server's is known only once it has answered. *ahead* is by how
    many seconds the server's clock is ahead, at least and at most, where a session of ours has told since. *boot* is the
    start of the machine that it was made in, and *booted_at* when that was by the same clock: if it is another time by
    now, the clock was set meanwhile.
    """

    asked_at: float
    until: float
    ahead: tuple[float, ...] = ()
    boot: str = ""
    booted_at: float = 0.0

    @classmethod
    def begun(cls, seconds: float) -> Attempt:
        """An attempt that begins now; *seconds* later its last request, perhaps a repetition, is given up."""
        now = time.time()
        return cls.between(now, now + seconds + _AT_WORK)

    @classmethod
    def between(cls, asked_at: float, until: float) -> Attempt:
        """An attempt of that time, by the clock as it is set now."""
        return cls(asked_at, until, boot=boot_id(), booted_at=booted_at())

    def given_up(self) -> Attempt:
        """The attempt when no further request is made for it: it ends soon."""
        return self._replace(until=min(self.until, time.time() + _AT_WORK))

    def by_this_clock(self) -> Attempt:
        """The attempt by the clock as it is set now, where that can be known."""
        if not self.boot or self.boot != boot_id():
            return self
        now_booted_at = booted_at()
        by = now_booted_at - self.booted_at
        if abs(by) < _SET:
            return self
        ahead = tuple(seconds - by for seconds in self.ahead)
        return Attempt(self.asked_at + by, self.until + by, ahead, self.boot, now_booted_at)

    def is_to_come(self) -> bool:
        """Whether it seems to begin later only: the clock was set back since, and its times tell nothing any more."""
        return self.asked_at - _AT_WORK > time.time()

    def may_be_open(self) -> bool:
        """Whether what it made can be open still, although nobody knows its address and so nobody uses it."""
        return time.time() < self.until + IDLE

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Attempt:
        """The inverse of _asdict(); KeyError, TypeError or ValueError when *record* is anything else."""
        attempt = cls(
            float(record["asked_at"]),
            float(record["until"]),
            tuple(map(float, record["ahead"])),
            str(record["boot"]),
            float(record["booted_at"]),
        )
        times = (attempt.asked_at, attempt.until, attempt.booted_at, *attempt.ahead)
        if not all(math.isfinite(moment) for moment in times):
            raise ValueError("an attempt has no time")
        return attempt


class Holding:
    """What is held open on one service, oldest first, the attempts with unknown outcome, and the last failure for SSH."""

    # Of the form in which it is kept, to which the form of the holders' names belongs.
    VERSION = 2

    def __init__(
        self,
        connections: Iterable[Connection] = (),
        attempts: Iterable[Attempt] = (),
        failure: Failure | None = None,
    ) -> None:
        self.connections = list(connections)
        self.attempts = list(attempts)
        self.failure = failure

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Holding) and vars(self) == vars(other)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known, so that nothing need be kept."""
        return not (self.connections or self.attempts or self.failure)

    def holders(self) -> set[str]:
        """The processes that need one of the connections."""
        return {name for connection in self.connections for name in connection.holders}

    def as_record(self) -> bytes:
        """What the registry keeps."""
        document: dict[str, Any] = {
            "version": self.VERSION,
            "connections": [connection.as_record() for connection in self.connections],
            "attempts": [attempt._asdict() for attempt in self.attempts],
        }
        if self.failure:
            document["failure"] = self.failure._asdict()
        return json.dumps(document, indent=1).encode()

    @classmethod
    def from_record(cls, record: bytes, service_id: str) -> Holding:
        """The inverse of as_record() for the service; ValueError when *record* is anything else."""
        connections, attempts, failure = _parsed(record, service_id)
        return cls(connections, [attempt.by_this_clock() for attempt in attempts], failure)


# A play evaluates the same lookup over and over, mostly of a record that has not changed.
@functools.lru_cache
def _parsed(record: bytes, service_id: str) -> tuple[tuple[Connection, ...], tuple[Attempt, ...], Failure | None]:
    """What a Holding is made of."""
    try:
        document = json.loads(record)
        if document["version"] != Holding.VERSION:
            raise ValueError(f"version {document['version']!r}, expected {Holding.VERSION}")
        connections = tuple(Connection.from_record(item) for item in document["connections"])
        attempts = tuple(Attempt.from_record(item) for item in document["attempts"])
        failure = _failure(document.get("failure"))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"unexpected content, {type(error).__name__}") from None
    if any(connection.service_id != service_id for connection in connections):
        raise ValueError("it holds a connection of another service")
    return connections, attempts, failure


def _failure(record: Mapping[str, Any] | None) -> Failure | None:
    if record is None:
        return None
    from .._model.failure import Failure  # there is none as long as all is well

    return Failure.from_record(record)
