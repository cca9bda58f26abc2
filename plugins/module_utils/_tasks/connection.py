# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task ``remoteit_connection``: options in, result out. The module and the action plugin both run it."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from .._base.errors import OptionError, RemoteItError
from .._connections.connections import Connections
from .._model.access import Access
from .._model.connection import REVERSE, Connection
from .._model.wanted import DEFAULT_MIN_REMAINING, DEFAULT_VERIFY_AFTER, Wanted
from .._settings.checks import checked_connection_id, checked_deadline, checked_seconds
from .._settings.settings import DEFAULT_TIMEOUT, Settings
from .argspec import access_argument_spec, api_argument_spec, service_argument_spec
from .connection_one import close_one, open_one, with_diff
from .service import EXCLUSIVE, ONE_OF, chosen_service

PRESENT = "present"
ABSENT = "absent"

NEVER = "never"
AT_END = "at_end"

FAIL = "fail"
CONTINUE = "continue"
DEFAULT_CONCURRENCY = 16

# Told how many are done, and how many there are.
Progress = Callable[[int, int], None]


class Watch(Protocol):
    """What closes at the end of the run what was opened for it."""

    def watch(self, settings: Settings) -> str:
        """Have the account of *settings* swept; the run's name as a holder. Raises RemoteItError."""

    def remember(self, settings: Settings, connection: Connection, opened: bool) -> None:
        """Have *connection*, which was claimed, and *opened* for that or not, closed then if the run is to hold it."""


RULES = {
    "mutually_exclusive": [
        ["hostip", "access"],
        ["hostip", "client_ip"],
        *(["services", name] for name in (*ONE_OF, "service")),
        *EXCLUSIVE,
    ],
    "required_one_of": [[*ONE_OF, "services"]],
}


def argument_spec() -> dict[str, dict[str, Any]]:
    """The argument spec of the module."""
    return {
        **service_argument_spec(),
        "services": {"type": "list", "elements": "raw"},
        "concurrency": {"type": "int", "default": DEFAULT_CONCURRENCY},
        "on_error": {"type": "str", "choices": [FAIL, CONTINUE], "default": FAIL},
        "state": {"type": "str", "choices": [PRESENT, ABSENT], "default": PRESENT},
        "connection_id": {"type": "str"},
        **access_argument_spec(),
        "hostip": {"type": "str"},
        "wait": {"type": "bool", "default": True},
        "timeout": {"type": "float", "default": DEFAULT_TIMEOUT},
        "min_remaining": {"type": "int", "default": DEFAULT_MIN_REMAINING},
        "verify_after": {"type": "int", "default": DEFAULT_VERIFY_AFTER},
        "force": {"type": "bool", "default": False},
        "set_host_vars": {"type": "bool", "default": False},
        "close": {"type": "str", "choices": [NEVER, AT_END]},
        **api_argument_spec(),
    }


def no_progress(_done: int, _total: int) -> None:
    """Tell nobody."""


def run(
    params: Mapping[str, Any],
    check_mode: bool,
    warn: Callable[[str], None],
    watch: Watch | None = None,
    progress: Progress = no_progress,
) -> dict[str, Any]:
    """The result of the task. *warn* takes one sentence for the user. Raises RemoteItError.

    *watch* is None where the run cannot be watched. *progress* is told how many services of how many are done.
    """
    deadline = checked_deadline(params["timeout"])
    if params["close"] == AT_END and watch is None:
        raise OptionError("close=at_end can be kept in the controller only: leave out close, or async and delegate_to.")
    _check_combinations(params)
    settings = Settings.from_options(params)
    wanted = None
    if params["state"] == PRESENT:
        wanted = _wanted(params, settings, None if check_mode else watch)
    remember = None if watch is None else functools.partial(watch.remember, settings)
    connections = Connections(settings, warn, check_mode=check_mode, remember=remember)
    if params["services"] is not None:
        from .connection_many import Bulk, run_many  # most tasks are about one service

        bulk = Bulk(params["concurrency"], params["on_error"] == FAIL, deadline, check_mode, warn, progress)
        return run_many(params, wanted, connections, bulk)
    service_id = chosen_service(params, connections, deadline, to_connect=wanted is not None)
    if wanted is None:
        return with_diff(close_one(connections, service_id, params["connection_id"], deadline))
    served = open_one(connections, service_id, wanted, deadline)
    opened = served.outcome.connection
    if params["set_host_vars"] and opened is not None and opened.type == REVERSE:
        if served.outcome.is_new:
            connections.absent(service_id, deadline, opened.id)
        raise OptionError(
            f"set_host_vars=true needs a service that SSH can use, but {service_id} is an HTTP(S) service behind a "
            "reverse proxy: leave set_host_vars out."
        )
    return with_diff(served)


def _wanted(params: Mapping[str, Any], settings: Settings, watch: Watch | None) -> Wanted:
    return Wanted(
        access=None
        if params["services"]
        else Access.from_options(params["access"], params["client_ip"], params["hostip"]),
        wait=params["wait"],
        min_remaining=checked_seconds("min_remaining", params["min_remaining"]),
        verify_after=checked_seconds("verify_after", params["verify_after"]),
        force=params["force"],
        holder=_holder(params, settings, watch),
    )


def _holder(params: Mapping[str, Any], settings: Settings, watch: Watch | None) -> str | None:
    """Whom a connection is opened for: the run, or None for somebody who will say when to close it."""
    if watch is None:
        return None
    # The variables of the host end with the run as well, and what follows in it needs no more than them.
    if (params["close"] or (AT_END if params["set_host_vars"] else NEVER)) == AT_END:
        return watch.watch(settings)
    # What a run left behind that was killed is closed all the same, if that can be had.
    with contextlib.suppress(RemoteItError):
        watch.watch(settings)
    return None


def _check_combinations(params: Mapping[str, Any]) -> None:
    if params["services"] is not None:
        for option in ("connection_id", "set_host_vars"):
            if params[option]:
                raise OptionError(f"{option} is about one service: set service_id, or leave {option} out.")
    if params["state"] == PRESENT:
        if params["connection_id"] is not None:
            raise OptionError(
                "connection_id names a connection to close: set state=absent, or leave connection_id out."
            )
        return
    if params["close"] == AT_END:
        raise OptionError(f"close={AT_END} says when to close what is opened: set state=present, or leave close out.")
    if params["set_host_vars"]:
        raise OptionError("set_host_vars=true needs an open connection: set state=present, or leave set_host_vars out.")
    if params["connection_id"] is not None:
        checked_connection_id(params["connection_id"])
