# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet of any size, ready-made: pages of devices as remote.it gives them, and of servers as Hetzner Cloud does.

It checks no signature and evaluates no query, so that what is measured does not wait for it.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

_ACCOUNT = "F0:0F:85:00:00:00:00:01"
_TAGS = ("kitchen", "garage", "cellar", "attic", "lab")
_PLATFORMS = [{"id": number, "name": f"platform {number}"} for number in range(1, 6)]
_APPLICATIONS = [{"id": 28, "name": "SSH"}]


class FleetServer:
    """*count* devices with one service each; every page takes *latency* seconds, *page_size* is the most on one.

    :ivar pages: how often each page was asked for
    :ivar most_at_once: how many requests were in flight at the same time
    """

    def __init__(self, count: int, latency: float = 0.0, page_size: int = 1000) -> None:
        self.count = count
        self.pages: Counter[int] = Counter()
        self.most_at_once = 0
        self._latency = latency
        self._page_size = page_size
        self._lock = threading.Lock()
        self._at_once = 0
        self._remoteit: dict[int, bytes] = {}
        self._hetzner: dict[tuple[str, int, int], bytes] = {}
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self._answer(server.remoteit(asked.get("variables", {}).get("from", 0)))

            def do_GET(self) -> None:
                asked = urlsplit(self.path)
                options = parse_qs(asked.query)
                number, size = (int(options.get(name, ["1"])[0]) for name in ("page", "per_page"))
                self._answer(server.hetzner(asked.path.rpartition("/")[2], number, size))

            def _answer(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Nobody reads it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FleetServer:
        # before anything is measured
        for start in range(0, self.count, self._page_size):
            self._remoteit_page(start)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def remoteit(self, start: int) -> bytes:
        """The page of devices that begins at index *start*, after the time that it takes."""
        with self._lock:
            self.pages[start] += 1
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        time.sleep(self._latency)
        body = self._remoteit_page(start)
        with self._lock:
            self._at_once -= 1
        return body

    def _remoteit_page(self, start: int) -> bytes:
        if start not in self._remoteit:
            end = min(start + self._page_size, self.count)
            pages: dict[str, Any] = {
                "devices": {
                    "total": self.count,
                    "hasMore": end < self.count,
                    "items": [_device(number) for number in range(start, end)],
                }
            }
            if start:
                pages["before"] = {"items": [{"id": _id(start - 1, 0)}]}
            data = {"login": {"id": _ACCOUNT, **pages}, "applicationTypes": _APPLICATIONS, "platformTypes": _PLATFORMS}
            self._remoteit[start] = json.dumps({"data": data}).encode()
        return self._remoteit[start]

    def hetzner(self, what: str, number: int, size: int) -> bytes:
        """Page *number* of *what*: the servers, or the locations, of which there are none."""
        if (what, number, size) not in self._hetzner:
            count = self.count if what == "servers" else 0
            last = max(1, math.ceil(count / size))
            pagination = {
                "page": number,
                "per_page": size,
                "previous_page": number - 1 or None,
                "next_page": number + 1 if number < last else None,
                "last_page": last,
                "total_entries": count,
            }
            servers = [_server(one) for one in range((number - 1) * size, min(number * size, count))]
            answer = {what: servers, "meta": {"pagination": pagination}}
            self._hetzner[what, number, size] = json.dumps(answer).encode()
        return self._hetzner[what, number, size]


def _id(number: int, service: int) -> str:
    return f"80:00:00:00:{number >> 16:02X}:{number >> 8 & 255:02X}:{number & 255:02X}:{service:02X}"


def _tags(number: int) -> list[str]:
    return sorted({_TAGS[number % 5], _TAGS[number % 3]})


def _device(number: int) -> dict[str, Any]:
    return {
        "id": _id(number, 0),
        "name": f"pi-{number:05}",
        "online": number % 7 != 0,
        "platform": number % 5 + 1,
        "tags": [{"name": tag} for tag in _tags(number)],
        "owner": {"id": _ACCOUNT, "email": "me@example.com"},
        "attributes": {"site": f"site {number % 20}", "serial": f"S{number:08}"},
        "created": "2024-01-01T00:00:00.000Z",
        "lastReported": "2026-02-03T04:05:06.000Z",
        "license": "LICENSED",
        "endpoint": {"externalAddress": f"198.51.100.{number % 250}"},
        "services": [
            {
                "id": _id(number, 1),
                "name": "ssh",
                "application": 28,
                "port": 22,
                "enabled": True,
                "online": True,
                "can": True,
                "attributes": {},
            }
        ],
    }


def _server(number: int) -> dict[str, Any]:
    """The same as Hetzner Cloud would tell it; what its plugin does not read is left out.

    Labels stand for tags, the data centre for the attribute ``site``, and the type for the platform.
    """
    return {
        "id": number + 1,
        "name": f"pi-{number:05}",
        "status": "running" if number % 7 else "off",
        "created": "2024-01-01T00:00:00+00:00",
        "labels": dict.fromkeys(_tags(number), ""),
        "public_net": {
            "ipv4": {"id": 1, "ip": f"198.51.100.{number % 250}", "blocked": False, "dns_ptr": "pi.example.com"},
            "ipv6": None,
            "floating_ips": [],
            "firewalls": [],
        },
        "private_net": [],
        "server_type": {"id": 1, "name": f"platform {number % 5 + 1}", "architecture": "x86"},
        "datacenter": {"id": 1, "name": f"site {number % 20}", "location": {"id": 1, "name": "fsn1"}},
        "location": {"id": 1, "name": "fsn1"},
        "image": {"id": 1, "name": "debian-12", "os_flavor": "debian", "type": "system"},
        "volumes": [],
        "load_balancers": [],
        "protection": {"delete": False, "rebuild": False},
    }
