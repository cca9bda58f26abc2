# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is done to connections, a line of JSON each, in a file that whoever wants to know names in the environment.

All processes that come of it write there: forks, and the ProxyCommands that ssh starts. It holds no secret.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ._model import Connection

ENV = "REMOTEIT_JOURNAL"

OPENED = "opened"
REUSED = "reused"
CLOSED = "closed"


class Event(NamedTuple):
    """One line. *at* is in seconds since the epoch; *connection* is None where only its id is known."""

    what: str
    at: float
    service_id: str
    connection_id: str
    connection: Connection | None


def used(what: str, connection: Connection) -> None:
    """Note that *connection* was opened or reused."""
    _write(what, connection.service_id, connection.id, connection)


def closed(service_id: str, connection_ids: Iterable[str]) -> None:
    """Note that the connections are closed."""
    for connection_id in connection_ids:
        _write(CLOSED, service_id, connection_id, None)


def read(path: str) -> Iterator[Event]:
    """The events in the order in which they were noted. Raises OSError."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            # Half a line is what a process left that was killed.
            with contextlib.suppress(ValueError):
                what, at, service_id, connection_id, record = json.loads(line)
                connection = None if record is None else Connection.from_record(record)
                yield Event(what, at, service_id, connection_id, connection)


def _write(what: str, service_id: str, connection_id: str, connection: Connection | None) -> None:
    path = os.environ.get(ENV)
    if not path:
        return
    record = None if connection is None else connection.as_record()
    line = json.dumps([what, time.time(), service_id, connection_id, record]) + "\n"
    # It exists as long as somebody is interested, and nothing fails because somebody is not.
    with contextlib.suppress(OSError):
        journal = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            os.write(journal, line.encode())
        finally:
            os.close(journal)
