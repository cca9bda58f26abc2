# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was opened and has not been closed: a record for each service, in a directory or in Redis.

remote.it gives the address of a connection only once, in the answer to connect. The registry keeps it, so that the
next task, fork or run finds it. It holds no secret.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence

from .._base.clock import Deadline
from .._base.errors import ApiError, RegistryError
from .._model.connection import Connection
from .._model.ids import host_key_alias, service_id_of
from .._model.wanted import without
from .._settings.registry_place import is_url
from .._settings.settings import Settings
from .file_store import FileStore
from .holding import Holding
from .store import Store
from .turn import Forgiving, Turn


class Registry:
    """The registry of one access key at one remote.it. *warn* takes one sentence for the user.

    What has no *deadline* may take as long as one question to the place may.

    :ivar renew_every: seconds after which a holder has to be renewed
    """

    def __init__(self, settings: Settings, warn: Callable[[str], None]) -> None:
        identity = _identity(Holding.VERSION, settings.rest_url, settings.graphql_url, settings.credentials.key_id)
        self._store = _store(settings, identity)
        self._patience = settings.patience
        self._warn = warn
        self.renew_every = self._store.renew_every

    def read(self, service_id: str, deadline: Deadline | None = None) -> Holding:
        """What is held open on the service, without waiting for a lock and without writing anything."""
        deadline = deadline or self._brief()
        return self.read_many([service_id], deadline)[service_id]

    def read_many(self, service_ids: Sequence[str], deadline: Deadline | None = None) -> dict[str, Holding]:
        """What is held open on each of the services, as read() would tell."""
        deadline = deadline or self._brief()
        records = self._store.read_many([host_key_alias(service_id) for service_id in service_ids], deadline)
        found = {service_id: Holding() for service_id in service_ids}
        for service_id, record in zip(service_ids, records, strict=True):
            with contextlib.suppress(ValueError):
                found[service_id] = _holding(service_id, record)
        self._forget_lapsed(found.values(), deadline)
        return found

    def read_all(self, deadline: Deadline | None = None) -> list[Connection]:
        """All connections held open, by any service."""
        return [connection for _service_id, holding in self.holdings(deadline) for connection in holding.connections]

    def holdings(self, deadline: Deadline | None = None) -> Iterator[tuple[str, Holding]]:
        """Each service of which something is known, and what. Raises RegistryError after what could be read."""
        deadline = deadline or self._brief()
        found: dict[str, Holding] = {}
        failure: RegistryError | None = None
        try:
            for name, record in self._store.records(deadline):
                with contextlib.suppress(ValueError):
                    service_id = service_id_of(name)
                    found[service_id] = _holding(service_id, record)
        except RegistryError as error:
            failure = error
        self._forget_lapsed(found.values(), deadline)
        yield from found.items()
        if failure is not None:
            raise failure

    @contextlib.contextmanager
    def locked(self, service_id: str, deadline: Deadline) -> Iterator[Turn]:
        """Our turn at the service. It ends with the process, however that ends. Raises RegistryError and OutOfTimeError."""
        with self._lock(service_id, deadline) as (holding, write):
            yield Turn(service_id, holding, deadline, write)

    @contextlib.contextmanager
    def unfailing(self, service_id: str, deadline: Deadline, known: Sequence[Connection] = ()) -> Iterator[Turn]:
        """Our turn in which to close what is to be closed, whatever becomes of the registry: to save never fails in it.

        Without a lock, it begins with what can be read, and where that is nothing, with what is *known* alone: connections that
        this process opened, which in any case are added where the registry has lost them, as needed by nobody.

        Raises OutOfTimeError, and RegistryError: at once where nothing can be read and nothing is known, else at the end, when
        the last save failed.
        """
        with contextlib.ExitStack() as stack:
            try:
                holding, write = stack.enter_context(self._lock(service_id, deadline))
                saves = Forgiving(write)
            except RegistryError as error:
                holding, saves = self._unlocked(service_id, deadline, known, error), Forgiving(None, error)
            held = {connection.id for connection in holding.connections}
            holding.connections += [item._replace(holders=()) for item in known if item.id not in held]
            try:
                yield Turn(service_id, holding, deadline, saves)
            except ApiError as error:
                if saves.failure is None:
                    raise
                raise RegistryError(
                    f"{saves.failure} A connection to {service_id} may have been left open: {error}"
                ) from None
        if saves.failure is not None:
            raise saves.failure

    @contextlib.contextmanager
    def _lock(self, service_id: str, deadline: Deadline) -> Iterator[tuple[Holding, Callable[[Holding], None]]]:
        """What is known of the service, and what writes it down, while nobody else does. Raises as locked() does."""
        name = host_key_alias(service_id)

        def write(holding: Holding) -> None:
            self.renew(*holding.holders(), deadline=deadline)
            self._store.write(name, None if holding.is_empty else holding.as_record(), deadline)

        with self._store.locked(name, deadline) as record:
            try:
                holding = _holding(service_id, record)
            except ValueError as error:
                title, aside = self._store.title(name), self._store.set_aside(name, deadline)
                self._warn(f"{title} cannot be used ({error}); it was kept as {aside}.")
                holding = Holding()
            self._forget_lapsed([holding], deadline)
            yield holding, write

    def _unlocked(
        self, service_id: str, deadline: Deadline, known: Sequence[Connection], error: RegistryError
    ) -> Holding:
        """What can be read after *error* kept us from the lock; that is raised if it is nothing, and nothing is *known*."""
        try:
            record = self._store.read(host_key_alias(service_id), deadline)
        except RegistryError:
            if not known:
                raise error from None
            return Holding()
        try:
            holding = _holding(service_id, record)
        except ValueError:
            return Holding()
        # Who cannot be asked about is taken to live.
        with contextlib.suppress(RegistryError):
            self._forget_lapsed([holding], deadline)
        return holding

    @contextlib.contextmanager
    def predicted(self, service_id: str, deadline: Deadline) -> Iterator[Turn]:
        """A turn that only predicts: others may have theirs meanwhile, and nothing is written. Raises RegistryError."""
        yield Turn(service_id, self.read(service_id, deadline), deadline, None)

    def renew(self, *holders: str, deadline: Deadline | None = None) -> None:
        """Renew the sign of life, for other machines, of those of *holders* that run on this one. Raises RegistryError."""
        self._store.renew(holders, deadline or self._brief())

    def forget(self, holder: str) -> None:
        """Take back the sign of life of *holder*, which has ended. Raises RegistryError."""
        self._store.forget(holder, self._brief())

    def unsure(self, deadline: Deadline) -> float:
        """Seconds until it is known whether there is something that nobody needs; 0.0 where it is. Raises RegistryError."""
        passing = [connection for connection in self.read_all(deadline) if not connection.kept]
        holders = {name for connection in passing for name in connection.holders}
        return self._store.unsure(holders, deadline)

    def caveats(self, deadline: Deadline) -> list[str]:
        """What may make the registry lose what it is given, a sentence each for the user. Raises RegistryError."""
        return self._store.caveats(deadline)

    def _brief(self) -> Deadline:
        return Deadline(self._patience.redis_timeout)

    def _forget_lapsed(self, holdings: Collection[Holding], deadline: Deadline) -> None:
        """Leave out of *holdings* who was on another machine and has ended. Raises RegistryError."""
        lapsed = self._store.lapsed({name for holding in holdings for name in holding.holders()}, deadline)
        for holding in holdings:
            for name in lapsed & holding.holders():
                holding.connections = without(name, holding.connections)


def _holding(service_id: str, record: bytes | None) -> Holding:
    """What the record says; ValueError when it is unusable."""
    return Holding() if record is None else Holding.from_record(record, service_id)


# A lookup asks for it at each evaluation.
@functools.lru_cache
def _identity(version: int, rest_url: str, graphql_url: str, key_id: str) -> str:
    # Another key, or another remote.it such as a simulator, must never see these connections. A version of the
    # collection with another format must not either: it would take them for damaged, and lose them.
    identity = f"{version}\n{rest_url}\n{graphql_url}\n{key_id}"
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def _store(settings: Settings, identity: str) -> Store:
    if is_url(settings.registry):
        from .redis_store import RedisStore  # most registries are directories

        return RedisStore(settings, identity)
    return FileStore(settings.registry, identity, settings.patience.life_lease)
