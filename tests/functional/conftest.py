# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A lab for all tests of a worker, put back to its beginning before each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab import redis_fixtures
from tests.lab.lab import Lab
from tests.simulator.harness import Simulator

from .fleet_lab import Fleet, example_devices, simulator_config
from .registries import LabRegistry

started_redis, redis_server = redis_fixtures.started_redis, redis_fixtures.redis_server


@pytest.fixture(scope="session")
def started_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The lab of this worker."""
    with Lab(tmp_path_factory.mktemp("lab"), ("pi-kitchen", "pi-garage")) as lab:
        yield lab


@pytest.fixture
def lab(started_lab: Lab) -> Lab:
    """The lab with nothing open, nothing remembered and no fault switched on."""
    started_lab.reset()
    return started_lab


@pytest.fixture(scope="session")
def fleet_cloud(started_lab: Lab) -> Iterator[Simulator]:
    """The simulator that has the fleet."""
    with Simulator(simulator_config(example_devices(started_lab.devices))) as cloud:
        yield cloud


@pytest.fixture
def fleet(lab: Lab, fleet_cloud: Simulator) -> Fleet:
    """The fleet with nothing open and nothing remembered."""
    fleet_cloud.reset()
    return Fleet(lab, fleet_cloud)


@pytest.fixture(params=["directory", "redis"])
def registry(lab: Lab, request: pytest.FixtureRequest) -> LabRegistry:
    """A registry with nothing in it: a test that asks for one is run with each."""
    return LabRegistry(lab, request.getfixturevalue("redis_server") if request.param == "redis" else None)
