# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Application and platform types.

Ids, names and ports are those of the vendor page "CLI Usage" and of the vendor's application; which types besides
HTTP and HTTPS are served by a reverse proxy is not documented, so none is.
"""

from __future__ import annotations

from dataclasses import dataclass

BULK_SERVICE = 35
_UDP_BIT = 0x8000


@dataclass(frozen=True, slots=True)
class Application:
    """One application type; ``proxy`` means: served by a reverse proxy."""

    id: int
    name: str
    port: int | None = None
    proxy: bool = False
    scheme: str | None = None

    @property
    def protocol(self) -> str:
        """``TCP`` or ``UDP`` (the vendor's SDK marks UDP types by bit 0x8000)."""
        return "UDP" if self.id & _UDP_BIT else "TCP"


APPLICATIONS = {
    application.id: application
    for application in (
        Application(1, "TCP"),
        Application(4, "VNC", 5900, scheme="vnc"),
        Application(5, "RDP", 3389, scheme="rdp"),
        Application(7, "HTTP", 80, proxy=True, scheme="http"),
        Application(8, "HTTPS", 443, proxy=True, scheme="https"),
        Application(28, "SSH", 22, scheme="ssh"),
        Application(34, "SMB", 445, scheme="smb"),
        Application(BULK_SERVICE, "Bulk Service"),
        Application(44, "Redis", 6379, scheme="redis"),
        Application(45, "MySQL", 3306, scheme="mysql"),
        Application(46, "PostgreSQL", 5432, scheme="postgresql"),
        Application(32769, "UDP"),
        Application(32770, "WireGuard", 51820),
    )
}


def application(id_: int) -> Application:
    """Return an application type; ids not in the table are nameless TCP or UDP ones."""
    return APPLICATIONS.get(id_) or Application(id_, f"Application {id_}")
