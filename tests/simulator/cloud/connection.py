# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One open proxy connection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from .activity import Activity
from .admission import Admission
from .relay import Relay


@dataclass(slots=True)
class Connection:
    """What the simulator knows about a proxy it opened.

    ``opened`` is wall time; ``opened_elapsed`` the same moment in simulated seconds. ``port`` is the listening port of
    a port proxy, and what REST calls ``proxyport`` of a reverse proxy, which nobody should use.
    """

    id: str
    session_id: str
    legacy_session_id: str
    service_id: str
    device_id: str
    account_id: str
    hostip: str
    reverse: bool
    via: str
    host: str
    port: int
    opened: datetime
    opened_elapsed: float
    target: Callable[[], tuple[str, int] | None] = field(repr=False)
    scheme: str
    admission: Admission = field(repr=False)
    activity: Activity = field(repr=False)
    relay: Relay | None = field(default=None, repr=False)
    previous_url: str | None = None

    @property
    def url(self) -> str:
        """The proxy's URL; ``http`` is only a label for port proxies (vendor page "Connecting to a Service")."""
        return f"https://{self.host}" if self.reverse else f"http://{self.host}:{self.port}"

    def named(self, id_: str) -> bool:
        """Tell whether ``id_`` is one of this connection's ids."""
        return id_.lower() in (self.id.lower(), self.session_id.lower())

    def deadline(self, lifetime: float, idle_timeout: float) -> float:
        """Return the simulated time at which the service closes this proxy if nothing happens before."""
        end = self.opened_elapsed + lifetime
        idle = self.activity.idle_since()
        return end if idle is None else min(end, idle + idle_timeout)
