# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a web proxy does about the request CONNECT, as a step of a server on loopback."""

from __future__ import annotations

import contextlib
import socket
import threading

from .loopback import End, Exchange, Step

_OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"


def opening(pause: float) -> Step:
    """Lead to the host and the port that the client asks for, with a *pause* before each byte of the answer."""

    def step(exchange: Exchange) -> None:
        host, _colon, port = exchange.request.target.rpartition(":")
        with socket.create_connection((host, int(port))) as server:
            for byte in _OPEN:
                exchange.ending.wait(pause)
                exchange.connection.sendall(bytes([byte]))
            threading.Thread(target=_carry, args=(server, exchange.connection), daemon=True).start()
            _carry(exchange.connection, server)
        raise End

    return step


tunnel = opening(0)


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
