# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The service that a task is about, by its id or by names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._base.clock import Deadline
from .._base.errors import OptionError
from .._connections.connections import Connections
from .._settings.checks import checked_service_id

# Of each of these, at most one may be given.
EXCLUSIVE = (["service_id", "device", "device_tag"], ["service_id", "service"])
# One of these says which device or service is meant.
ONE_OF = ["service_id", "device", "device_tag"]


def is_service_chosen(options: Mapping[str, Any]) -> bool:
    """Whether *options* say anything of a service."""
    return any(options[name] is not None for name in (*ONE_OF, "service"))


def chosen_service(
    options: Mapping[str, Any], connections: Connections, deadline: Deadline, *, to_connect: bool
) -> str:
    """The id of the service that ``service_id``, or ``device`` or ``device_tag`` with ``service``, means.

    With *to_connect*, a service that may be seen only is refused. Raises OptionError and ApiError.
    """
    if options["service_id"] is not None:
        return checked_service_id(options["service_id"])
    if not is_service_chosen(options):
        raise OptionError(f"no service is named: set one of {', '.join(ONE_OF)}.")
    from .._fleet.service_by_name import service_by_name  # most tasks give the id

    return service_by_name(options, connections.client, deadline, to_connect=to_connect)
