# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The processes of a soak: some live to its end, the others are killed now and then and have successors."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .worker import Tickets, work

# seconds
_LIVES = (0.3, 3.0)


class Crew:
    """Processes that work; *options* are those of a task.

    :ivar killed: how many were killed
    :ivar failed: how many ended in another way before their work was done
    """

    def __init__(self, seed: int, tickets: Tickets, options: dict[str, Any], root: Path) -> None:
        self._chance = random.Random(f"{seed}/crew")
        self._work: Callable[[Path], None] = lambda diary: work(seed, tickets, options, diary)
        self._root = root
        # by process id, when each is to be killed, if it is
        self._ends: dict[int, float | None] = {}
        self.killed = 0
        self.failed = 0

    def start(self, steady: int, mortal: int) -> None:
        """Start *steady* processes that live to the end, and *mortal* ones."""
        for _number in range(steady):
            self._fork(None)
        for _number in range(mortal):
            self._fork(self._end())

    def tend(self) -> bool:
        """Kill whose time has come, and start a successor; whether any process is left."""
        for pid, end in list(self._ends.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                del self._ends[pid]
                self.failed += status != 0
            elif end is not None and time.monotonic() > end:
                self.kill(pid)
                self._fork(self._end())
        return bool(self._ends)

    def kill(self, pid: int) -> None:
        """End a process at once."""
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        del self._ends[pid]
        self.killed += 1

    def kill_all(self) -> None:
        """End all processes at once."""
        for pid in list(self._ends):
            self.kill(pid)

    def _end(self) -> float:
        return time.monotonic() + self._chance.uniform(*_LIVES)

    def _fork(self, end: float | None) -> None:
        pid = os.fork()
        if not pid:
            try:
                self._work(self._root / f"{os.getpid()}.diary")
            except BaseException:  # noqa: BLE001  # a child must never go on as its parent
                sys.excepthook(*sys.exc_info())
                os._exit(1)
            os._exit(0)
        self._ends[pid] = end
