# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the simulator is told where many SSH services are needed, and no more than that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.lab.world import DEVELOPER_KEY, KEY_ID, OWNER, SECRET, device, service_id

ACCOUNT = {
    "id": "f0:00:00:00:00:00:00:01",
    "email": OWNER,
    "developer_key": DEVELOPER_KEY,
    "access_keys": [{"id": KEY_ID, "secret": SECRET}],
}


def services(count: int) -> list[str]:
    """So many ids."""
    return [service_id(1 + number // 100, 1 + number % 100) for number in range(count)]


def world(targets: Mapping[str, str]) -> dict[str, Any]:
    """A device with services that lead to *targets*, addresses by their ids."""
    ours = [{"id": id_, "name": "ssh", "application": 28, "target": target} for id_, target in targets.items()]
    return {"accounts": [ACCOUNT], "devices": [device(1, "all", *ours)]}
