# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time that passes as fast as a test wants, for the core in this process and for the simulator alike."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import pkgutil
import time
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins import module_utils
from tests.simulator.harness import Simulator

_BOOTTIME = time.CLOCK_BOOTTIME


class Hours:
    """What the core takes for the module ``time``: to sleep moves its clocks and the simulator's, and takes no time.

    So nothing has to be shortened: the core looks for what is listed late, and waits between tries, as long as ever.

    Others who live in this time are told of each *every* seconds that pass.
    """

    CLOCK_BOOTTIME = _BOOTTIME

    def __init__(self, every: float) -> None:
        self._every = every
        self._cloud: Simulator | None = None
        self._tell: Callable[[float], None] | None = None
        # forks live in the same time
        self._moved = multiprocessing.Value("d", 0.0)

    def time(self) -> float:
        return time.time() + self._moved.value

    def monotonic(self) -> float:
        return time.monotonic() + self._moved.value

    def clock_gettime(self, clock: int) -> float:
        return time.clock_gettime(clock) + self._moved.value

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            assert self._cloud is not None
            self._cloud.advance(seconds, wall=True)
            while seconds > 0:
                passing = min(seconds, self._every)
                with self._moved.get_lock():
                    self._moved.value += passing
                # Not with the lock: they ask what time it is, from other threads as well.
                if self._tell:
                    self._tell(passing)
                seconds -= passing

    def strftime(self, form: str) -> str:
        return time.strftime(form, time.localtime(self.time()))

    def restart(self, cloud: Simulator, tell: Callable[[float], None]) -> None:
        """Begin at the time that it really is, with a *cloud* that was reset; *tell* is called with seconds that passed."""
        self._cloud = cloud
        self._tell = tell
        self._moved.value = 0.0

    def rule(self, patch: pytest.MonkeyPatch) -> None:
        """Have all modules of the core live in this time, also those that it imports only where they are needed."""
        for found in pkgutil.walk_packages(module_utils.__path__, f"{module_utils.__name__}."):
            module = importlib.import_module(found.name)
            if vars(module).get("time") is time:
                patch.setattr(module, "time", self)
        self._rule_files(patch)

    def _rule_files(self, patch: pytest.MonkeyPatch) -> None:
        """Have files be touched, and written to where that is said, in this time: the kernel knows another one."""
        utime, pwrite = os.utime, os.pwrite

        def touch(path: Any, times: Any = None, **more: Any) -> None:
            utime(path, times if times or more else (self.time(), self.time()), **more)

        def write(descriptor: int, *what: Any) -> int:
            written = pwrite(descriptor, *what)
            touch(descriptor)
            return written

        patch.setattr(os, "utime", touch)
        patch.setattr(os, "pwrite", write)

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"time.{name} is not known here")
