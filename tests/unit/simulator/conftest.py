# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures of the simulator's tests."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests.simulator.admin_client import AdminClient
from tests.simulator.threaded import ThreadedSimulator

from .client import BOB_KEY, Client
from .targets import reversing_server
from .world import configuration

Start = Callable[..., ThreadedSimulator]


@pytest.fixture(scope="session")
def target() -> Iterator[tuple[str, int]]:
    """The address of a server that answers backwards."""
    with reversing_server() as server:
        yield "127.0.0.1", server.server_address[1]
        server.shutdown()


@pytest.fixture(scope="session")
def shared(target: tuple[str, int]) -> Iterator[AdminClient]:
    """A simulator for all tests that need no behaviour of its own."""
    with ThreadedSimulator(configuration(target)) as simulator:
        yield simulator


@pytest.fixture
def simulator(shared: AdminClient) -> AdminClient:
    """A simulator in which nothing has happened yet."""
    shared.reset()
    return shared


@pytest.fixture
def alice(simulator: AdminClient) -> Client:
    """The owner of the Pi."""
    return Client(simulator)


@pytest.fixture
def bob(simulator: AdminClient) -> Client:
    """The user the Pi is shared with."""
    return Client(simulator, BOB_KEY)


@pytest.fixture
def start(target: tuple[str, int]) -> Iterator[Start]:
    """Start a simulator with a behaviour of its own."""
    with ExitStack() as stack:

        def run(config: dict[str, Any] | None = None, **behaviour: Any) -> ThreadedSimulator:
            return stack.enter_context(ThreadedSimulator(config or configuration(target, **behaviour)))

        yield run
