# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may use a port proxy (vendor page "Connecting to a Service", connection modes)."""

from __future__ import annotations

import ipaddress

PUBLIC = "0.0.0.0"
LATCHING = "255.255.255.255"


class Admission:
    """The rule of one port proxy: everyone, one client address, or the first one that comes.

    :param hostip: an IPv4 address; ``0.0.0.0`` and ``255.255.255.255`` have their special meanings.
    """

    def __init__(self, hostip: str) -> None:
        self.hostip = hostip
        self.latched: str | None = None

    def admits(self, address: str) -> bool:
        """Tell whether a client at ``address`` may come in; in latching mode the first one becomes the owner."""
        if self.hostip == PUBLIC:
            return True
        if self.hostip != LATCHING:
            return address == self.hostip
        if self.latched is None:
            self.latched = address
        return self.latched == address


def is_hostip(text: str) -> bool:
    """Tell whether ``text`` can be a ``hostip``: only single IPv4 addresses are documented."""
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True
