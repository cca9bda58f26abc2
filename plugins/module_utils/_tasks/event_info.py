# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task ``remoteit_event_info``: options in, result out. The module and the action plugin both run it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from .._fleet.event_log import Whose, read_log
from .._fleet.lookout import ASKED
from .._settings.checks import checked_deadline
from .._settings.settings import DEFAULT_TIMEOUT, Settings
from .argspec import api_argument_spec
from .asked_devices import asked_for
from .event_options import most_of, query_of

DEFAULT_SINCE = "1d"
DEFAULT_MOST = 1000
_DAY = 86400

RULES = {"mutually_exclusive": [list(ASKED)]}


def argument_spec() -> dict[str, dict[str, Any]]:
    """The argument spec of the module."""
    return {
        "since": {"type": "str", "default": DEFAULT_SINCE},
        "until": {"type": "str"},
        "types": {"type": "list", "elements": "str"},
        **{name: {"type": "list", "elements": "str"} for name in ASKED},
        "account": {"type": "str"},
        "max_items": {"type": "int", "default": DEFAULT_MOST},
        "addresses": {"type": "bool", "default": False},
        "timeout": {"type": "float", "default": DEFAULT_TIMEOUT},
        **api_argument_spec(),
    }


def run(params: Mapping[str, Any], check_mode: bool, warn: Callable[[str], None]) -> dict[str, Any]:
    """The result of the task, which never writes. *warn* takes one sentence for the user. Raises RemoteItError."""
    now = time.time()
    deadline = checked_deadline(params["timeout"])
    query, most = query_of(params, now), most_of(params)
    asked = () if all(params[name] is None for name in ASKED) else asked_for(params)
    log = read_log(Settings.from_options(params), Whose(params["account"], *asked), query, most, deadline, warn)
    if log.days is not None and query.since < now - log.days * _DAY:
        warn(f"The plan of this account keeps events for {log.days} days, so older ones are missing.")
    return {
        "changed": False,
        "events": [event.as_result(query.addresses) for event in log.events],
        "complete": log.complete,
        "log_days": log.days,
    }
