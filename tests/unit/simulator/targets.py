# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers on loopback for proxies to lead to."""

from __future__ import annotations

import socket
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.doubles.loopback import PATIENCE


class _Reverse(socketserver.StreamRequestHandler):
    """Reads until the client has said everything, then answers it backwards."""

    def handle(self) -> None:
        self.wfile.write(self.rfile.read()[::-1])


class _Web(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        text = f"{self.command} {self.path} {self.headers['Host']} ".encode() + body
        self.send_response(201)
        self.send_header("Content-Length", str(len(text)))
        self.send_header("X-Served-By", "target")
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64


def _start(server: socketserver.TCPServer) -> socketserver.TCPServer:
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


def reversing_server() -> socketserver.TCPServer:
    """Start a TCP server that answers backwards."""
    return _start(_TcpServer(("127.0.0.1", 0), _Reverse))


def web_server() -> socketserver.TCPServer:
    """Start a web server that tells what it was asked."""
    return _start(ThreadingHTTPServer(("127.0.0.1", 0), _Web))


def dial(port: int, source: str = "127.0.0.1") -> socket.socket:
    """Connect to a port of this machine from a loopback address."""
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE, source_address=(source, 0))


def ask(port: int, text: bytes, source: str = "127.0.0.1") -> bytes:
    """Send a text, end the sending half, and return all that comes back."""
    with dial(port, source) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        return answer


def is_hung_up_on(connection: socket.socket) -> bool:
    """Tell whether the other side has closed or reset a connection."""
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True
