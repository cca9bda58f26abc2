# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has happened at remote.it, as its log keeps it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

DEVICE_CONNECT = "DEVICE_CONNECT"
DEVICE_DELETE = "DEVICE_DELETE"
DEVICE_STATE = "DEVICE_STATE"


@dataclass(frozen=True, slots=True)
class Target:
    """The service that an event is about, or the device itself, whose two ids are the same; under their names then."""

    id: str
    name: str | None
    device_id: str
    device_name: str | None

    def concerns(self, id_: str) -> bool:
        """Tell whether that is the id of the service or of its device."""
        return id_.lower() in (self.id.lower(), self.device_id.lower())


@dataclass(frozen=True, slots=True)
class Event:
    """One event; ``actor`` and ``users`` are e-mail addresses, ``owner_id`` is the account whose log has it."""

    type: str
    time: datetime
    owner_id: str
    target: Target | None = None
    state: str | None = None
    action: str | None = None
    actor: str | None = None
    users: tuple[str, ...] = ()
    session: str | None = None
    lifetime: int | None = None
    address: str = "203.0.113.9"
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
