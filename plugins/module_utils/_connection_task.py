# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task ``remoteit_connection``: options in, result out. The module and the action plugin both run it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from ._access import MODES, PUBLIC, Access
from ._argspec import DEFAULT_TIMEOUT, api_argument_spec, service_argument_spec
from ._clock import Deadline, iso8601
from ._connections import Connections, Outcome
from ._errors import OptionError, RemoteItError
from ._model import REVERSE, Connection
from ._options import checked_connection_id, checked_deadline, checked_seconds
from ._service_by_name import EXCLUSIVE, ONE_OF, chosen_service
from ._settings import Settings
from ._wanted import DEFAULT_MIN_REMAINING, DEFAULT_VERIFY_AFTER, Wanted

PRESENT = "present"
ABSENT = "absent"

NEVER = "never"
AT_END = "at_end"

Watch = Callable[[Settings], str]

RULES = {
    "mutually_exclusive": [["hostip", "access"], ["hostip", "client_ip"], *EXCLUSIVE],
    "required_one_of": [ONE_OF],
}


def argument_spec() -> dict[str, dict[str, Any]]:
    """The argument spec of the module."""
    return {
        **service_argument_spec(),
        "state": {"type": "str", "choices": [PRESENT, ABSENT], "default": PRESENT},
        "connection_id": {"type": "str"},
        "access": {"type": "str", "choices": list(MODES)},
        "client_ip": {"type": "str"},
        "hostip": {"type": "str"},
        "wait": {"type": "bool", "default": True},
        "timeout": {"type": "float", "default": DEFAULT_TIMEOUT},
        "min_remaining": {"type": "int", "default": DEFAULT_MIN_REMAINING},
        "verify_after": {"type": "int", "default": DEFAULT_VERIFY_AFTER},
        "force": {"type": "bool", "default": False},
        "set_host_vars": {"type": "bool", "default": False},
        "close": {"type": "str", "choices": [NEVER, AT_END], "default": NEVER},
        **api_argument_spec(),
    }


def run(
    params: Mapping[str, Any],
    check_mode: bool,
    warn: Callable[[str], None],
    watch: Watch | None = None,
) -> dict[str, Any]:
    """The result of the task. *warn* takes one sentence for the user. Raises RemoteItError.

    *watch* has the account of some settings swept at the end of the run, and gives the run's name as a holder. It is
    None where the run cannot be watched.
    """
    deadline = checked_deadline(params["timeout"])
    if params["close"] == AT_END and watch is None:
        raise OptionError("close=at_end can be kept in the controller only: leave out close, or async and delegate_to.")
    service_id = chosen_service(params, deadline, warn, to_connect=params["state"] == PRESENT)
    if params["state"] == ABSENT:
        return _absent(params, service_id, deadline, check_mode, warn)
    return _present(params, service_id, deadline, check_mode, warn, watch)


def _present(
    params: Mapping[str, Any],
    service_id: str,
    deadline: Deadline,
    check_mode: bool,
    warn: Callable[[str], None],
    watch: Watch | None,
) -> dict[str, Any]:
    if params["connection_id"] is not None:
        raise OptionError("connection_id names a connection to close: set state=absent, or leave connection_id out.")
    access = Access.from_options(params["access"], params["client_ip"], params["hostip"])
    settings = Settings.from_options(params)
    wanted = Wanted(
        access=access,
        wait=params["wait"],
        min_remaining=checked_seconds("min_remaining", params["min_remaining"]),
        verify_after=checked_seconds("verify_after", params["verify_after"]),
        force=params["force"],
        holder=_holder(params["close"], settings, None if check_mode else watch),
    )
    connections = Connections(settings, warn)
    outcome = connections.present(service_id, wanted, deadline, check=check_mode)
    opened = outcome.connection
    if opened is None:
        result = _predicted(service_id, access, settings.api)
    else:
        _warn_of_exposure(opened, access, warn)
        life = opened.remaining(connections.now())
        if life < wanted.min_remaining:
            warn(
                f"min_remaining={wanted.min_remaining} is more than the {life} seconds that remote.it gives a connection."
            )
        if params["set_host_vars"] and opened.type == REVERSE:
            if opened.id not in [held.id for held in outcome.before]:
                connections.absent(service_id, deadline, connection_id=opened.id)
            raise OptionError(
                f"set_host_vars=true needs a service that SSH can use, but {service_id} is an HTTP(S) service behind a "
                "reverse proxy: leave set_host_vars out."
            )
        result = opened.as_result(connections.now())
    return _result(outcome, opened is None, result)


def _holder(close: str, settings: Settings, watch: Watch | None) -> str | None:
    """Whom a connection is opened for: the run, or None for somebody who will say when to close it."""
    if watch is None:
        return None
    if close == AT_END:
        return watch(settings)
    # What a run left behind that was killed is closed all the same, if that can be had.
    with contextlib.suppress(RemoteItError):
        watch(settings)
    return None


def _absent(
    params: Mapping[str, Any], service_id: str, deadline: Deadline, check_mode: bool, warn: Callable[[str], None]
) -> dict[str, Any]:
    if params["close"] != NEVER:
        raise OptionError(
            f"close={params['close']} says when to close what is opened: set state=present, or leave close out."
        )
    if params["set_host_vars"]:
        raise OptionError("set_host_vars=true needs an open connection: set state=present, or leave set_host_vars out.")
    connection_id = params["connection_id"]
    if connection_id is not None:
        connection_id = checked_connection_id(connection_id)
    connections = Connections(Settings.from_options(params), warn)
    outcome = connections.absent(service_id, deadline, connection_id=connection_id, check=check_mode)
    return _result(outcome, False, None)


def _warn_of_exposure(connection: Connection, asked: Access, warn: Callable[[str], None]) -> None:
    if connection.type == REVERSE and asked.mode != PUBLIC:
        warn(
            f"access={asked.mode} has no effect on {connection.service_id}: the proxy of an HTTP(S) service is always "
            "public, protected by its random name alone."
        )
    elif connection.type != REVERSE and asked.mode == PUBLIC:
        warn(
            f"access=public lets anyone who finds {connection.host}:{connection.port} connect until it is closed: make "
            "sure that the service asks for a password or a key."
        )


def _predicted(service_id: str, access: Access, api: str) -> dict[str, Any]:
    """The connection that would be opened: what only remote.it can tell is None."""
    unknown = ("id", "host", "port", "url", "proxy", "type", "opened_at", "expires_at", "expires_in")
    known = {"service_id": service_id, "access": access.mode, "client_ip": access.client_ip, "api": api}
    return {**dict.fromkeys(unknown), **known}


def _result(outcome: Outcome, would_open: bool, connection: dict[str, Any] | None) -> dict[str, Any]:
    after = _for_diff(outcome.after)
    if would_open and connection is not None:
        after.append({"id": None, "access": connection["access"], "address": None, "expires_at": None})
    result: dict[str, Any] = {
        "changed": outcome.changed,
        "closed": outcome.closed,
        "diff": {"before": {"connections": _for_diff(outcome.before)}, "after": {"connections": after}},
    }
    if connection is not None:
        result["connection"] = connection
    return result


def _for_diff(connections: list[Connection]) -> list[dict[str, Any]]:
    return [
        {"id": item.id, "access": item.access_in_force, "address": item.url, "expires_at": iso8601(item.expires_at)}
        for item in connections
    ]
