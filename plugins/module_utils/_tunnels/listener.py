# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A process that listens at a socket: whoever needs it first starts it, and it outlives him.

The program that ssh starts imports this, so it imports little.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import stat
import time
from collections.abc import Mapping

MOST_DESCRIPTORS = 4096
AGAIN = "again"
# Who comes while it starts waits.
_WAITING = 4096
# In seconds after a socket was made.
_SURELY_LISTENED_AT = 60.0


def linked(path: str, command: list[str], environ: Mapping[str, str] | None = None) -> socket.socket:
    """A link to who listens at *path*. Raises OSError.

    If nobody does, the program of *command* is started in *environ*, by default the environment of this process, with the
    socket as its standard input; and with one more argument, AGAIN, if somebody did before, and was killed.
    """
    link = _linked(path)
    if link is not None:
        return link
    with open(os.path.join(os.path.dirname(path), "lock"), "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Somebody else may have started it meanwhile.
        link = _linked(path)
        if link is not None:
            return link
        if os.path.lexists(path):
            os.unlink(path)
            command = [*command, AGAIN]
        _tidy(os.path.dirname(path))
        with socket.socket(socket.AF_UNIX) as listener:
            mask = os.umask(0o177)
            listener.bind(path)
            os.umask(mask)
            listener.listen(_WAITING)
            link = socket.socket(socket.AF_UNIX)
            # Before there is anybody who could end again.
            link.connect(path)
            if not os.fork():
                _become(listener, command, os.environ if environ is None else environ)
            return link


def _tidy(directory: str) -> None:
    """Remove the sockets of processes that were killed, and of those that went with their containers."""
    for name in os.listdir(directory):
        path = os.path.join(directory, name)
        with contextlib.suppress(OSError):
            status = os.stat(path)
            # One that was just made may not be listened at yet.
            if stat.S_ISSOCK(status.st_mode) and time.time() - status.st_mtime > _SURELY_LISTENED_AT:
                link = _linked(path)
                if link is None:
                    os.unlink(path)
                else:
                    link.close()


def _linked(path: str) -> socket.socket | None:
    link = socket.socket(socket.AF_UNIX)
    try:
        link.connect(path)
    except (FileNotFoundError, ConnectionRefusedError):
        link.close()
        return None
    return link


def _become(listener: socket.socket, command: list[str], environ: Mapping[str, str]) -> None:
    """Be the program of *command*, apart from whoever starts it, with *listener* as its standard input."""
    try:
        os.setsid()
        os.chdir("/")
        os.dup2(listener.fileno(), 0)
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os.closerange(3, MOST_DESCRIPTORS)
        os.execve(command[0], command, environ)
    finally:
        os._exit(1)
