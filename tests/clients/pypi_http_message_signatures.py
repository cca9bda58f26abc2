# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""PyPI http-message-signatures as a server has it. Arguments and output are those of serve.js."""

from __future__ import annotations

import json
import ssl
import sys
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms

COVERED = {'"@method"', '"@authority"', '"@target-uri"', '"date"', '"@signature-params"'}
PEM, KEY_ID, KEY = sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3])


class Keys(HTTPSignatureKeyResolver):
    """The one key."""

    def resolve_public_key(self, key_id: str) -> bytes | None:
        """Return the key of *key_id*."""
        return KEY if key_id == KEY_ID else None


@dataclass
class Message:
    """A request, as the library wants it."""

    method: str
    url: str
    headers: dict[str, str]


class Handler(BaseHTTPRequestHandler):
    """Answers 200 if the signature holds, else 401 and why."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Verify."""
        self.rfile.read(int(self.headers["Content-Length"]))
        scheme = "https" if isinstance(self.connection, ssl.SSLSocket) else "http"
        # not self.path, which has another number of slashes
        target = self.requestline.split(" ")[1]
        message = Message(self.command, f"{scheme}://{self.headers['Host']}{target}", dict(self.headers))
        status, reason = 200, ""
        try:
            verifier = HTTPMessageVerifier(signature_algorithm=algorithms.HMAC_SHA256, key_resolver=Keys())
            (result,) = verifier.verify(message)
            if set(result.covered_components) != COVERED:
                raise ValueError(f"covers {list(result.covered_components)}")
        except Exception as error:  # noqa: BLE001  whatever the library has to say
            status, reason = 401, f"{type(error).__name__}: {error}"
        body = json.dumps({"status": str(status == 200).lower(), "reason": reason}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until stopped."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    servers = {scheme: ThreadingHTTPServer(("127.0.0.1", 0), Handler) for scheme in ("http", "https")}
    servers["https"].socket = context.wrap_socket(servers["https"].socket, server_side=True)
    for server in servers.values():
        threading.Thread(target=server.serve_forever).start()
    print(json.dumps({scheme: server.server_port for scheme, server in servers.items()}), flush=True)


main()
