# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records in a directory that only its owner can enter: one small file each, with a lock beside it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Collection, Iterator, Sequence

from .._base.clock import Deadline
from .._base.errors import RegistryError
from .._base.process import is_elsewhere, is_gone
from . import files
from .private import check_above, check_private
from .signs import Signs
from .store import RENEWALS, busy, pause

_POLL = 0.02
_RECORD = ".json"
_LOCK = ".lock"
_SIGNS = "holders"


class FileStore:
    """A Store in the directory *identity* below *root*; a lock belongs to an open file, so it ends with the process."""

    def __init__(self, root: str, identity: str, life_lease: float) -> None:
        self._root = root
        self._directory = os.path.join(root, identity)
        self._signs = Signs(os.path.join(self._directory, _SIGNS))
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
            found = sorted(file for file in os.listdir(self._directory) if file.endswith(_RECORD))
        except FileNotFoundError:
            return
        except OSError as error:
            raise RegistryError(f"The registry {self._directory} cannot be read: {error.strerror}.") from None
        failure: files.RecordError | None = None
        for file in found:
            try:
                record = files.read(os.path.join(self._directory, file))
            except FileNotFoundError:
                continue
            except files.RecordError as error:
                failure = error
            else:
                yield file.removesuffix(_RECORD), record
        if failure is not None:
            raise failure

    @contextlib.contextmanager
    def locked(self, name: str, deadline: Deadline) -> Iterator[bytes | None]:
        """See Store."""
        self._make_directories()
        with _lock(os.path.join(self._directory, name + _LOCK), deadline) as descriptor:
            self._signs.look_at_clock(descriptor)
            yield self._record(name)

    def write(self, name: str, record: bytes | None, deadline: Deadline) -> None:
        """See Store."""
        path = self._path(name)
        try:
            if record is None:
                files.remove(path)
            else:
                files.replace(path, record)
        except OSError as error:
            raise files.unwritable(path, error) from None

    def set_aside(self, name: str, deadline: Deadline) -> str:
        """See Store."""
        path = self._path(name)
        # The time is for people; there may be several within a second.
        aside = f"{path}.unreadable-{time.strftime('%Y%m%dT%H%M%S')}-{os.urandom(4).hex()}"
        try:
            os.replace(path, aside)
        except OSError as failure:
            raise files.unwritable(path, failure) from None
        return aside

    def title(self, name: str) -> str:
        """See Store."""
        return f"The registry file {self._path(name)}"

    def renew(self, holders: Collection[str], deadline: Deadline) -> None:
        """See Store."""
        living = [name for name in holders if not is_elsewhere(name) and not is_gone(name)]
        if living:
            self._make_directories()
        for name in living:
            self._signs.give(name)

    def lapsed(self, holders: Collection[str], deadline: Deadline) -> set[str]:
        """See Store."""
        return {name for name in holders if is_elsewhere(name) and self._signs.age(name) > self._life_lease}

    def unsure(self, holders: Collection[str], deadline: Deadline) -> float:
        """See Store."""
        return 0.0

    def forget(self, holder: str, deadline: Deadline) -> None:
        """See Store."""
        self._signs.take_back(holder)

    def caveats(self, deadline: Deadline) -> list[str]:
        """See Store."""
        return []

    def _record(self, name: str) -> bytes | None:
        try:
            return files.read(self._path(name))
        except FileNotFoundError:
            return None

    def _path(self, name: str) -> str:
        return os.path.join(self._directory, name + _RECORD)

    def _make_directories(self) -> None:
        try:
            check_above(self._root)
            if not os.path.isdir(self._root):
                os.makedirs(self._root, mode=0o700, exist_ok=True)
                # Where it is may not be ours to read.
                with contextlib.suppress(OSError):
                    files.sync_directory(os.path.dirname(os.path.abspath(self._root)))
            check_private(self._root)
            if not os.path.isdir(self._directory):
                with contextlib.suppress(FileExistsError):
                    os.mkdir(self._directory, mode=0o700)
                files.sync_directory(self._root)
        except OSError as error:
            raise self._unusable(error) from None
        self._check_directories()

    def _check_directories(self) -> None:
        """FileNotFoundError when nothing was ever kept, RegistryError unless only we can change what is kept."""
        try:
            check_above(self._root)
            check_private(self._root)
            check_private(self._directory)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise self._unusable(error) from None

    def _unusable(self, error: OSError) -> RegistryError:
        return RegistryError(
            f"The registry directory {self._root} cannot be used: {error.strerror}; set registry to another one."
        )


@contextlib.contextmanager
def _lock(path: str, deadline: Deadline) -> Iterator[int]:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise RegistryError(
            f"The lock {path} cannot be opened: {error.strerror}; set registry to another directory."
        ) from None
    try:
        begun = time.monotonic()
        while not _try_lock(descriptor, path):
            if not deadline.remaining():
                raise busy(deadline, path)
            deadline.sleep(pause(_POLL, time.monotonic() - begun))
        yield descriptor
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
