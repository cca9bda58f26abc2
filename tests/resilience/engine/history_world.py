# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an account may be like in the random histories, and for whom connections may be open."""

from __future__ import annotations

from typing import Any

from tests.lab.site import SERVICES, configuration
from tests.lab.world import NEIGHBOUR, OWNER

NEIGHBOURS_KEY = "LABACCESSKEY00000009"
NEIGHBOURS_DEVELOPER_KEY = "Tm90T3VycyE"
# Nothing is looked for before it must be listed.
LISTED = 4.0

ACCESSES = {
    "latching": ({}, "255.255.255.255"),
    "public": ({"access": "public"}, "0.0.0.0"),
    "restricted": ({"access": "restricted", "client_ip": "127.0.0.9"}, "127.0.0.9"),
}

# What an account may be like: behaviour of the simulator.
WORLDS: dict[str, dict[str, Any]] = {
    "plain": {"idle_timeout": 600},
    "odd": {
        "lifetime": 1000,
        "idle_timeout": 5000,
        "session_delay": LISTED,
        "rest_session_id": "different",
        "id_case": "mixed",
        "reuse_ports": True,
        "disconnect_unknown": "false",
        "rest_answer": "toplevel_id",
    },
}
WORLDS["odd behind a gateway"] = {**WORLDS["odd"], "gateway_date": 40.0}


def world(target: str, **behaviour: Any) -> dict[str, Any]:
    """The site, with a neighbour who may use its device, too, and sessions of others that nobody may touch."""
    content = configuration(target, **behaviour)
    neighbour = content["accounts"][1]
    neighbour["developer_key"] = NEIGHBOURS_DEVELOPER_KEY
    neighbour["access_keys"] = [{"id": NEIGHBOURS_KEY, "secret": content["accounts"][0]["access_keys"][0]["secret"]}]
    content["devices"][0]["shared_with"] = [{"account": NEIGHBOUR, "permissions": ["VIEW", "CONNECT"]}]
    content["sessions"] = [
        {"id": f"16fd2706-8baf-433b-82eb-8c7fada8470{number}", "service": SERVICES[number], "account": who, **more}
        for number, (who, more) in enumerate([(NEIGHBOUR, {}), (OWNER, {"proxy": False})])
    ]
    return content
