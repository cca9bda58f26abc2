# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task ``remoteit_device_info``: options in, result out. The module and the action plugin both run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .._fleet.filter import FleetFilter
from .._fleet.query import read_fleet
from .._settings.checks import checked_deadline
from .._settings.settings import DEFAULT_TIMEOUT, Settings
from .argspec import api_argument_spec
from .filter_argspec import filter_argument_spec


def argument_spec() -> dict[str, dict[str, Any]]:
    """The argument spec of the module."""
    return {
        **filter_argument_spec(),
        "timeout": {"type": "float", "default": DEFAULT_TIMEOUT},
        **api_argument_spec(),
    }


def run(params: Mapping[str, Any], check_mode: bool, warn: Callable[[str], None]) -> dict[str, Any]:
    """The result of the task, which never writes. *warn* takes one sentence for the user. Raises RemoteItError."""
    deadline = checked_deadline(params["timeout"])
    settings = Settings.from_options(params)
    devices = read_fleet(settings, FleetFilter.from_options(params), params["account"], deadline, warn)
    return {"changed": False, "devices": [device.as_result() for device in devices]}
