# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration the tests share: two users, an organisation, and three devices."""

from __future__ import annotations

from typing import Any

from .client import ALICE_KEY, BOB_KEY, DISABLED_KEY, SECRET

PI = "80:00:00:00:01:00:00:01"
SSH = "80:00:00:00:01:00:00:02"
WEB = "80:00:00:00:01:00:00:03"
VNC = "80:00:00:00:01:00:00:04"
LAPTOP = "80:00:00:00:02:00:00:01"
LAPTOP_SSH = "80:00:00:00:02:00:00:02"
GATEWAY = "80:00:00:00:03:00:00:01"
GATEWAY_SSH = "80:00:00:00:03:00:00:02"
UNKNOWN = "80:00:00:00:09:00:00:09"
PEER_SESSION = "16fd2706-8baf-433b-82eb-8c7fada847da"


def accounts() -> list[dict[str, Any]]:
    """Return two users, and the owner of an organisation one of them may look into."""
    return [
        {
            "id": "alice",
            "email": "alice@example.com",
            "developer_key": "alice-developer",
            "access_keys": [
                {"id": ALICE_KEY, "secret": SECRET},
                {"id": DISABLED_KEY, "secret": SECRET, "enabled": False},
            ],
            "memberships": [{"account": "acme", "role": "Viewer", "permissions": ["VIEW"]}],
        },
        {
            "id": "bob",
            "email": "bob@example.com",
            "developer_key": "bob-developer",
            "access_keys": [{"id": BOB_KEY, "secret": SECRET}],
        },
        {"id": "acme", "email": "acme@example.com", "organization": "ACME"},
    ]


def devices(target: dict[str, str]) -> list[dict[str, Any]]:
    """Return a device of each account."""
    ssh = {"name": "SSH", "application": 28, "port": 22, **target}
    pi = {
        "id": PI,
        "name": "Pi Garage",
        "owner": "alice",
        "tags": ["pi", "garage"],
        "attributes": {"rack": 7},
        "shared_with": [{"account": "bob", "tags": []}],
        "services": [
            {"id": SSH, **ssh},
            {"id": WEB, "name": "web", "application": 7, "port": 80, **target},
            {"id": VNC, "name": "screen", "application": 4, "port": 5900, "enabled": False, **target},
        ],
    }
    laptop = {
        "id": LAPTOP,
        "name": "laptop",
        "owner": "bob",
        "online": False,
        "tags": ["laptop"],
        "services": [{"id": LAPTOP_SSH, **ssh}],
        "shared_with": [{"account": "alice", "tags": ["laptop"]}],
    }
    gateway = {"id": GATEWAY, "name": "gateway", "owner": "acme", "services": [{"id": GATEWAY_SSH, **ssh}]}
    return [pi, laptop, gateway]


def configuration(target: tuple[str, int] | None = None, **behaviour: Any) -> dict[str, Any]:
    """Return a configuration whose services all lead to ``target``."""
    return {
        "accounts": accounts(),
        "devices": devices({} if target is None else {"target": "{}:{}".format(*target)}),
        "sessions": [{"id": PEER_SESSION, "service": SSH, "account": "bob", "proxy": False}],
        "behaviour": behaviour,
    }
