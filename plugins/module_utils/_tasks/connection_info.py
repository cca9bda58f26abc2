# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task ``remoteit_connection_info``: options in, result out. The module and the action plugin both run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .._connections.connections import Connections
from .._connections.overview import list_open
from .._model.connection import session_result
from .._settings.checks import checked_deadline
from .._settings.settings import DEFAULT_TIMEOUT, Settings
from .argspec import api_argument_spec, service_argument_spec
from .service import EXCLUSIVE, chosen_service, is_service_chosen

RULES = {"mutually_exclusive": list(EXCLUSIVE)}


def argument_spec() -> dict[str, dict[str, Any]]:
    """The argument spec of the module."""
    return {
        **service_argument_spec(),
        "timeout": {"type": "float", "default": DEFAULT_TIMEOUT},
        **api_argument_spec(),
    }


def run(params: Mapping[str, Any], check_mode: bool, warn: Callable[[str], None]) -> dict[str, Any]:
    """The result of the task, which never writes. *warn* takes one sentence for the user. Raises RemoteItError."""
    deadline = checked_deadline(params["timeout"])
    connections = Connections(Settings.from_options(params), warn)
    is_chosen = is_service_chosen(params)
    service_id = chosen_service(params, connections, deadline, to_connect=False) if is_chosen else None
    held, others = list_open(connections.client, warn, service_id, deadline)
    now = connections.now()
    listed = [{**connection.as_result(now), "held": True} for connection in held]
    listed += [{**session_result(session), "held": False} for session in others]
    return {"changed": False, "connections": listed}
