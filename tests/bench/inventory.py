# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an inventory of thousands of devices costs, beside another cloud's plugin and beside a script."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from .collections import collection_path, has_hetzner
from .fleet_server import FleetServer
from .measure import Cost, Row, cost, in_turns, row
from .registry import environment

_PROGRAM = Path(sys.executable).with_name("ansible-inventory")
_ROUNDS = 5
_GROWTH_ROUNDS = 3
_SIZE = 10_000
# theirs takes so long that fewer must do: its cost grows no less than their number
_HETZNER_SIZE = 2500

_CONSTRUCTED: dict[str, Any] = {
    "compose": {
        "site": "remoteit_device_attributes.site | default('nowhere') | lower",
        "ansible_user": "'pi' if remoteit_platform_name == 'platform 1' else 'root'",
    },
    "groups": {"reachable": "remoteit_online and 'lab' not in remoteit_tags"},
    "keyed_groups": [{"key": "remoteit_tags", "prefix": "tag"}, {"key": "remoteit_platform_name", "prefix": "is"}],
}
_HETZNER: dict[str, Any] = {
    "compose": {
        "site": "hcloud_datacenter | default('nowhere') | lower",
        "ansible_user": "'pi' if hcloud_type == 'platform 1' else 'root'",
    },
    "groups": {"reachable": "hcloud_status == 'running' and 'lab' not in hcloud_labels"},
    "keyed_groups": [
        {"key": "hcloud_labels", "prefix": "tag", "trailing_separator": False},
        {"key": "hcloud_type", "prefix": "is"},
    ],
}
# what both of them should make of a fleet
_GROUPS = ("reachable", "tag_", "is_")


class Inventories:
    """Inventories below *root*, whose costs are net of what a fleet of one costs."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.environ = {
            **os.environ,
            **environment(str(root)),
            "ANSIBLE_COLLECTIONS_PATH": collection_path(),
            "ANSIBLE_INVENTORY_ENABLED": "community.remoteit.remoteit,hetzner.hcloud.hcloud,script",
            "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1",
            "HCLOUD_TOKEN": "bench",
        }

    def ours(self, server: FleetServer, **options: Any) -> Path:
        """A configuration of our plugin."""
        plain = {
            "hosts": "services",
            "connect": "none",
            "default_groups": [],
            "graphql_url": f"{server.url}/graphql/v1",
        }
        return self._written("remoteit", {"plugin": "community.remoteit.remoteit", **plain, **options})

    def hetzner(self, server: FleetServer) -> Path:
        """The same of Hetzner Cloud's plugin."""
        options = {"plugin": "hetzner.hcloud.hcloud", "api_endpoint": f"{server.url}/v1", "connect_with": "public_ipv4"}
        return self._written("hcloud", {**options, **_HETZNER})

    def script(self, server: FleetServer) -> Path:
        """A script that prints the variables of our plugin's hosts."""
        listed = self.listed(self.ours(server))
        answer = {"_meta": listed["_meta"], "all": {"hosts": sorted(listed["_meta"]["hostvars"])}}
        document, script = (self._root / f"{server.count}.{suffix}" for suffix in ("json", "sh"))
        document.write_text(json.dumps(answer))
        script.write_text(f"#!/bin/sh\ncat '{document}'\n")
        script.chmod(0o755)
        return script

    def list(self, inventory: Path) -> Callable[[], Cost]:
        """What it costs to list *inventory*."""
        return lambda: cost([_PROGRAM, "-i", inventory, "--list"], self.environ, self._root)

    def listed(self, inventory: Path) -> dict[str, Any]:
        """What *inventory* lists."""
        command: list[str | Path] = [_PROGRAM, "-i", inventory, "--list"]
        listed: dict[str, Any] = json.loads(
            subprocess.run(command, env=self.environ, capture_output=True, check=True).stdout
        )
        return listed

    def _written(self, kind: str, options: dict[str, Any]) -> Path:
        path = self._root / f"{len(list(self._root.iterdir()))}.{kind}.yml"
        path.write_text(yaml.safe_dump(options))
        return path


def rows() -> Iterator[Row]:
    """The rows about inventories."""
    with tempfile.TemporaryDirectory() as root, contextlib.ExitStack() as stack:
        one, many = (stack.enter_context(FleetServer(count)) for count in (1, _SIZE))
        bench = Inventories(Path(root))
        works = {
            "one": bench.list(bench.ours(one)),
            "plain": bench.list(bench.ours(many)),
            "constructed": bench.list(bench.ours(many, **_CONSTRUCTED)),
            "script": bench.list(bench.script(many)),
        }
        if has_hetzner():
            _check_alike(bench)
            some = stack.enter_context(FleetServer(_HETZNER_SIZE))
            works |= {"hetzner one": bench.list(bench.hetzner(one)), "hetzner": bench.list(bench.hetzner(some))}
        measured = in_turns(_ROUNDS, ("one",), **works)
    net = [{name: costs[name].cpu - costs["one"].cpu for name in works} for costs in measured]
    how = f"{_SIZE:,} services, {_ROUNDS} rounds"
    if has_hetzner():
        theirs = [(each["hetzner"] - each["hetzner one"]) / _HETZNER_SIZE for each in net]
        ratios = [each["constructed"] / _SIZE / other for each, other in zip(net, theirs, strict=True)]
        both = f"{_SIZE:,} services : {_HETZNER_SIZE:,} servers, {_ROUNDS} rounds"
        yield row("inventory with expressions, CPU per host : hetzner.hcloud", ratios, "x", 1 / 3, both)
    ratios = [each["constructed"] / each["plain"] for each in net]
    yield row("inventory with expressions, CPU per host : without", ratios, "x", 1.3, how)
    yield row("inventory, CPU : script", [each["plain"] / each["script"] for each in net], "x", 1.0, how)
    memory = [costs["plain"].memory / costs["script"].memory for costs in measured]
    yield row("inventory, memory : script", memory, "x", 1.0, how)


def _check_alike(bench: Inventories) -> None:
    """Both make the same of the same fleet, or the comparison means nothing."""
    with FleetServer(100) as some:
        ours, theirs = (_made(bench.listed(path)) for path in (bench.ours(some, **_CONSTRUCTED), bench.hetzner(some)))
    if ours != theirs:
        raise RuntimeError(f"hetzner.hcloud makes {theirs} of what is {ours} for us")


def _made(listed: Mapping[str, Any]) -> tuple[dict[str, int], Counter[str]]:
    """How many hosts are in each group that expressions make, and how often there is which of their variables."""
    groups = {name: len(group["hosts"]) for name, group in listed.items() if name.startswith(_GROUPS)}
    hosts = listed["_meta"]["hostvars"].values()
    return groups, Counter(str([host[name] for name in _CONSTRUCTED["compose"]]) for host in hosts)


def growth() -> Iterator[Row]:
    """The rows about fleets that grow."""
    sizes = (1000, _SIZE, 50_000)
    with tempfile.TemporaryDirectory() as root, contextlib.ExitStack() as stack:
        bench = Inventories(Path(root))
        servers = {size: stack.enter_context(FleetServer(size)) for size in (1, *sizes)}
        works = {str(size): bench.list(bench.ours(server, **_CONSTRUCTED)) for size, server in servers.items()}
        measured = in_turns(_GROWTH_ROUNDS, ("1",), **works)
    cpu, memory = (
        {
            size: [(getattr(costs[str(size)], what) - getattr(costs["1"], what)) / size for costs in measured]
            for size in sizes
        }
        for what in ("cpu", "memory")
    )
    each = ", ".join(
        f"{median(cpu[size]) * 1000:.2f} ms and {median(memory[size]) * 1024:.0f} KiB at {size:,}" for size in sizes
    )
    how = f"with expressions, {_GROWTH_ROUNDS} rounds; a host takes {each}"
    for what, figures, bound in (("CPU", cpu, 1.25), ("memory", memory, 1.1)):
        ratios = [large / small for large, small in zip(figures[50_000], figures[_SIZE], strict=True)]
        yield row(f"inventory of 50,000, {what} per host : of 10,000", ratios, "x", bound, how)
