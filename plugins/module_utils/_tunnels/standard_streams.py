# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bytes between a client of SSH, on a pair of file descriptors, and a socket."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import socket
import threading
from collections.abc import Callable

_CHUNK = 256 * 1024
# More is faster, but all pipes of a user together may only have 64 MB (pipe(7)).
_PIPE = 256 * 1024
_SENT = b"s"
_RECEIVED = b"r"


def relay(source: int, sink: int, proxy: socket.socket, signalled: int) -> None:
    """Copy from *source* to *proxy* and from *proxy* to *sink* until both have ended, or a signal comes.

    The end of one direction is passed on, and the other one goes on (half-close). When nobody reads *sink* any more,
    it is over. *signalled* is a descriptor that can be read once a signal came; it is not read here.
    """
    # Its writing end is never closed: after a signal, the threads go on for a while.
    ended, ender = os.pipe()
    for copy, end in ((_send, _SENT), (_receive, _RECEIVED)):
        # They end with the process: a read that nothing comes of cannot be interrupted.
        threading.Thread(target=_copying, args=(copy, source, sink, proxy, ender, end), daemon=True).start()
    poll = select.poll()
    poll.register(ended, select.POLLIN)
    poll.register(signalled, select.POLLIN)
    # For POLLERR, which is reported without being asked for.
    poll.register(sink, 0)
    running = {_SENT, _RECEIVED}
    while running:
        ready = [descriptor for descriptor, _events in poll.poll()]
        # A signal comes first: whoever gave it may have something to say where *sink* leads.
        if ready != [ended]:
            return
        end = os.read(ended, 1)
        running.remove(end)
        if end == _RECEIVED:
            poll.unregister(sink)
            os.close(sink)


def _copying(
    copy: Callable[[int, int, socket.socket], None],
    source: int,
    sink: int,
    proxy: socket.socket,
    ender: int,
    end: bytes,
) -> None:
    with contextlib.suppress(OSError):
        copy(source, sink, proxy)
    os.write(ender, end)


def _send(source: int, _sink: int, proxy: socket.socket) -> None:
    while data := os.read(source, _CHUNK):
        proxy.sendall(data)
    proxy.shutdown(socket.SHUT_WR)


def _receive(_source: int, sink: int, proxy: socket.socket) -> None:
    if hasattr(os, "splice"):
        # Whatever stops it stops the copying as well, but for a sink that is no pipe.
        with contextlib.suppress(OSError):
            _splice(sink, proxy)
            return
    while data := proxy.recv(_CHUNK):
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(sink, rest) :]


def _splice(sink: int, proxy: socket.socket) -> None:
    """Let the kernel move what comes. Raises OSError, and nothing is lost, when it cannot."""
    with contextlib.suppress(OSError):
        fcntl.fcntl(sink, fcntl.F_SETPIPE_SZ, _PIPE)
    readable = select.poll()
    readable.register(proxy, select.POLLIN)
    # To wait for the proxy inside of splice() would lock the pipe, and ssh could not read what is in it already.
    while readable.poll() and os.splice(proxy.fileno(), sink, _CHUNK):
        pass
