# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a device or a service is not changed, in the words of the GraphQL API.

No source has these words: they are made up, in the form of those about connections.
"""

from __future__ import annotations

from enum import StrEnum

from ..config.world import Permission


class Objection(StrEnum):
    """A refusal that is about what was asked for."""

    UNKNOWN_ACCOUNT = "Account not found"
    UNKNOWN_DEVICE = "Device not found"
    UNKNOWN_SERVICE = "Service not found"
    NOT_CONFIGURABLE = "Device is not configurable"
    DEVICE_INACTIVE = "Device is inactive"
    DEVICE_ACTIVE = "Device is active"
    NAME_TAKEN = "Name is already in use"
    BAD_NAME = "Invalid name"
    BAD_APPLICATION = "Invalid application"
    BAD_HOST = "Invalid host"
    BAD_PORT = "Invalid port"
    BAD_TAG = "Invalid tag"
    UNKNOWN_LINK = "Connect link not found"
    BAD_CIDR = "Invalid CIDR"


class ChangeRefused(Exception):
    """The service says no to a change; the text is the message of the GraphQL error."""

    def __init__(self, objection: Objection | Permission) -> None:
        missing = isinstance(objection, Permission)
        super().__init__(f"Permission denied: {objection}" if missing else str(objection))
