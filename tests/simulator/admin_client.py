# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client of the admin API, for tests. Needs the standard library only."""

from __future__ import annotations

import json
import ssl
import urllib.request
from collections.abc import Mapping
from typing import Any

_TIMEOUT_SECONDS = 10.0


class AdminClient:
    """The URLs of a running simulator, and its admin API as methods."""

    rest_url = ""
    graphql_url = ""
    admin_url = ""

    def state(self) -> dict[str, Any]:
        """Return what is open."""
        return self._admin("state")

    def calls(self, wire: str | None = None, operation: str | None = None) -> list[dict[str, Any]]:
        """Return the API requests so far, in order; only those of a wire or an operation when given."""
        calls: list[dict[str, Any]] = self._admin("calls")["calls"]
        return [call for call in calls if wire in (None, call["wire"]) and operation in (None, call["operation"])]

    def set_fault(self, *faults: Mapping[str, Any], seed: int | None = None) -> None:
        """Switch these faults on and all others off; the same *seed* gives the same chances again."""
        seeded = {} if seed is None else {"seed": seed}
        self._admin("faults", {"faults": [dict(fault) for fault in faults], **seeded})

    def update(self, id_: str, **changes: Any) -> None:
        """Change a device or a service."""
        self._admin("device", {"id": id_, **changes})

    def add_events(self, *events: Mapping[str, Any]) -> None:
        """Let this have happened before."""
        self._admin("events", {"events": [dict(event) for event in events]})

    def close(self, id_: str) -> bool:
        """Close a connection as if someone else had; return whether it was open."""
        closed: bool = self._admin("close", {"id": id_})["closed"]
        return closed

    def advance(self, seconds: float, *, wall: bool = False) -> None:
        """Let simulated time pass, and with *wall* the time that clients can read."""
        self._admin("advance", {"seconds": seconds, "wall": wall})

    def reset(self) -> None:
        """Go back to what the configuration says."""
        self._admin("reset", {})

    def _admin(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.admin_url}/{path}", data, {"Content-Type": "application/json"})
        # The simulator's certificate is nobody's; proxies of the environment must not see loopback.
        handlers = [urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=_trusting())]
        with urllib.request.build_opener(*handlers).open(request, timeout=_TIMEOUT_SECONDS) as response:
            answer: dict[str, Any] = json.load(response)
            return answer


def _trusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
