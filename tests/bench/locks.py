# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether anybody starves where a hundred processes want the same lock again and again."""

from __future__ import annotations

import itertools
import json
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
        yield from _rows("a directory", str(Path(directory) / "registry"))
        if is_installed():
            with RedisServer(Path(directory) / "redis") as server:
                yield from _rows("Redis", server.url)


def _rows(where: str, place: str) -> Iterator[Row]:
    waits = _waits(place)
    turns = [len(some) for some in waits]
    mean = statistics.mean(turns)
    how = f"{_PROCESSES} processes for {_SECONDS:g} s, {sum(turns)} turns"
    name = f"turns at one lock in {where}, who had the fewest : the mean"
    yield Row(name, min(turns) / mean, min(turns) / mean, max(turns) / mean, "x", 0.2, how, at_least=True)
    longest = [max(some) / statistics.mean(itertools.chain(*waits)) for some in waits]
    name = f"waits for one lock in {where}, the longest : the mean"
    yield Row(name, max(longest), min(longest), max(longest), "x", 25, how)


def _waits(place: str) -> list[list[float]]:
    """For how long each of the processes waited for the lock, each time that it had it."""
    reading, writing = os.pipe()
    end = time.monotonic() + _SECONDS
    for _process in range(_PROCESSES):
        if not os.fork():
            try:
                os.write(writing, json.dumps(_take_turns(place, end)).encode() + b"\n")
            finally:
                os._exit(0)
    os.close(writing)
    with open(reading, encoding="ascii") as lines:
        waits = [json.loads(line) for line in lines]
    for _process in range(_PROCESSES):
        os.wait()
    return waits


def _take_turns(place: str, end: float) -> list[float]:
    assert conftest.ROOT.exists(), "importing it makes the collection importable"
    from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
    from ansible_collections.community.remoteit.plugins.module_utils._registry.registry import Registry
    from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings

    say: Callable[[str], None] = print
    registry = Registry(Settings.from_options({"registry": place}, environment("/nowhere")), say)
    waits = []
    while (asked := time.monotonic()) < end:
        with registry.locked(SERVICE_ID, Deadline(60)):
            waits.append(time.monotonic() - asked)
            time.sleep(_HOLD)
    return waits
