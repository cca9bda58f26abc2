# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a connection is not opened or closed, in the words of each API.

The vendor's SDK matches ``[0861]`` and ``bad device address``; a client in use matches ``inactive``. The other texts
are undocumented and made up.
"""

from __future__ import annotations

from enum import Enum


class Reason(Enum):
    """A refusal: the REST ``reason`` and the GraphQL error message."""

    BAD_ID = ("bad device address", "Service not found")
    UNKNOWN_SERVICE = ("[0861] service not found for UID", "Service not found")
    INACTIVE = ("service is inactive", "Service is inactive")
    DISABLED = ("service is disabled", "Service is disabled")
    FORBIDDEN = ("no permission to connect to this service", "Permission denied: CONNECT")
    UNLICENSED = ("device is not licensed", "Device is not licensed")
    BAD_HOSTIP = ("bad hostip", "Invalid hostIP")
    UNKNOWN_CONNECTION = ("connection not found", "Connection not found")

    @property
    def rest(self) -> str:
        """The ``reason`` of a REST answer."""
        return self.value[0]

    @property
    def graphql(self) -> str:
        """The ``message`` of a GraphQL error."""
        return self.value[1]


class Refused(Exception):
    """The service says no."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.graphql)
        self.reason = reason
