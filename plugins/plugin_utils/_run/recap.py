# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run did to the connections of each service, and what it leaves open: as data, and as lines for people."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ...module_utils._base.dates import from_iso8601, iso8601
from ...module_utils._base.text import printable
from ...module_utils._model.connection import Connection
from ...module_utils._registry.journal import CLOSED, OPENED, REUSED, Event

ON_REQUEST = "on_request"
END_OF_RUN = "end_of_run"
WITH_SSH = "with_ssh"

_TITLE = "REMOTE.IT RECAP ***"


def recap(
    events: Iterable[Event], hosts: Mapping[str, Iterable[str]], holder: str, ssh_ends: bool = False
) -> list[dict[str, Any]]:
    """One dict for each service, in the order of their hosts' names; *holder* is the name of the run as a holder.

    *ssh_ends* is whether SSH connections end with the run.

    *hosts* are those that each service is known to be. A host for which a task opened or reused a connection is
    another one.
    """
    counts: dict[str, Counter[str]] = {}
    names = {service_id: set(known) for service_id, known in hosts.items()}
    left: dict[str, dict[str, Connection]] = {}
    closed: set[str] = set()
    for event in events:
        there = left.setdefault(event.service_id, {})
        # What SSH used may be noted by who closed it, and again when SSH ends.
        if event.what == CLOSED and event.connection_id in closed:
            continue
        counts.setdefault(event.service_id, Counter())[event.what] += 1
        if event.what == CLOSED:
            there.pop(event.connection_id, None)
            closed.add(event.connection_id)
        elif event.connection is not None:
            there[event.connection_id] = event.connection
            if event.host:
                names.setdefault(event.service_id, set()).add(event.host)
    services = [
        {
            "service_id": service_id,
            "hosts": sorted(names.get(service_id, ())),
            **{what: count[what] for what in (OPENED, REUSED, CLOSED)},
            "open": [_open(connection, holder, ssh_ends) for connection in left[service_id].values()],
        }
        for service_id, count in counts.items()
    ]
    return sorted(services, key=lambda service: (service["hosts"], service["service_id"]))


class Run:
    """A run of Ansible, as those who read what it wrote tell it from others.

    :ivar id: which no other run has, anywhere
    :ivar playbooks: the names of its files, as they were given, in their order
    :ivar began: in seconds since the epoch
    """

    def __init__(self, began: float) -> None:
        self.id = str(uuid.uuid4())
        self.playbooks: list[str] = []
        self.began = began

    def as_data(self, ended: float) -> dict[str, Any]:
        """What is written of a run that *ended* then, in seconds since the epoch."""
        return {"id": self.id, "playbooks": self.playbooks, "began": iso8601(self.began), "ended": iso8601(ended)}

    def meanwhile(self, written: Mapping[str, Any]) -> str:
        """Name the run that has *written* this if it is another one that ended while this one lasted, else empty."""
        try:
            other = written["run"]
            if other["id"] == self.id or from_iso8601(other["ended"]) <= self.began:
                return ""
            return printable(f"{', '.join(other['playbooks'])}, {other['began']} to {other['ended']}")
        except (AttributeError, KeyError, TypeError, ValueError):
            return ""


def events_as_data(events: Iterable[Event]) -> list[dict[str, Any]]:
    """What happened when, one dict for each event."""
    return [
        {"at": iso8601(event.at), "event": event.what, "service_id": event.service_id, "id": event.connection_id}
        for event in events
    ]


def lines(services: Iterable[Mapping[str, Any]], columns: int) -> list[str]:
    """A title of so many *columns*, as Ansible writes them, and a line for each service of recap()."""
    named = [(" ".join([*service["hosts"], service["service_id"]]), service) for service in services]
    width = max((len(name) for name, _service in named), default=0)
    return ["", _TITLE.ljust(columns, "*"), *(f"{name:<{width}} : {_words(service)}" for name, service in named)]


def lines_of_others(others: Iterable[Mapping[str, Any]], services: Iterable[Mapping[str, Any]]) -> list[str]:
    """A line for each of the connections of *others*; *services* are those of recap()."""
    names = {service["service_id"]: " ".join([*service["hosts"], service["service_id"]]) for service in services}
    return [f"{names[one['service_id']]} : {_words_of(one)}" for one in others]


def _open(connection: Connection, holder: str, ssh_ends: bool) -> dict[str, Any]:
    with_run = ssh_ends or holder in connection.holders
    return {
        "id": connection.id,
        "access": connection.access_in_force,
        "client_ip": connection.client_ip,
        "expires_at": iso8601(connection.expires_at),
        "closes": ON_REQUEST if connection.kept else END_OF_RUN if with_run else WITH_SSH,
    }


def _words(service: Mapping[str, Any]) -> str:
    numbers = "".join(f"{f'{what}={service[what]}':<12}" for what in (OPENED, REUSED, CLOSED))
    until = {END_OF_RUN: "the end of the run", WITH_SSH: "SSH leaves it"}
    left = [f"open until {until.get(one['closes'], one['expires_at'])}" for one in service["open"]]
    return (numbers + ", ".join(left)).rstrip()


def _words_of(one: Mapping[str, Any]) -> str:
    who = one["by"] or "somebody"
    began = f" since {one['began']}" if one["began"] else ""
    ended = f" until {one['ended']}" if one["ended"] else ""
    return f"{who} was connected{began}{ended}" if ended else f"{who} has been connected{began}"
