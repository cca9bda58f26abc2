# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time that passes as fast as a test wants, for the core in this process and for the simulator alike."""

from __future__ import annotations

import importlib
import multiprocessing
import pkgutil
import time
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins import module_utils
from tests.simulator.harness import Simulator


class Hours:
    """What the core takes for the module ``time``: to sleep moves its clocks and the simulator's, and takes no time.

    So nothing has to be shortened: the core looks for what is listed late, and waits between tries, as long as ever.
    """

    def __init__(self) -> None:
        self._cloud: Simulator | None = None
        # forks live in the same time
        self._moved = multiprocessing.Value("d", 0.0)

    def time(self) -> float:
        return time.time() + self._moved.value

    def monotonic(self) -> float:
        return time.monotonic() + self._moved.value

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            assert self._cloud is not None
            with self._moved.get_lock():
                self._cloud.advance(seconds, wall=True)
                self._moved.value += seconds

    def strftime(self, form: str) -> str:
        return time.strftime(form, time.localtime(self.time()))

    def restart(self, cloud: Simulator) -> None:
        """Begin at the time that it really is, with a *cloud* that was reset."""
        self._cloud = cloud
        self._moved.value = 0.0

    def rule(self, patch: pytest.MonkeyPatch) -> None:
        """Have all modules of the core live in this time, also those that it imports only where they are needed."""
        for found in pkgutil.walk_packages(module_utils.__path__, f"{module_utils.__name__}."):
            module = importlib.import_module(found.name)
            if vars(module).get("time") is time:
                patch.setattr(module, "time", self)

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"time.{name} is not known here")
