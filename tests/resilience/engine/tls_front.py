# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A TLS listener in front of a simulator, whose certificate can be changed while it runs."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from urllib.parse import urlsplit


class TlsFront:
    """Context manager. Shows the certificate of *context*, which may be replaced, and leads to the host of *url*."""

    def __init__(self, url: str, context: ssl.SSLContext) -> None:
        parts = urlsplit(url)
        self.context = context
        self._behind = (parts.hostname or "", parts.port or 0)
        self._listener = socket.create_server(("127.0.0.1", 0))

    def url(self, plain: str) -> str:
        """The URL that leads to *plain* through here."""
        return urlsplit(plain)._replace(scheme="https", netloc=f"127.0.0.1:{self._listener.getsockname()[1]}").geturl()

    def __enter__(self) -> TlsFront:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                link, _address = self._listener.accept()
                threading.Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link: socket.socket) -> None:
        # A client that does not trust the certificate hangs up.
        with (
            contextlib.suppress(OSError),
            link,
            self.context.wrap_socket(link, server_side=True) as client,
            socket.create_connection(self._behind) as server,
        ):
            threading.Thread(target=_carry, args=(server, client), daemon=True).start()
            _carry(client, server)


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError, ValueError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
