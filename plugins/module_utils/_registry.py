# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What this user opened and has not closed: one small file a service, with a lock beside it.

remote.it gives the address of a connection only once, in the answer to connect. The registry keeps it, so that the
next task, fork or run finds it. It holds no secret.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import math
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ._clock import Deadline
from ._errors import OutOfTimeError, RegistryError
from ._model import Connection, host_key_alias, service_id_of
from ._settings import Settings

VERSION = 1
_POLL = 0.02


class Attempt(NamedTuple):
    """A connect whose outcome is not known yet: a connection that it made began between *asked_at* and *until*.

    Seconds since the epoch by this machine's clock: the server's is known only once it has answered.
    """

    asked_at: float
    until: float


class Holding:
    """What is held open on one service, oldest first, and the attempts with unknown outcome."""

    def __init__(self, connections: Iterable[Connection] = (), attempts: Iterable[Attempt] = ()) -> None:
        self.connections = list(connections)
        self.attempts = list(attempts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Holding) and vars(self) == vars(other)


class Registry:
    """The registry of one access key at one remote.it. *warn* takes one sentence for the user."""

    def __init__(self, settings: Settings, warn: Callable[[str], None]) -> None:
        # Another key, or another remote.it such as a simulator, must never see these connections. A version of the
        # collection with another format must not either: it would take them for damaged, and lose them.
        identity = f"{VERSION}\n{settings.rest_url}\n{settings.graphql_url}\n{settings.credentials.key_id}"
        self._root = settings.registry
        self._directory = os.path.join(self._root, hashlib.sha256(identity.encode()).hexdigest()[:16])
        self._warn = warn

    def read(self, service_id: str) -> Holding:
        """What is held open on the service, without waiting for a lock and without writing anything."""
        try:
            self._check_directories()
            return _parse(_read(self._path(service_id)), service_id)
        except (FileNotFoundError, ValueError):
            return Holding()

    def read_all(self) -> list[Connection]:
        """All connections held open, by any service."""
        return [connection for _service_id, holding in self.holdings() for connection in holding.connections]

    def holdings(self) -> Iterator[tuple[str, Holding]]:
        """Each service of which something is known, and what."""
        try:
            self._check_directories()
            names = sorted(name for name in os.listdir(self._directory) if name.endswith(".json"))
        except FileNotFoundError:
            return
        except OSError as error:
            raise RegistryError(f"The registry {self._directory} cannot be read: {error.strerror}.") from None
        for name in names:
            with contextlib.suppress(FileNotFoundError, ValueError):
                service_id = service_id_of(name.removesuffix(".json"))
                yield service_id, _parse(_read(os.path.join(self._directory, name)), service_id)

    @contextlib.contextmanager
    def locked(self, service_id: str, deadline: Deadline) -> Iterator[Holding]:
        """What is held open on the service, while nobody else may open, close or write. Call save() to keep changes.

        The lock belongs to the open file, so it ends with the process, however that ends.
        """
        self._make_directories()
        path = self._path(service_id)
        with _lock(path[: -len("json")] + "lock", deadline):
            yield self._load(path, service_id)

    def save(self, service_id: str, holding: Holding) -> None:
        """Replace what is kept for the service, in one step. Only while its lock is held. Raises RegistryError."""
        path = self._path(service_id)
        try:
            if not holding.connections and not holding.attempts:
                for leftover in (path, _temporary(path)):
                    with contextlib.suppress(FileNotFoundError):
                        os.unlink(leftover)
                return
            document = {
                "version": VERSION,
                "connections": [connection.as_record() for connection in holding.connections],
                "attempts": [attempt._asdict() for attempt in holding.attempts],
            }
            _replace(path, json.dumps(document, indent=1))
        except OSError as error:
            raise _unwritable(path, error) from None

    def _load(self, path: str, service_id: str) -> Holding:
        try:
            return _parse(_read(path), service_id)
        except FileNotFoundError:
            return Holding()
        except ValueError as error:
            # The time is for people; there may be several within a second.
            aside = f"{path}.unreadable-{time.strftime('%Y%m%dT%H%M%S')}-{os.urandom(4).hex()}"
            try:
                os.replace(path, aside)
            except OSError as failure:
                raise _unwritable(path, failure) from None
            self._warn(f"The registry file {path} cannot be used ({error}); it was kept as {aside}.")
            return Holding()

    def _path(self, service_id: str) -> str:
        return os.path.join(self._directory, f"{host_key_alias(service_id)}.json")

    def _make_directories(self) -> None:
        try:
            os.makedirs(self._root, mode=0o700, exist_ok=True)
            _check_private(self._root)
            with contextlib.suppress(FileExistsError):
                os.mkdir(self._directory, mode=0o700)
        except OSError as error:
            raise self._unusable(error) from None
        self._check_directories()

    def _check_directories(self) -> None:
        """FileNotFoundError when nothing was ever kept, RegistryError unless only we can change what is kept."""
        try:
            _check_private(self._root)
            _check_private(self._directory)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise self._unusable(error) from None

    def _unusable(self, error: OSError) -> RegistryError:
        return RegistryError(
            f"The registry directory {self._root} cannot be used: {error.strerror}; set registry to another one."
        )


def _unwritable(path: str, error: OSError) -> RegistryError:
    return RegistryError(
        f"The registry file {path} cannot be written: {error.strerror}; make room, or set registry to another "
        "directory."
    )


def _check_private(directory: str) -> None:
    """Raise RegistryError unless only we can change what ssh will be told to connect to."""
    status = os.stat(directory)
    # Where others may write, a link to another directory of ours may be theirs.
    if status.st_uid != os.geteuid() or os.lstat(directory).st_uid not in (os.geteuid(), 0):
        raise RegistryError(
            f"The registry directory {directory} belongs to another user; set registry to your own one."
        )
    if not stat.S_ISDIR(status.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise RegistryError(f"The registry directory {directory} is open to other users; run: chmod 700 {directory}")


def _read(path: str) -> str:
    """The file's text. FileNotFoundError when there is none, RegistryError when it is not a plain file of ours."""
    try:
        with open(path, encoding="utf-8", opener=_opened) as file:
            status = os.fstat(file.fileno())
            if status.st_uid != os.geteuid():
                raise RegistryError(f"The registry file {path} belongs to another user.")
            if not stat.S_ISREG(status.st_mode):
                raise RegistryError(f"The registry file {path} cannot be read: it is not a plain file.")
            return file.read()
    except FileNotFoundError:
        raise
    except OSError as error:
        reason = "it is a symbolic link" if error.errno == errno.ELOOP else error.strerror
        raise RegistryError(f"The registry file {path} cannot be read: {reason}.") from None


def _opened(path: str, flags: int) -> int:
    # To open a FIFO would wait for somebody who writes to it.
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _parse(text: str, service_id: str) -> Holding:
    """The inverse of what save() writes for the service; ValueError when *text* is anything else."""
    try:
        document = json.loads(text)
        if document["version"] != VERSION:
            raise ValueError(f"version {document['version']!r}, expected {VERSION}")
        holding = Holding(
            [Connection.from_record(record) for record in document["connections"]],
            [Attempt(float(record["asked_at"]), float(record["until"])) for record in document["attempts"]],
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"unexpected content, {type(error).__name__}") from None
    if any(connection.service_id != service_id for connection in holding.connections):
        raise ValueError("it holds a connection of another service")
    if not all(math.isfinite(attempt.asked_at) and math.isfinite(attempt.until) for attempt in holding.attempts):
        raise ValueError("an attempt has no time")
    return holding


def _temporary(path: str) -> str:
    # One name, which only who has the lock uses: what a killed process left is overwritten by the next.
    return f"{path}.new"


def _replace(path: str, text: str) -> None:
    temporary = _temporary(path)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(temporary)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        # A rename within one directory is atomic.
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


@contextlib.contextmanager
def _lock(path: str, deadline: Deadline) -> Iterator[None]:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise RegistryError(
            f"The lock {path} cannot be opened: {error.strerror}; set registry to another directory."
        ) from None
    try:
        while not _try_lock(descriptor, path):
            if not deadline.remaining():
                raise OutOfTimeError(
                    f"Another process still opens or closes connections of this service after {deadline.seconds:g} "
                    f"seconds (lock {path}); try again, or raise timeout."
                )
            deadline.sleep(_POLL)
        yield
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int, path: str) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise RegistryError(
            f"The file system of {path} does not support locks ({error.strerror}); set registry to a local directory."
        ) from None
    return True
