# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a process left open, and how the user is told: it has ended, and the next one who comes closes it, or it could not."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from .._base.errors import AnswerLostError, RemoteItError
from .._model.connection import Connection
from .._model.wanted import is_unneeded


def left_behind(before: Iterable[Connection], closed: Collection[str], holder: str | None) -> list[str]:
    """A sentence for each connection of *before* that is *closed* now, by its id, and was needed by nobody, nor held by *holder*."""
    return [
        f"Connection {item.id} to {item.service_id} {_why(item)}, and was closed."
        for item in before
        if item.id in closed and is_unneeded(item) and holder not in item.holders
    ]


def was_left_open(error: RemoteItError) -> str:
    """How to say that *error* kept a connection from being closed: without an answer, it may be closed all the same."""
    return "may have been left open" if isinstance(error, AnswerLostError) else "was left open"


def _why(connection: Connection) -> str:
    return "was to be closed before" if connection.closing else "was left behind by a process that has ended"
