# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a registry in Redis costs, beside bare calls of redis-py, and what it takes to import what speaks to Redis."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests import conftest
from tests.lab.redis_server import RedisServer, is_installed

from .collections import collection_path
from .measure import Cost, Row, cost, in_turns, row, usual_environ
from .registry import environment

_ROUNDS = 15
_CALLS = 300
_RECORD = b"x" * 700
_MODULES = "ansible_collections.community.remoteit.plugins.module_utils"
# What every start of the collection imports comes first.
_PROGRAM = f"""
import {_MODULES}._settings.settings, {_MODULES}._registry.registry
{{}}
"""


def rows() -> Iterator[Row]:
    """The rows of the store and of its import; none where there is no Redis."""
    if is_installed():
        with tempfile.TemporaryDirectory() as directory, RedisServer(Path(directory) / "redis") as server:
            yield from _operations(server)
    yield from _import()


def _operations(server: RedisServer) -> Iterator[Row]:
    assert conftest.ROOT.exists(), "importing it makes the collection importable"
    from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
    from ansible_collections.community.remoteit.plugins.module_utils._registry.redis_store import RedisStore
    from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings

    soon = Deadline(3600)
    store = RedisStore(Settings.from_options({"registry": server.url}, environment("/nowhere")), "bench")
    bare = server.client()

    def write() -> None:
        with store.locked("a", soon):
            store.write("a", _RECORD, soon)

    def write_bare() -> None:
        # As many questions as the store asks: lock, read, write, unlock.
        bare.set("lock", "token", nx=True, px=15_000)
        bare.hget("bare", "a")
        bare.hset("bare", "a", _RECORD.decode())
        bare.delete("lock")

    write()
    write_bare()
    pairs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "a read of the registry in Redis : hget of redis-py": (
            lambda: store.read("a", soon),
            lambda: bare.hget("bare", "a"),
        ),
        "lock, write, unlock in Redis : the same with redis-py": (write, write_bare),
    }
    for name, (ours, theirs) in pairs.items():
        ratios = [_seconds(ours) / _seconds(theirs) for _round in range(_ROUNDS)]
        yield row(name, ratios, "x", 3, f"{_ROUNDS} rounds of {_CALLS} calls")


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    for _call in range(_CALLS):
        work()
    return time.perf_counter() - begun


def _import() -> Iterator[Row]:
    path = Path(collection_path().split(os.pathsep, maxsplit=1)[0])
    environ = {**usual_environ(), "PYTHONPATH": str(path)}

    def python(line: str) -> Callable[[], Cost]:
        return lambda: cost([sys.executable, "-c", _PROGRAM.format(line)], environ, path)

    measured = in_turns(
        _ROUNDS,
        without=python("pass"),
        ours=python(f"import {_MODULES}._registry.redis_store"),
        theirs=python("import redis"),
    )
    for who, name in (("ours", "what speaks to Redis"), ("theirs", "redis-py instead")):
        over = [(each[who].cpu - each["without"].cpu) * 1000 for each in measured]
        bound = 60 if who == "ours" else 1000
        yield row(f"importing {name}, CPU", over, "ms", bound, f"{_ROUNDS} rounds, over a registry in a directory")
