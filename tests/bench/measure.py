# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What programs cost, measured in turns, so that whatever else the machine does falls on all of them alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """CPU and wall time of a program with all its children, in seconds, and its own greatest memory in MiB."""

    cpu: float
    wall: float
    memory: float


@dataclass(frozen=True)
class Row:
    """One line of the table.

    *figure* is what was measured, *low* and *high* its spread, *bound* what it should not be above, or with *at_least*
    not below. *how* tells of what and how often.
    """

    name: str
    figure: float
    low: float
    high: float
    unit: str
    bound: float
    how: str
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the figure is within its bound."""
        return self.figure >= self.bound if self.at_least else self.figure <= self.bound


# A process that is begun counts the memory of whoever began it as its own, and a benchmark may hold a large fleet: so it
# is begun by one that holds nothing.
_LAUNCHER = """
import os, sys
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_pid, status, usage = os.wait4(pid, 0)
os.write(int(sys.argv[1]), f"{usage.ru_utime + usage.ru_stime} {usage.ru_maxrss}".encode())
sys.exit(os.waitstatus_to_exitcode(status) != 0)
"""


def cost(command: Sequence[str | Path], environ: Mapping[str, str], cwd: Path) -> Cost:
    """What *command*, which begins with a path, costs; it must succeed. Raises RuntimeError with what it wrote."""
    begun = time.monotonic()
    reading, writing = os.pipe()
    with open(reading, encoding="ascii") as usage:
        try:
            done = subprocess.run(
                [sys.executable, "-ISc", _LAUNCHER, str(writing), *command],
                env=environ,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[writing],
                check=False,
            )
        finally:
            os.close(writing)
        wall = time.monotonic() - begun
        if done.returncode:
            raise RuntimeError(f"{command} failed:\n{done.stdout.decode()}")
        cpu, memory = usage.read().split()
    return Cost(float(cpu), wall, int(memory) / 1024)


def in_turns(rounds: int, warm: Collection[str] | None = None, **works: Callable[[], Cost]) -> list[dict[str, Cost]]:
    """What each of *works* costs, in every round.

    Those named in *warm*, by default all, are done once before and not counted: that fills caches for all of them.
    """
    for name in works if warm is None else warm:
        works[name]()
    return [{name: work() for name, work in works.items()} for _round in range(rounds)]


def usual_environ() -> dict[str, str]:
    """The variables of this process, without the one by which everything would be compiled each time."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def cpu_of(pid: int) -> float:
    """CPU seconds that a process has used, in all threads that it still has."""
    # nanoseconds, where all else counts in hundredths of a second
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def row(name: str, figures: Sequence[float], unit: str, bound: float, how: str, *, at_least: bool = False) -> Row:
    """The row of the median of *figures*."""
    return Row(name, statistics.median(figures), min(figures), max(figures), unit, bound, how, at_least)


def versions() -> str:
    """What was measured with."""
    return f"ansible-core {version('ansible-core')}, Python {sys.version.split()[0]}, {os.cpu_count()} CPUs"
