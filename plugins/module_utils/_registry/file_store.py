# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records in a directory that only its owner can enter: one small file each, with a lock beside it."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import time
from collections.abc import Collection, Iterator, Sequence

from .._base.clock import Deadline
from .._base.errors import RegistryError
from .store import RENEWALS, busy

_POLL = 0.02
_CHUNK = 64 * 1024
_RECORD = ".json"
_LOCK = ".lock"


class FileStore:
    """A Store in the directory *identity* below *root*; a lock belongs to an open file, so it ends with the process."""

    def __init__(self, root: str, identity: str, life_lease: float) -> None:
        self._root = root
        self._directory = os.path.join(root, identity)
        self._life_lease = life_lease
        self.renew_every = life_lease / RENEWALS

    def read(self, name: str, deadline: Deadline) -> bytes | None:
        """See Store."""
        try:
            self._check_directories()
        except FileNotFoundError:
            return None
        return self._record(name)

    def read_many(self, names: Sequence[str], deadline: Deadline) -> list[bytes | None]:
        """See Store."""
        return [self.read(name, deadline) for name in names]

    def records(self, deadline: Deadline) -> Iterator[tuple[str, bytes]]:
        """See Store."""
        try:
            self._check_directories()
            files = sorted(file for file in os.listdir(self._directory) if file.endswith(_RECORD))
        except FileNotFoundError:
            return
        except OSError as error:
            raise RegistryError(f"The registry {self._directory} cannot be read: {error.strerror}.") from None
        for file in files:
            with contextlib.suppress(FileNotFoundError):
                yield file.removesuffix(_RECORD), _read(os.path.join(self._directory, file))

    @contextlib.contextmanager
    def locked(self, name: str, deadline: Deadline) -> Iterator[bytes | None]:
        """See Store."""
        self._make_directories()
        with _lock(os.path.join(self._directory, name + _LOCK), deadline):
            yield self._record(name)

    def write(self, name: str, record: bytes | None, deadline: Deadline) -> None:
        """See Store."""
        path = self._path(name)
        try:
            if record is not None:
                _replace(path, record)
                return
            for leftover in (path, _temporary(path)):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(leftover)
        except OSError as error:
            raise _unwritable(path, error) from None

    def set_aside(self, name: str, deadline: Deadline) -> str:
        """See Store."""
        path = self._path(name)
        # The time is for people; there may be several within a second.
        aside = f"{path}.unreadable-{time.strftime('%Y%m%dT%H%M%S')}-{os.urandom(4).hex()}"
        try:
            os.replace(path, aside)
        except OSError as failure:
            raise _unwritable(path, failure) from None
        return aside

    def title(self, name: str) -> str:
        """See Store."""
        return f"The registry file {self._path(name)}"

    def renew(self, holders: Collection[str], deadline: Deadline) -> None:
        """See Store."""

    def lapsed(self, holders: Collection[str], deadline: Deadline) -> set[str]:
        """See Store."""
        return set()

    def unsure(self, holders: Collection[str], deadline: Deadline) -> float:
        """See Store."""
        return 0.0

    def forget(self, holder: str, deadline: Deadline) -> None:
        """See Store."""

    def caveats(self, deadline: Deadline) -> list[str]:
        """See Store."""
        return []

    def _record(self, name: str) -> bytes | None:
        try:
            return _read(self._path(name))
        except FileNotFoundError:
            return None

    def _path(self, name: str) -> str:
        return os.path.join(self._directory, name + _RECORD)

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
    us = os.geteuid()
    status = link = os.lstat(directory)
    if stat.S_ISLNK(link.st_mode):
        status = os.stat(directory)
    # Where others may write, a link to another directory of ours may be theirs.
    if status.st_uid != us or link.st_uid not in (us, 0):
        raise RegistryError(
            f"The registry directory {directory} belongs to another user; set registry to your own one."
        )
    if not stat.S_ISDIR(status.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise RegistryError(f"The registry directory {directory} is open to other users; run: chmod 700 {directory}")


def _read(path: str) -> bytes:
    """The file's content. FileNotFoundError when there is none, RegistryError when it is not a plain file of ours."""
    try:
        # To open a FIFO would wait for somebody who writes to it.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            if status.st_uid != os.geteuid():
                raise RegistryError(f"The registry file {path} belongs to another user.")
            if not stat.S_ISREG(status.st_mode):
                raise RegistryError(f"The registry file {path} cannot be read: it is not a plain file.")
            return b"".join(iter(lambda: os.read(descriptor, _CHUNK), b""))
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise
    except OSError as error:
        reason = "it is a symbolic link" if error.errno == errno.ELOOP else error.strerror
        raise RegistryError(f"The registry file {path} cannot be read: {reason}.") from None


def _temporary(path: str) -> str:
    # One name, which only who has the lock uses: what a killed process left is overwritten by the next.
    return f"{path}.new"


def _replace(path: str, record: bytes) -> None:
    temporary = _temporary(path)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(temporary)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(record)
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
                raise busy(deadline, path)
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
