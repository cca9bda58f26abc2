# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A device and its services, as a test wants them."""

from __future__ import annotations

from typing import Any

from ansible_collections.community.remoteit.plugins.module_utils._changes.device_view import (
    ApplicationType,
    DeviceView,
    ServiceView,
)
from ansible_collections.community.remoteit.plugins.module_utils._changes.device_wish import DeviceWish
from ansible_collections.community.remoteit.plugins.module_utils._tasks.device_options import (
    wish_argument_spec,
    wish_of,
)
from tests.doubles.task import with_defaults

TYPES = [
    ApplicationType(1, "TCP", None),
    ApplicationType(28, "SSH", 22),
    ApplicationType(7, "HTTP", 80),
    ApplicationType(35, "Bulk Service", None),
]
DEVICE_ID = "80:00:00:00:00:00:01:00"


def service(number: int = 1, **changes: Any) -> ServiceView:
    """An SSH service that is enabled, and that nobody uses."""
    id_ = f"80:00:00:00:00:00:01:{number:02X}"
    made = ServiceView(id_, f"service {number}", 28, "TCP", "127.0.0.1", 22, True, True, ("MANAGE", "VIEW"), 0, "")
    return made._replace(**changes)


def device(*services: ServiceView, **changes: Any) -> DeviceView:
    """A device that may be managed."""
    created = "2024-01-01T00:00:00.000Z"
    rights = ("MANAGE", "VIEW")
    made = DeviceView(
        DEVICE_ID, "pi", True, True, rights, "owner@example.com", services, (), {}, created, created, True, 0
    )
    return made._replace(**changes)


def wish(**options: Any) -> DeviceWish:
    """What is wanted of a device by a task with these *options*."""
    return wish_of(with_defaults(wish_argument_spec(), options), force=True)
