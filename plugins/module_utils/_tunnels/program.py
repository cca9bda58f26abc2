# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The program that ssh starts: it hands the use of a service over to the multiplexer, which it starts if there is none.

It runs for each SSH connection, so it imports little, and for OpenSSH it ends as soon as the use is handed over.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import sys
from collections.abc import Sequence

from .address import ENV_JOURNAL, ENV_RUN, see_paths_from, socket_path
from .listener import MOST_DESCRIPTORS, linked
from .messages import TAKEN, Use

# The word for it, which libssh needs: it gives us a single socket as well, but waits for bytes.
_NO_FDPASS = "--no-fdpass"
_TRIES = 5
# Seconds for the multiplexer to take a use over: on a busy machine, it may take its time to start.
_TIMEOUT = 60.0
_SILENT = (
    f"the process that keeps tunnels has not answered within {_TIMEOUT:.0f} seconds: if it hangs, end it by its name, "
    "multiplexer.py, and try again"
)


def main(program: str, words: Sequence[str]) -> int:
    """Connect ssh, by our standard input and output, to a service as *words* say; the exit code. *program* is our path."""
    # Some clients let us inherit their end of our input, so that we would never see the end of it.
    os.closerange(3, MOST_DESCRIPTORS)
    _open_standard_streams()
    directory = _directory()
    see_paths_from(directory)
    passes = _NO_FDPASS not in words and _takes_a_socket()
    use = Use(words, directory, os.environ.get(ENV_RUN, ""), os.environ.get(ENV_JOURNAL, ""), _ssh(), not passes)
    try:
        link, ours = _handed_over(program, use)
    except OSError as error:
        return _failed(f"remote.it: {_reason(error)}", passes)
    if passes:
        _pass(ours)
        return 0
    return _stay(link, ours)


def _open_standard_streams() -> None:
    """Have something at each of the three, so that no socket of ours is taken for one."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            # It gets the lowest number that is free.
            os.open(os.devnull, os.O_RDWR)


def _takes_a_socket() -> bool:
    """Whether ssh waits for a socket instead of bytes (ProxyUseFdpass): it gives us a single one for both directions."""
    first, second = os.fstat(0), os.fstat(1)
    return stat.S_ISSOCK(first.st_mode) and os.path.samestat(first, second)


def _directory() -> str:
    with contextlib.suppress(OSError):
        return os.getcwd()
    return "/"


def _ssh() -> list[str]:
    """The command line of what started us; empty where the system does not show it."""
    with contextlib.suppress(OSError), open(f"/proc/{os.getppid()}/cmdline", "rb") as file:
        return os.fsdecode(file.read()).split("\0")[:-1]
    return []


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return _SILENT
    if error.strerror is None:
        return str(error)
    return (
        f"the sockets of tunnels cannot be used ({error.strerror}): set XDG_RUNTIME_DIR to a directory of yours with a "
        "short path"
    )


# -- the multiplexer --------------------------------------------------------------------------------------------------


def _handed_over(program: str, use: Use) -> tuple[socket.socket, socket.socket]:
    """The link to the multiplexer that has taken *use* over, and our end of what it carries. Raises OSError."""
    path = socket_path(program, use.words)
    for _try in range(_TRIES):
        link = linked(path, [sys.executable, _multiplexer(program), path])
        ours, theirs = socket.socketpair()
        link.settimeout(_TIMEOUT)
        # It may be about to end.
        with theirs, contextlib.suppress(ConnectionError):
            socket.send_fds(link, [use.encoded()], [theirs.fileno()])
            link.shutdown(socket.SHUT_WR)
            if link.recv(1) == TAKEN:
                link.settimeout(None)
                return link, ours
        link.close()
        ours.close()
    raise OSError(
        f"the process that keeps tunnels ends as soon as it is started: run '{sys.executable} {_multiplexer(program)}' to "
        "see why"
    )


def _multiplexer(program: str) -> str:
    return os.path.join(os.path.dirname(program), "multiplexer.py")


# -- ssh --------------------------------------------------------------------------------------------------------------


def _pass(connected: socket.socket) -> None:
    """Give ssh a socket. It may have gone meanwhile."""
    with socket.socket(fileno=os.dup(1)) as out, contextlib.suppress(OSError):
        socket.send_fds(out, [b"\0"], [connected.fileno()])


def _stay(link: socket.socket, ours: socket.socket) -> int:
    """Copy between ssh and the multiplexer, until the use is over; the exit code."""
    from .standard_streams import relay

    relay(0, 1, ours, link.fileno())
    # To close it would do nothing while a thread still reads from it.
    with contextlib.suppress(OSError):
        ours.shutdown(socket.SHUT_RDWR)
    link.setblocking(False)
    with contextlib.suppress(OSError):
        if sentence := link.recv(1 << 16):
            return _failed(os.fsdecode(sentence), passes=False)
    return 0


def _failed(sentence: str, passes: bool) -> int:
    """Tell the user, who may have gone meanwhile; the exit code."""
    from .._ssh.message import tell

    if passes and os.path.samestat(os.fstat(2), os.stat(os.devnull)):
        # ssh goes on when we have ended, and reads only after it could write its own part.
        ours, theirs = socket.socketpair()
        _pass(theirs)
        theirs.close()
        if os.fork():
            return 1
        os.dup2(ours.fileno(), 0)
        os.dup2(ours.fileno(), 1)
        ours.close()
    with contextlib.suppress(OSError):
        tell(sentence)
    return 1
