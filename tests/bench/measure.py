# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What programs cost, measured in turns, so that whatever else the machine does falls on all of them alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
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


def cost(command: Sequence[str | Path], environ: Mapping[str, str], cwd: Path) -> Cost:
    """What *command* costs, which must succeed. Raises RuntimeError with what it wrote."""
    begun = os.times()
    with subprocess.Popen(
        command, env=environ, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        output = process.stdout.read()
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command} failed:\n{output.decode()}")
    return Cost(usage.ru_utime + usage.ru_stime, os.times().elapsed - begun.elapsed, usage.ru_maxrss / 1024)


def in_turns(rounds: int, warm: Collection[str] | None = None, **works: Callable[[], Cost]) -> list[dict[str, Cost]]:
    """What each of *works* costs, in every round.

    Those named in *warm*, by default all, are done once before and not counted: that fills caches for all of them.
    """
    for name in works if warm is None else warm:
        works[name]()
    return [{name: work() for name, work in works.items()} for _round in range(rounds)]


def row(name: str, figures: Sequence[float], unit: str, bound: float, how: str, *, at_least: bool = False) -> Row:
    """The row of the median of *figures*."""
    return Row(name, statistics.median(figures), min(figures), max(figures), unit, bound, how, at_least)


def versions() -> str:
    """What was measured with."""
    return f"ansible-core {version('ansible-core')}, Python {sys.version.split()[0]}, {os.cpu_count()} CPUs"
