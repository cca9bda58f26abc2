# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file that a recap is written to: whoever reads it while it is replaced has the old one or the new one."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
import uuid
from typing import Any

# Where a link stands for what a process has open, as /dev/stdout does, whatever kind of file that is.
_OPEN_FILES = ("/dev/", "/proc/")
# It is mounted itself, or its directory is not ours.
_ONLY_WRITABLE = (errno.EBUSY, errno.EACCES, errno.EPERM, errno.EROFS)


def replace(path: str, data: dict[str, Any]) -> dict[str, Any]:
    """Write *data* as JSON to *path*, and return the data that were there, empty if there were none. Raises OSError.

    What is no file, such as a pipe, is written to; so is one that may be written, but not replaced. A link stays, and what it
    leads to is replaced.
    """
    text = json.dumps(data, indent=2) + "\n"
    own = _own_file(path)
    if own:
        try:
            return _replace(own, text)
        except OSError as error:
            if error.errno not in _ONLY_WRITABLE:
                raise
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return {}


def _own_file(path: str) -> str:
    """The path of the file that *path* leads to, or will lead to; empty for what can only be written to."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return ""
    except FileNotFoundError:
        pass
    while os.path.islink(path):
        folder = os.path.dirname(path)
        if f"{os.path.realpath(folder)}/".startswith(_OPEN_FILES):
            return ""
        path = os.path.join(folder, os.readlink(path))
    return path


def _replace(path: str, text: str) -> dict[str, Any]:
    # A name of its own, as runs may end at the same time.
    temporary = os.path.join(os.path.dirname(path), f".remoteit-recap-{uuid.uuid4()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        with contextlib.suppress(FileNotFoundError):
            _make_alike(temporary, os.stat(path))
        before = _read(path)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    return before


def _make_alike(path: str, status: os.stat_result) -> None:
    # Root may give a file away, and others to their groups.
    with contextlib.suppress(PermissionError):
        os.chown(path, status.st_uid, status.st_gid)
    os.chmod(path, stat.S_IMODE(status.st_mode))


def _read(path: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
