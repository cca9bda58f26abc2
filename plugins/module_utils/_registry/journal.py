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
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .._model.connection import Connection

if TYPE_CHECKING:
    from .._model.session import Session

ENV = "REMOTEIT_JOURNAL"
# The host that a task works for, while it does.
ENV_HOST = "REMOTEIT_JOURNAL_HOST"

OPENED = "opened"
REUSED = "reused"
CLOSED = "closed"

_here = threading.local()


class Event(NamedTuple):
    """One line. *at* is in seconds since the epoch; *connection* is None where only its id is known.

    *host* is the name of the host that a task did it for, empty where no task did it.
    """

    what: str
    at: float
    service_id: str
    connection_id: str
    connection: Connection | None
    host: str = ""


@contextlib.contextmanager
def kept_in(path: str) -> Iterator[None]:
    """While this lasts, what this thread does is noted in the file *path*, nowhere if that is empty, whatever the environment says."""
    _here.path = path
    try:
        yield
    finally:
        del _here.path


def is_kept() -> bool:
    """Whether anybody wants to know."""
    return bool(_path())


def _path() -> str:
    return getattr(_here, "path", None) or os.environ.get(ENV, "")


def saved(before: Sequence[Connection], after: Sequence[Connection]) -> None:
    """Note what was opened, and what is closed, where the connections of a service are other ones than *before*."""
    for connections, others, what in ((after, before, OPENED), (before, after, CLOSED)):
        known = {other.id for other in others}
        for connection in connections:
            if connection.id not in known:
                _write(what, connection.service_id, connection.id, connection)


def reused(connection: Connection) -> None:
    """Note that *connection* was used again."""
    _write(REUSED, connection.service_id, connection.id, connection)


def closed(session: Session) -> None:
    """Note that a connection is closed of which no more was known than what remote.it lists."""
    _write(CLOSED, session.service_id, session.id, None)


def read(path: str) -> Iterator[Event]:
    """The events in the order in which they were noted. Raises OSError."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            # Half a line is what a process left that was killed.
            with contextlib.suppress(ValueError):
                what, at, service_id, connection_id, record, host = json.loads(line)
                connection = None if record is None else Connection.from_record(record)
                yield Event(what, at, service_id, connection_id, connection, host)


def _write(what: str, service_id: str, connection_id: str, connection: Connection | None) -> None:
    if not is_kept():
        return
    record = None if connection is None else connection.as_record()
    host = os.environ.get(ENV_HOST, "")
    line = json.dumps([what, time.time(), service_id, connection_id, record, host]) + "\n"
    # It exists as long as somebody is interested, and nothing fails because somebody is not.
    with contextlib.suppress(OSError):
        journal = os.open(_path(), os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            os.write(journal, line.encode())
        finally:
            os.close(journal)
