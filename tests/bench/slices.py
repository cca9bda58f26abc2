# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What it costs to share a fleet among several jobs, each of which gets a slice of the inventory."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

from .fleet_server import FleetServer
from .inventory import Inventories
from .measure import Cost, Row, cost, in_turns, row

_PROGRAM = Path(sys.executable).with_name("ansible-playbook")
_ROUNDS = 2
_SIZE = 10_000
_SLICES = 4
_EACH = _SIZE // _SLICES


class _Slices:
    """Jobs below *root*, each of which does as good as nothing with its slice of the fleet on *whole*.

    *part* is a server that has as many devices as a slice, as if its filters left no more.
    """

    def __init__(self, root: Path, whole: FleetServer, part: FleetServer) -> None:
        self._root = root
        self._whole = whole
        self._part = part
        self._inventories = Inventories(root)
        self._cache = root / "cache"
        self._play = root / "play.yml"
        tasks = [{"ansible.builtin.debug": {"msg": "{{ ansible_play_hosts | length }}"}, "run_once": True}]
        self._play.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks}]))
        self._parsed = self._inventories.script(part)
        self.reads: dict[str, int] = {}

    def works(self) -> dict[str, Callable[[], Cost]]:
        """What the jobs cost together, by how the fleet is sliced; "whole" is one job for all."""
        cached = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(self._cache)}
        plain, warm = (self._inventories.ours(self._whole, **options) for options in ({}, cached))
        filtered = self._inventories.ours(self._part)
        limits = [f"all[{number * _EACH}:{(number + 1) * _EACH - 1}]" for number in range(_SLICES)]
        return {
            "whole": lambda: self._jobs("whole", [(plain, None)]),
            "limit": lambda: self._jobs("limit", [(plain, limit) for limit in limits]),
            "cache": lambda: self._cold([(warm, limit) for limit in limits]),
            "controller": lambda: self._synchronised(plain),
            "filters": lambda: self._jobs("filters", [(filtered, None)] * _SLICES),
        }

    def _cold(self, jobs: list[tuple[Path, str | None]]) -> Cost:
        shutil.rmtree(self._cache, ignore_errors=True)
        return self._jobs("cache", jobs)

    def _synchronised(self, inventory: Path) -> Cost:
        """As automation controller does it: it lists the inventory once, and gives each job the hosts of its slice."""
        jobs = self._jobs("controller", [(self._parsed, None)] * _SLICES)
        listing = self._inventories.list(inventory)()
        self.reads["controller"] = self._whole.pages.total()
        return Cost(jobs.cpu + listing.cpu, jobs.wall + listing.wall, jobs.memory + listing.memory)

    def _jobs(self, name: str, jobs: list[tuple[Path, str | None]]) -> Cost:
        for server in (self._whole, self._part):
            server.pages.clear()
        costs = [self._job(inventory, limit) for inventory, limit in jobs]
        self.reads[name] = self._whole.pages.total() + self._part.pages.total()
        return Cost(*(sum(getattr(one, what) for one in costs) for what in ("cpu", "wall", "memory")))

    def _job(self, inventory: Path, limit: str | None) -> Cost:
        limited = ["--limit", limit] if limit else []
        return cost([_PROGRAM, "-i", inventory, *limited, self._play], self._inventories.environ, self._root)


def rows() -> Iterator[Row]:
    """The rows about slices."""
    with tempfile.TemporaryDirectory() as root, FleetServer(_SIZE) as whole, FleetServer(_EACH) as part:
        slices = _Slices(Path(root), whole, part)
        measured = in_turns(_ROUNDS, (), **slices.works())
    for name, words, bound in (
        ("limit", "each reads the fleet and limits itself", 1.2 * _SLICES),
        ("cache", "the same with one cache", 1.2 * _SLICES),
        ("controller", "read once by automation controller", 2.0 * _SLICES),
        ("filters", "each has a filter", 0.6 * _SLICES),
    ):
        ratios = [costs[name].cpu / costs["whole"].cpu for costs in measured]
        how = f"{_SIZE:,} hosts, {_ROUNDS} rounds; {slices.reads[name]} requests instead of {slices.reads['whole']}"
        yield row(f"{_SLICES} slices, {words}, CPU : one job", ratios, "x", bound, how)
