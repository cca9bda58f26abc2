# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server at the far end of tunnels, in a process of its own: it shares no interpreter with what is measured.

It speaks first, as an SSH server does. Then it sends as many bytes as it is asked for, or takes as many and says so.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator

from .collections import ROOT

BANNER = b"SSH-2.0-bench\r\n"
_ASKED = struct.Struct("!cQ")
_SEND, _TAKE = b"s", b"t"
_TAKEN = b"."
_CHUNK = 1 << 20


@contextlib.contextmanager
def far_end() -> Iterator[tuple[str, int]]:
    """Where it listens."""
    command = [sys.executable, "-m", __name__]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield "127.0.0.1", int(process.stdout.readline())
        finally:
            process.kill()


def download(link: socket.socket, count: int) -> None:
    """Have it send us *count* bytes, and read them."""
    link.sendall(_ASKED.pack(_SEND, count))
    _read(link, count)


def upload(link: socket.socket, count: int) -> None:
    """Send it *count* bytes, and wait until it has them all."""
    link.sendall(_ASKED.pack(_TAKE, count))
    _write(link, count)
    if link.recv(1) != _TAKEN:
        raise ConnectionError("the far end has gone")


def _read(link: socket.socket, count: int) -> None:
    buffer = bytearray(_CHUNK)
    while count:
        size = link.recv_into(buffer, min(count, _CHUNK))
        if not size:
            raise ConnectionError("the far end has gone")
        count -= size


def _write(link: socket.socket, count: int) -> None:
    chunk = memoryview(bytes(_CHUNK))
    while count:
        count -= link.send(chunk[:count])


def _serve(link: socket.socket) -> None:
    with contextlib.suppress(OSError), link:
        link.sendall(BANNER)
        while asked := link.recv(_ASKED.size, socket.MSG_WAITALL):
            what, count = _ASKED.unpack(asked)
            if what == _SEND:
                _write(link, count)
            else:
                _read(link, count)
                link.sendall(_TAKEN)


def _listen() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1000) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            link, _address = listener.accept()
            threading.Thread(target=_serve, args=(link,), daemon=True).start()


if __name__ == "__main__":
    _listen()
