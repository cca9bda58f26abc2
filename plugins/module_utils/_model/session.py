# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What remote.it tells of services: their names, and the sessions that prove a connection is alive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class ServiceNames(NamedTuple):
    """The services of the device that has the *id* and *name*: the id of each, and its name."""

    id: str
    name: str
    services: Mapping[str, str]


class Session(NamedTuple):
    """An open connection through a proxy as remote.it lists it to its owner: there is no address.

    *started_at* is in seconds since the epoch.
    """

    id: str
    service_id: str
    started_at: float


class Listing(NamedTuple):
    """Our sessions on a service *at* a time, in seconds since the epoch; None where they cannot be read, and *why*.

    What *is_unseen* is no service that we may see.
    """

    sessions: tuple[Session, ...] | None
    at: float
    why: str = ""
    is_unseen: bool = False


class Service(NamedTuple):
    """A service as the person asking sees it. *sessions* are their own; None when they cannot be read."""

    id: str
    enabled: bool
    online: bool
    can_connect: bool
    sessions: tuple[Session, ...] | None
