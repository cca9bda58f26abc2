# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator for all tests of a worker, put back to its beginning before each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.resilience.engine.history", "tests.resilience.engine.machine")

from tests.lab import redis_fixtures
from tests.lab.redis_server import RedisServer
from tests.lab.site import Site, configuration
from tests.lab.target import answering_target
from tests.simulator.harness import Simulator

from .engine.cells import Bench
from .fault_table import bench

started_redis = redis_fixtures.started_redis


@pytest.fixture(scope="session")
def _cloud() -> Iterator[Simulator]:
    with answering_target() as target, Simulator(configuration(target)) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def plain_bench() -> Iterator[Bench]:
    """A simulator with places for many cells, which behaves as usual."""
    with ExitStack() as stack:
        yield bench(stack)


@pytest.fixture
def redis_server(started_redis: RedisServer) -> RedisServer:
    """A Redis server with nothing in it, with which somebody has been in touch for a while."""
    started_redis.client().flushall()
    started_redis.in_touch()
    return started_redis


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What is marked either_registry is shown with the registry in a directory and with the one in Redis."""
    if "site" in metafunc.fixturenames and metafunc.definition.get_closest_marker("either_registry"):
        metafunc.parametrize("site", ["file", "redis"], indirect=True)


@pytest.fixture
def site(_cloud: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Site:
    """The site with nothing open, nothing remembered and no fault switched on."""
    _cloud.reset()
    in_redis = getattr(request, "param", "file") == "redis"
    return Site(_cloud, tmp_path, request.getfixturevalue("redis_server").url if in_redis else None)
