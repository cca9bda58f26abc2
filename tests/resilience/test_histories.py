# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No history of opening, closing, losing and killing leaves anything open that nobody knows of, or tells a lie.

A short form runs with the other tests, the same each time. EXAMPLES asks for so many at random, see ``make properties``.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from ansible_collections.community.remoteit.plugins.module_utils._connections import sweep
from tests.lab.target import answering_target

from .engine.history import RENEW_EVERY, Place
from .engine.history_world import WORLDS, world
from .engine.hours import Hours
from .engine.machine import STEPS, Machine
from .engine.near_cloud import NearCloud
from .engine.registries import Directories, Registries, Servers

_EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
_FORM = settings(
    max_examples=_EXAMPLES or 14,
    # one is spent on the beginning
    stateful_step_count=STEPS + 1,
    derandomize=not _EXAMPLES,
    deadline=None,
    database=None,
    # to make a history shorter would take longer than to read it
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(params=["file", "redis"])
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Place]:
    """One simulator for each world, whose time is ours, and a registry."""
    registries: Registries = Directories(tmp_path / "registries")
    if request.param == "redis":
        registries = Servers(request.getfixturevalue("redis_server"))
    for name in [name for name in os.environ if name.startswith(("R3_", "REMOTEIT_"))]:
        monkeypatch.delenv(name)
    hours = Hours(RENEW_EVERY)
    hours.rule(monkeypatch)
    # Time that one thread sleeps away would be missing to the others.
    monkeypatch.setattr(sweep, "_AT_A_TIME", 1)
    with contextlib.ExitStack() as stack:
        target = stack.enter_context(answering_target())
        clouds = {name: stack.enter_context(NearCloud(world(target, **kind))) for name, kind in WORLDS.items()}
        yield Place(clouds, hours, tmp_path / "history", registries)


def test_histories(place: Place) -> None:
    begun = time.monotonic()
    try:
        # any callable will do, whatever the types of hypothesis say
        run_state_machine_as_test(lambda: Machine(place), settings=_FORM)  # type: ignore[arg-type]
    finally:
        print(f"\nin {time.monotonic() - begun:.0f} seconds:")
        for what, count in sorted(place.counts.items()):
            print(f"{count:8} {what}")
