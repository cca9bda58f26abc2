# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small files that are read and replaced as a whole, in directories of ours."""

from __future__ import annotations

import contextlib
import errno
import os
import stat

from .._base.errors import RegistryError

_CHUNK = 64 * 1024


class RecordError(RegistryError):
    """One record of the registry cannot be read, which says nothing of the others."""


def read(path: str) -> bytes:
    """The file's content. FileNotFoundError when there is none, RecordError when it is not a plain file of ours."""
    try:
        # To open a FIFO would wait for somebody who writes to it.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            if status.st_uid != os.geteuid():
                raise RecordError(f"The registry file {path} belongs to another user.")
            if not stat.S_ISREG(status.st_mode):
                raise RecordError(f"The registry file {path} cannot be read: it is not a plain file.")
            return b"".join(iter(lambda: os.read(descriptor, _CHUNK), b""))
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise unreadable(path, error) from None


def replace(path: str, content: bytes) -> None:
    """Have the file hold *content*, in one step, which a crash of the machine does not undo. Raises OSError."""
    temporary = _temporary(path)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(temporary)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        # A rename within one directory is atomic.
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    sync_directory(os.path.dirname(path))


def remove(path: str) -> None:
    """Remove the file, if there is one. Raises OSError."""
    for leftover in (path, _temporary(path)):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(leftover)


def unreadable(path: str, error: OSError) -> RecordError:
    """The error for who could not read the file because of *error*."""
    reason = "it is a symbolic link" if error.errno == errno.ELOOP else error.strerror
    return RecordError(f"The registry file {path} cannot be read: {reason}.")


def unwritable(path: str, error: OSError) -> RegistryError:
    """The error for who could not write the file because of *error*."""
    return RegistryError(
        f"The registry file {path} cannot be written: {error.strerror}; make room, or set registry to another "
        "directory."
    )


def _temporary(path: str) -> str:
    # One name, which only who has the lock uses: what a killed process left is overwritten by the next.
    return f"{path}.new"


def sync_directory(directory: str) -> None:
    """Have what was renamed in *directory* outlast a crash, where the file system can do that."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)
