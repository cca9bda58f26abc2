# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real HTTP server on loopback that answers as told and remembers what it was sent."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# What a test should never have to wait for.
PATIENCE = 30.0


@dataclass(frozen=True)
class Received:
    """A request; header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Exchange:
    """One request and the connection it came by; *ending* is set when the server stops."""

    request: Received
    connection: socket.socket
    ending: threading.Event


Step = Callable[[Exchange], None]


def reply(status: int = 200, body: Any = b"", headers: Mapping[str, str] | None = None) -> Step:
    """A whole answer. A *body* that is not bytes is sent as JSON."""
    return lambda exchange: exchange.connection.sendall(whole(status, body, headers))


def whole(status: int, body: Any, headers: Mapping[str, str] | None = None) -> bytes:
    """The bytes of an answer."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {"Content-Type": "application/json", "Content-Length": str(len(content)), **(headers or {})}
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + content


class End(Exception):
    """Nothing follows on this connection."""


def in_turn(*steps: Step) -> Step:
    """The first of *steps* for the first request, the second for the second, and so on."""
    left = list(steps)

    def step(exchange: Exchange) -> None:
        left.pop(0)(exchange)

    return step


def part(data: bytes, length: int) -> Step:
    """The first *length* bytes of an answer, then the end of the connection."""

    def step(exchange: Exchange) -> None:
        exchange.connection.sendall(data[:length])
        raise End

    return step


def close(exchange: Exchange) -> None:
    """No answer: the connection ends as if the server had stopped."""
    exchange.connection.shutdown(socket.SHUT_RDWR)
    raise End


def reset(exchange: Exchange) -> None:
    """No answer: the connection is torn down with a TCP reset."""
    tear_down(exchange.connection)
    raise End


def tear_down(connection: socket.socket) -> None:
    """Have the connection end with a TCP reset as soon as it is closed."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang(exchange: Exchange) -> None:
    """No answer while the test runs."""
    exchange.ending.wait(PATIENCE)
    raise End


def drip(data: bytes, pause: float, start: int = 0) -> Step:
    """An answer of which the bytes from *start* on come one at a time."""

    def step(exchange: Exchange) -> None:
        exchange.connection.sendall(data[:start])
        for index in range(start, len(data)):
            if exchange.ending.wait(pause):
                break
            exchange.connection.sendall(data[index : index + 1])
        raise End

    return step


class Server:
    """Listens on loopback. Each request takes the next of *steps*; the last one is for all that follow."""

    def __init__(self, *steps: Step, tls: ssl.SSLContext | None = None, port: int = 0, host: str = "127.0.0.1") -> None:
        self.steps = list(steps)
        self.received: list[Received] = []
        self.connections = 0
        self._tls = tls
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.port: int = self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        """The base URL, without a path."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> Server:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self._listener.accept()
                with self._lock:
                    self.connections += 1
                    self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        # a peer that goes away is what many tests are about
        with contextlib.suppress(OSError, ValueError, End):
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
                with self._lock:
                    self._open.append(connection)
            with connection, connection.makefile("rb") as stream:
                while request := _request(stream):
                    with self._lock:
                        self.received.append(request)
                        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
                    step(Exchange(request, connection, self._ending))


def _request(stream: Any) -> Received | None:
    first = stream.readline().decode("latin-1").split()
    if not first:
        return None
    headers = dict(_headers(stream))
    body = stream.read(int(headers.get("content-length", "0")))
    return Received(first[0], first[1], headers, body, time.time())


def _headers(stream: Any) -> Iterator[tuple[str, str]]:
    while line := stream.readline().decode("latin-1").strip():
        name, _colon, value = line.partition(":")
        yield name.lower(), value.strip()


@contextlib.contextmanager
def listening(peer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port of loopback where *peer*, who need not speak HTTP, gets each connection, which is closed afterwards."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            peer(connection)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def unused_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
