# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was opened and has not been closed: a record for each service, in a directory or in Redis.

remote.it gives the address of a connection only once, in the answer to connect. The registry keeps it, so that the
next task, fork or run finds it. It holds no secret.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .._base.clock import Deadline
from .._model.connection import Connection
from .._model.ids import host_key_alias, service_id_of
from .._model.wanted import without
from .._settings.registry_place import is_url
from .._settings.settings import Settings
from . import journal
from .file_store import FileStore
from .store import Store

if TYPE_CHECKING:
    from .._model.failure import Failure
    from .redis_store import RedisStore

VERSION = 1


class Attempt(NamedTuple):
    """A connect whose outcome is not known yet: a connection that it made began between *asked_at* and *until*.

    Seconds since the epoch by this machine's clock: the server's is known only once it has answered. *ahead* is by how
    many seconds the server's clock is ahead, at least and at most, where a session of ours has told since.
    """

    asked_at: float
    until: float
    ahead: tuple[float, ...] = ()


class Holding:
    """What is held open on one service, oldest first, the attempts with unknown outcome, and the last failure for SSH."""

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


class Registry:
    """The registry of one access key at one remote.it. *warn* takes one sentence for the user.

    :ivar renew_every: seconds after which a holder has to be renewed, None where it need not be
    """

    def __init__(self, settings: Settings, warn: Callable[[str], None]) -> None:
        # Another key, or another remote.it such as a simulator, must never see these connections. A version of the
        # collection with another format must not either: it would take them for damaged, and lose them.
        identity = f"{VERSION}\n{settings.rest_url}\n{settings.graphql_url}\n{settings.credentials.key_id}"
        self._store = _store(settings, hashlib.sha256(identity.encode()).hexdigest()[:16])
        self._warn = warn
        self.renew_every = self._store.renew_every

    def read(self, service_id: str) -> Holding:
        """What is held open on the service, without waiting for a lock and without writing anything."""
        return self._usable(service_id, self._store.read(host_key_alias(service_id)))

    def read_many(self, service_ids: Sequence[str]) -> dict[str, Holding]:
        """What is held open on each of the services, as read() would tell."""
        records = self._store.read_many([host_key_alias(service_id) for service_id in service_ids])
        return {
            service_id: self._usable(service_id, record)
            for service_id, record in zip(service_ids, records, strict=True)
        }

    def read_all(self) -> list[Connection]:
        """All connections held open, by any service."""
        return [connection for _service_id, holding in self.holdings() for connection in holding.connections]

    def holdings(self) -> Iterator[tuple[str, Holding]]:
        """Each service of which something is known, and what."""
        for name, record in self._store.records():
            with contextlib.suppress(ValueError):
                service_id = service_id_of(name)
                yield service_id, self._parsed(service_id, record)

    @contextlib.contextmanager
    def locked(self, service_id: str, deadline: Deadline) -> Iterator[Holding]:
        """What is held open on the service, while nobody else may open, close or write. Call save() to keep changes.

        The lock ends with the process, however that ends.
        """
        name = host_key_alias(service_id)
        with self._store.locked(name, deadline) as record:
            try:
                holding = self._parsed(service_id, record)
            except ValueError as error:
                title, aside = self._store.title(name), self._store.set_aside(name)
                self._warn(f"{title} cannot be used ({error}); it was kept as {aside}.")
                holding = Holding()
            yield holding

    def save(self, service_id: str, holding: Holding) -> None:
        """Replace what is kept for the service, in one step. Only while its lock is held. Raises RegistryError."""
        record = None
        if holding.connections or holding.attempts or holding.failure:
            self.renew(*_holders(holding))
            document: dict[str, Any] = {
                "version": VERSION,
                "connections": [connection.as_record() for connection in holding.connections],
                "attempts": [attempt._asdict() for attempt in holding.attempts],
            }
            if holding.failure:
                document["failure"] = holding.failure._asdict()
            record = json.dumps(document, indent=1).encode()
        before = self.read(service_id).connections if journal.is_kept() else None
        self._store.write(host_key_alias(service_id), record)
        if before is not None:
            journal.saved(before, holding.connections)

    def renew(self, *holders: str) -> None:
        """Say to other machines that those of *holders* live that do so on this one. Raises RegistryError."""
        self._store.renew(holders)

    def _usable(self, service_id: str, record: bytes | None) -> Holding:
        try:
            return self._parsed(service_id, record)
        except ValueError:
            return Holding()

    def _parsed(self, service_id: str, record: bytes | None) -> Holding:
        """What the record says, but for holders of other machines that have ended; ValueError when it is unusable."""
        if record is None:
            return Holding()
        holding = _parse(record, service_id)
        for name in self._store.lapsed(_holders(holding)):
            holding.connections = without(name, holding.connections)
        return holding


def prepare(place: str | None) -> None:
    """Import what a registry there needs, for all processes that are forked later: each would take long to do so."""
    if is_url(place or ""):
        _redis_store()


def _store(settings: Settings, identity: str) -> Store:
    if is_url(settings.registry):
        return _redis_store()(settings.registry, settings.registry_password, identity)
    return FileStore(settings.registry, identity)


def _redis_store() -> type[RedisStore]:
    from .redis_store import RedisStore  # it is slow, and most registries are directories

    return RedisStore


def _holders(holding: Holding) -> set[str]:
    return {name for connection in holding.connections for name in connection.holders}


def _failure(record: Mapping[str, Any] | None) -> Failure | None:
    if record is None:
        return None
    from .._model.failure import Failure  # there is none as long as all is well

    return Failure.from_record(record)


def _parse(record: bytes, service_id: str) -> Holding:
    """The inverse of what save() writes for the service; ValueError when *record* is anything else."""
    try:
        document = json.loads(record)
        if document["version"] != VERSION:
            raise ValueError(f"version {document['version']!r}, expected {VERSION}")
        holding = Holding(
            [Connection.from_record(item) for item in document["connections"]],
            [_attempt(item) for item in document["attempts"]],
            _failure(document.get("failure")),
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"unexpected content, {type(error).__name__}") from None
    if any(connection.service_id != service_id for connection in holding.connections):
        raise ValueError("it holds a connection of another service")
    if not all(
        math.isfinite(moment) for item in holding.attempts for moment in (item.asked_at, item.until, *item.ahead)
    ):
        raise ValueError("an attempt has no time")
    return holding


def _attempt(item: Mapping[str, Any]) -> Attempt:
    # Version 1.0.0 did not know the last.
    return Attempt(float(item["asked_at"]), float(item["until"]), tuple(map(float, item.get("ahead", ()))))
