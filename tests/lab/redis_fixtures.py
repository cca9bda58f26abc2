# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server of Redis, and one of Valkey, for all tests of a worker, emptied before each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .redis_server import RedisServer, is_installed, valkey


@pytest.fixture(scope="session")
def started_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """The server of this worker."""
    if not is_installed():
        pytest.skip("there is no redis-server")
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis_server(started_redis: RedisServer) -> RedisServer:
    """The server with nothing in it."""
    started_redis.client().flushall()
    return started_redis


@pytest.fixture(scope="session")
def started_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """The server of Valkey of this worker."""
    program = valkey()
    if program is None:
        pytest.skip("there is no valkey-server")
    with RedisServer(tmp_path_factory.mktemp("valkey"), program=program) as server:
        yield server


@pytest.fixture
def valkey_server(started_valkey: RedisServer) -> RedisServer:
    """The server of Valkey with nothing in it."""
    started_valkey.client().flushall()
    return started_valkey
