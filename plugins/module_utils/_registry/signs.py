# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signs of life in a directory, one small file for each process, for those who cannot look at the process itself."""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import time

from .._base.boot import boot_id
from . import files

# Nobody asks for a sign that is this old, in seconds: what its process held was closed, or remote.it closed it.
_OLD = 86400.0
_WRITE = os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC


class Signs:
    """The signs in *directory*, which is made with the first. All methods raise RegistryError.

    A sign has two times: that of the file system, whose clock all machines see, and how long the machine had been running,
    which no clock that is set changes. It is as young as either tells.
    """

    def __init__(self, directory: str) -> None:
        self._directory = directory
        # By how much the file system's clock is ahead of ours: it may be another machine's.
        self._ahead = 0.0

    def look_at_clock(self, descriptor: int) -> None:
        """See what the file system's clock tells, by touching a file in it that is open for writing."""
        with contextlib.suppress(OSError):
            os.utime(descriptor)
            self._ahead = os.fstat(descriptor).st_mtime - time.time()

    def give(self, name: str) -> None:
        """Say that the process lives now."""
        path = self._path(name)
        try:
            descriptor = self._opened(path)
            try:
                # Needs no room, so that it can be done on a disk that is full, and what follows may not.
                os.utime(descriptor)
                with contextlib.suppress(OSError):
                    os.pwrite(descriptor, f"{boot_id()} {time.monotonic():.3f}".encode(), 0)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise files.unwritable(path, error) from None

    def age(self, name: str) -> float:
        """How many seconds ago the process said that it lives; infinite if it never did. Writes nothing."""
        return self._age(self._path(name))

    def take_back(self, name: str) -> None:
        """Remove the sign of the process, which has ended."""
        path = self._path(name)
        try:
            os.unlink(path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise files.unwritable(path, error) from None

    def _path(self, name: str) -> str:
        # A name has signs that no file's name may have.
        return os.path.join(self._directory, hashlib.sha256(name.encode(errors="replace")).hexdigest()[:32])

    def _opened(self, path: str) -> int:
        with contextlib.suppress(FileNotFoundError):
            return os.open(path, _WRITE)
        with contextlib.suppress(FileExistsError):
            os.mkdir(self._directory, mode=0o700)
        self._tidy()
        return os.open(path, _WRITE | os.O_CREAT, 0o600)

    def _tidy(self) -> None:
        """Remove what nobody asks for: the signs of processes that were killed."""
        with contextlib.suppress(OSError), os.scandir(self._directory) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if self._since(entry.stat(follow_symlinks=False).st_mtime) > _OLD:
                        os.unlink(entry.path)

    def _age(self, path: str) -> float:
        try:
            content = files.read(path)
            touched = os.stat(path).st_mtime
        except FileNotFoundError:
            return math.inf
        except OSError as error:
            raise files.unreadable(path, error) from None
        boot, _blank, running = content.decode(errors="replace").partition(" ")
        # There is none where there was no room for it, or not for all of it.
        with contextlib.suppress(ValueError):
            if boot and boot == boot_id():
                return min(self._since(touched), abs(time.monotonic() - float(running)))
        return self._since(touched)

    def _since(self, touched: float) -> float:
        """How many seconds ago that was. A clock that is set back must not make it young for ever."""
        return abs(time.time() + self._ahead - touched)
