# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether anybody starves where a hundred processes want the same lock again and again."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests import conftest
from tests.lab.redis_server import RedisServer, is_installed

from .measure import Row
from .registry import SERVICE_ID, environment

_PROCESSES = 100
_SECONDS = 20.0
# About what it takes to write down an opened connection.
_HOLD = 0.002


def rows() -> Iterator[Row]:
    """The rows of both kinds of registry."""
    with tempfile.TemporaryDirectory() as directory:
        yield _row("a directory", str(Path(directory) / "registry"))
        if is_installed():
            with RedisServer(Path(directory) / "redis") as server:
                yield _row("Redis", server.url)


def _row(where: str, place: str) -> Row:
    turns = _turns(place)
    mean = statistics.mean(turns)
    how = f"{_PROCESSES} processes for {_SECONDS:g} s, {sum(turns)} turns"
    name = f"turns at one lock in {where}, who had the fewest : the mean"
    return Row(name, min(turns) / mean, min(turns) / mean, max(turns) / mean, "x", 0.1, how, at_least=True)


def _turns(place: str) -> list[int]:
    """How often each of the processes had the lock."""
    reading, writing = os.pipe()
    end = time.monotonic() + _SECONDS
    for _process in range(_PROCESSES):
        if not os.fork():
            try:
                os.write(writing, f"{_take_turns(place, end)}\n".encode())
            finally:
                os._exit(0)
    os.close(writing)
    for _process in range(_PROCESSES):
        os.wait()
    with open(reading, encoding="ascii") as counts:
        return [int(count) for count in counts]


def _take_turns(place: str, end: float) -> int:
    assert conftest.ROOT.exists(), "importing it makes the collection importable"
    from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
    from ansible_collections.community.remoteit.plugins.module_utils._registry.registry import Registry
    from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings

    say: Callable[[str], None] = print
    registry = Registry(Settings.from_options({"registry": place}, environment("/nowhere")), say)
    count = 0
    while time.monotonic() < end:
        with registry.locked(SERVICE_ID, Deadline(60)):
            time.sleep(_HOLD)
        count += 1
    return count
