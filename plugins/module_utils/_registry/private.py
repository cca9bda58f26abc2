# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a directory is so private that what it holds can say where ssh connects to."""

from __future__ import annotations

import errno
import functools
import os
import stat

from .._base.errors import RegistryError


def check_private(directory: str) -> None:
    """Raise RegistryError unless only we can change what is in *directory*; OSError when it is none."""
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


# A lookup asks each time that it is evaluated.
@functools.lru_cache
def check_above(directory: str) -> None:
    """Raise RegistryError where any user could put another directory in the place of *directory*.

    Those above it that are not there yet are none that somebody could write to. Raises OSError.
    """
    for above in _above(os.path.abspath(directory)) | _above(os.path.realpath(directory)):
        try:
            mode = os.stat(above).st_mode
        except FileNotFoundError:
            continue
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            raise RegistryError(
                f"The registry directory {directory} can be replaced by any user, who may write to {above}; run: "
                f"chmod o-w {above}"
            )


def _above(path: str) -> set[str]:
    """The directories that lead to *path*."""
    found = set()
    while path != os.path.dirname(path):
        path = os.path.dirname(path)
        found.add(path)
    return found
