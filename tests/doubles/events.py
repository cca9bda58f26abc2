# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events as remote.it tells them."""

from __future__ import annotations

from typing import Any

from .fleet_cloud import id_of


def node(number: int = 1, **fields: Any) -> dict[str, Any]:
    """An event of a connection; a higher number is a later one."""
    device = {"id": id_of(1), "name": "pi-1"}
    return {
        "id": f"event-{number}",
        "type": "DEVICE_CONNECT",
        "timestamp": f"2026-02-03T04:05:{5 + number:02}.123Z",
        "action": None,
        "state": "connected",
        "actor": {"email": "stranger@example.com"},
        "owner": {"email": "owner@example.com"},
        "users": [{"email": "neighbour@example.com"}],
        "target": [{"id": id_of(2).lower(), "name": "ssh", "device": device}],
        "session": "session-1",
        "lifetime": 60,
        "address": "203.0.113.9",
        "sourceAddress": "203.0.113.9",
        "sourceGeo": {"city": "Reykjavik", "countryName": "Iceland"},
        "targetGeo": {"city": None, "countryName": "Iceland"},
        **fields,
    }


def log(*nodes: Any, more: bool = False, last: str | None = "last") -> dict[str, Any]:
    """What ``events`` answers."""
    return {"items": list(nodes), "hasMore": more, "last": last}
