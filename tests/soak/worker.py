# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A process that takes one ticket after the other and does what it stands for, until there are none left."""

from __future__ import annotations

import gc
import json
import os
import struct
import time
import traceback
from pathlib import Path
from typing import Any

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RemoteItError

from .operations import REQUEST_TIMEOUT, Operation

_TICKET = struct.Struct("I")
# What still waits for an answer lets go of its socket when its time is over.
_SETTLE = 2.0 * REQUEST_TIMEOUT + 1


class Tickets:
    """The numbers from 0 to *count*, each of which only one process gets. They fit into a pipe."""

    MOST = 65536 // _TICKET.size

    def __init__(self, count: int) -> None:
        self._reader, writer = os.pipe()
        os.write(writer, b"".join(map(_TICKET.pack, range(count))))
        os.close(writer)

    def take(self) -> int | None:
        """The next number, None when there is none left."""
        ticket = os.read(self._reader, _TICKET.size)
        return int(_TICKET.unpack(ticket)[0]) if ticket else None

    def withdraw(self) -> int:
        """Take all that are left; how many those were."""
        left = 0
        while tickets := os.read(self._reader, 65536):
            left += len(tickets) // _TICKET.size
        return left


def work(seed: int, tickets: Tickets, options: dict[str, Any], diary: Path) -> None:
    """Do operations, and write a line of JSON about each, and one about this process, to *diary*."""
    with diary.open("a", encoding="utf-8", buffering=1) as file:
        begun_with = peak = _descriptors()
        while (number := tickets.take()) is not None:
            file.write(json.dumps(_done(seed, number, options)) + "\n")
            peak = max(peak, _descriptors())
        more = _more_descriptors(begun_with)
        file.write(json.dumps({"peak": peak, "more": more}) + "\n")


def _done(seed: int, number: int, options: dict[str, Any]) -> dict[str, Any]:
    begun = time.monotonic()
    operation = Operation(seed, number, options)
    entry: dict[str, Any] = {"number": number, "kind": operation.kind}
    try:
        entry["outcome"] = operation.run()
    except RemoteItError as error:
        entry |= {"outcome": "error", "error": type(error).__name__, "sentence": str(error)}
    except Exception:  # noqa: BLE001  # whatever it is, it is what a soak looks for
        entry |= {"outcome": "crash", "trace": traceback.format_exc()}
    return {**entry, "seconds": time.monotonic() - begun}


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def _more_descriptors(begun_with: int) -> int:
    """How many descriptors there are that were not there at the beginning, once all has come to rest."""
    end = time.monotonic() + _SETTLE
    while True:
        gc.collect()
        more = _descriptors() - begun_with
        if more <= 0 or time.monotonic() > end:
            return more
        time.sleep(0.1)
