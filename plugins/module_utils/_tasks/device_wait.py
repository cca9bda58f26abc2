# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task ``remoteit_device_wait``: options in, result out. The module and the action plugin both run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .._base.clock import Deadline
from .._base.errors import OutOfTimeError
from .._base.text import enumerated
from .._fleet.filter import ONLINE, STATES
from .._fleet.lookout import ASKED, DEVICE_IDS, DEVICES, SERVICE_IDS, Lookout
from .._fleet.presence import Presence
from .._fleet.waiting import Waited, wait_until
from .._settings.checks import check_any_given
from .._settings.settings import Settings
from .argspec import api_argument_spec
from .asked_devices import asked_for
from .wait_options import pace_of, since_of

FAIL = "fail"
CONTINUE = "continue"

# Seconds.
DEFAULT_TIMEOUT = 300
DEFAULT_INTERVAL = 15

RULES = {"mutually_exclusive": [list(ASKED)], "required_one_of": [list(ASKED)]}


def argument_spec() -> dict[str, dict[str, Any]]:
    """The argument spec of the module."""
    return {
        DEVICE_IDS: {"type": "list", "elements": "str"},
        SERVICE_IDS: {"type": "list", "elements": "str"},
        DEVICES: {"type": "list", "elements": "str"},
        "account": {"type": "str"},
        "state": {"type": "str", "choices": list(STATES), "default": ONLINE},
        "timeout": {"type": "float", "default": DEFAULT_TIMEOUT},
        "interval": {"type": "float", "default": DEFAULT_INTERVAL},
        "delay": {"type": "float", "default": 0},
        "since": {"type": "str"},
        "on_timeout": {"type": "str", "choices": [FAIL, CONTINUE], "default": FAIL},
        **api_argument_spec(),
    }


def run(params: Mapping[str, Any], check_mode: bool, warn: Callable[[str], None]) -> dict[str, Any]:
    """The result of the task, which never writes. *warn* takes one sentence for the user. Raises RemoteItError.

    In *check_mode*, it looks once, and does not fail because of what it sees.
    """
    check_any_given(params, ASKED)
    option, asked = asked_for(params)
    presence = Presence(asked, params["state"] == ONLINE, since_of(params))
    settings = Settings.from_options(params)
    pace = pace_of(params, check_mode, settings.request_timeout)
    lookout = Lookout(settings, option, asked, params["account"], warn)

    def is_right(deadline: Deadline) -> bool:
        presence.take(lookout.look(deadline), lookout.ahead())
        return not presence.missing()

    waited = wait_until(is_right, pace)
    result = {
        "changed": False,
        "devices": [device.as_result() for device in presence.seen()],
        "missing": presence.missing(),
        "waited": round(waited.seconds),
    }
    if result["missing"] and params["on_timeout"] == FAIL and not check_mode:
        return {**_failure(presence, params, waited).as_result(), **result}
    if waited.failure is not None:
        warn(f"The last look at remote.it failed, so what is told of devices is older: {waited.failure}")
    return result


def _failure(presence: Presence, params: Mapping[str, Any], waited: Waited) -> OutOfTimeError:
    last = "" if waited.failure is None else f" The last look at remote.it failed: {waited.failure}"
    return OutOfTimeError(
        f"Not {params['state']} within {params['timeout']:g} seconds: {enumerated(map(presence.why, presence.missing()))}; "
        f"raise timeout, or set on_timeout=continue to go on without them.{last}"
    )
