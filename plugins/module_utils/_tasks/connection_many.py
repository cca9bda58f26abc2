# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task ``remoteit_connection`` for a list of services: opened or closed side by side, a result for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._base.clock import Deadline
from .._base.errors import OptionError
from .._base.text import in_short, printable
from .._connections.connections import Connections
from .._connections.many import Done, each
from .._model.access import MODES, RESTRICTED, Access
from .._model.wanted import Wanted
from .._settings.checks import checked_concurrency, checked_service_id
from .connection_one import Served, close_one, open_one

_KEYS = ("service_id", "access", "client_ip")
# What can come of a service, in the order in which it is told.
_WORDS = (
    "would be opened",
    "opened",
    "open already",
    "would be closed",
    "closed",
    "closed already",
    "failed",
    "not begun",
)


@dataclass(frozen=True)
class Bulk:
    """How many services are done at a time, whether the first failure stops and fails the task, and who is told what."""

    concurrency: int
    stops_at_failure: bool
    deadline: Deadline
    check_mode: bool
    warn: Callable[[str], None]
    progress: Callable[[int, int], None]


def run_many(params: Mapping[str, Any], wanted: Wanted | None, connections: Connections, bulk: Bulk) -> dict[str, Any]:
    """The task's result: each of ``services`` in *params* is opened as *wanted*, or without that closed.

    Raises RemoteItError for what concerns them all.
    """
    checked_concurrency(bulk.concurrency)
    asked = [
        _asked(f"item {number} of services", item, wanted, params) for number, item in enumerate(params["services"], 1)
    ]
    _check_force(asked)

    def connect(warn: Callable[[str], None]) -> Connections:
        return connections.beside(warn, prefetched)

    def serve(connections: Connections, item: tuple[str, Wanted | None]) -> Served:
        service_id, wanted = item
        if wanted is None:
            return close_one(connections, service_id, None, bulk.deadline)
        return open_one(connections, service_id, wanted, bulk.deadline)

    prefetched = connections.prefetch(asked, bulk.deadline)
    done = each(
        connect,
        asked,
        serve,
        bulk.concurrency,
        # What is to be closed must not stay open because something else does.
        until_error=bulk.stops_at_failure and wanted is not None,
        progress=lambda number: bulk.progress(number, len(asked)),
    )
    return _result([service_id for service_id, _wanted in asked], done, wanted is not None, bulk)


def _asked(where: str, item: Any, wanted: Wanted | None, params: Mapping[str, Any]) -> tuple[str, Wanted | None]:
    """The id of one item, and what is wanted of it. Raises OptionError."""
    given = dict(item) if isinstance(item, Mapping) else {"service_id": item}
    if isinstance(given.get("service_id"), int):
        # Perhaps an id without quotes, which checked_service_id() tells of.
        given["service_id"] = str(given["service_id"])
    is_plain = all(key in _KEYS and (text is None or isinstance(text, str)) for key, text in given.items())
    if not is_plain or given.get("service_id") is None:
        raise OptionError(
            f"{where}, {printable(str(item))!r}, is neither the id of a service nor a dictionary of texts with the keys "
            f"{', '.join(_KEYS)}: correct it."
        )
    try:
        service_id = checked_service_id(given["service_id"])
        return service_id, wanted and wanted._replace(access=_access(given, params))
    except OptionError as error:
        raise OptionError(f"{where}: {error}") from None


def _access(given: Mapping[str, str | None], params: Mapping[str, Any]) -> Access:
    """Who may use the connection of one item: as it says itself, or else as the task does. Raises OptionError."""
    access, client_ip = given.get("access"), given.get("client_ip")
    if access is None and client_ip is None:
        return Access.from_options(params["access"], params["client_ip"], params["hostip"])
    if access is None:
        return Access.from_options(params["access"], client_ip, None)
    if access not in MODES:
        raise OptionError(f"access={access!r} is not a mode: give one of {', '.join(MODES)}.")
    return Access.from_options(access, client_ip or params["client_ip"] if access == RESTRICTED else client_ip, None)


def _check_force(asked: Sequence[tuple[str, Wanted | None]]) -> None:
    """Raise OptionError if what is opened for one item would be closed for another."""
    counts = Counter(service_id for service_id, wanted in asked if wanted is not None and wanted.force)
    for service_id, count in counts.items():
        if count > 1:
            raise OptionError(
                f"force=true would close what it has just opened, because services lists {service_id} {count} times: "
                "list it once."
            )


def _result(service_ids: Sequence[str], done: Sequence[Done[Served]], opens: bool, bulk: Bulk) -> dict[str, Any]:
    by_id = list(zip(service_ids, done, strict=True))
    for sentence in in_short(
        warning if service_id in warning else f"{service_id}: {warning}"
        for service_id, item in by_id
        for warning in item.warnings
    ):
        bulk.warn(sentence)
    errors = [f"{service_id}: {item.error}" for service_id, item in by_id if item.error]
    message = " ".join([_count(done, opens, bulk.check_mode), *in_short(errors)])
    served = {service_id: item.value for service_id, item in by_id if item.value is not None}
    outcomes = [item.value.outcome for item in done if item.value is not None]
    whole: dict[str, Any] = {
        "changed": any(outcome.changed for outcome in outcomes),
        "closed": [connection_id for outcome in outcomes for connection_id in outcome.closed],
        "services": [_of_one(service_id, item) for service_id, item in by_id],
        "msg": message,
        # What is not known is left out.
        "diff": {
            "before": {service_id: service.before() for service_id, service in served.items()},
            "after": {service_id: service.after() for service_id, service in served.items()},
        },
    }
    if errors and bulk.stops_at_failure:
        whole["failed"] = True
        whole["error"] = next(item["error"] for item in whole["services"] if item["failed"])
    elif errors:
        bulk.warn(message)
    return whole


def _of_one(service_id: str, done: Done[Served]) -> dict[str, Any]:
    if done.value is not None:
        return {"service_id": service_id, "failed": False, "skipped": False, "error": None, **done.value.as_result()}
    skipped = {"failed": False, "error": None, "msg": "It was not begun, because another one failed."}
    return {
        "service_id": service_id,
        "skipped": done.error is None,
        "changed": False,
        "closed": [],
        **(skipped if done.error is None else done.error.as_result()),
    }


def _count(done: Sequence[Done[Served]], opens: bool, check_mode: bool) -> str:
    counts = Counter(_word(item, opens, check_mode) for item in done)
    words = [f"{counts[word]} {word}" for word in _WORDS if counts[word]]
    return f"{len(done)} services: {', '.join(words) or 'nothing to do'}."


def _word(done: Done[Served], opens: bool, check_mode: bool) -> str:
    if done.error is not None:
        return "failed"
    if done.value is None:
        return "not begun"
    if not opens:
        return ("would be closed" if check_mode else "closed") if done.value.outcome.closed else "closed already"
    if not done.value.outcome.is_new:
        return "open already"
    return "would be opened" if check_mode else "opened"
