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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from .collections import collection_path, has_hetzner
from .fleet_server import FleetServer
from .measure import Cost, Row, cost, in_turns, row
from .registry import environment

_PROGRAM = Path(sys.executable).with_name("ansible-inventory")
_ROUNDS = 3
_SIZE = 10_000

_CONSTRUCTED: dict[str, Any] = {
    "compose": {
        "site": "remoteit_attributes.site | default('nowhere') | lower",
        "ansible_user": "'pi' if remoteit_platform_name == 'platform 1' else 'root'",
    },
    "groups": {"reachable": "remoteit_online and 'lab' not in remoteit_tags"},
    "keyed_groups": [{"key": "remoteit_tags", "prefix": "tag"}, {"key": "remoteit_platform_name", "prefix": "is"}],
}
_HETZNER: dict[str, Any] = {
    "compose": {
        "site": "labels.site | default('nowhere') | lower",
        "ansible_user": "'pi' if labels.platform == 'platform-1' else 'root'",
    },
    "groups": {"reachable": "status == 'running' and 'tag-lab' not in labels"},
    "keyed_groups": [{"key": "labels", "prefix": "tag"}, {"key": "labels.platform", "prefix": "is"}],
}


class _Bench:
    """Inventories below *root*, whose costs are net of what a fleet of one costs."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._environ = {
            **os.environ,
            **environment(str(root)),
            "ANSIBLE_COLLECTIONS_PATH": collection_path(),
            "ANSIBLE_INVENTORY_ENABLED": "community.remoteit.remoteit,hetzner.hcloud.hcloud,script",
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
        listed = json.loads(self._listed(self.ours(server)))
        answer = {"_meta": listed["_meta"], "all": {"hosts": sorted(listed["_meta"]["hostvars"])}}
        document, script = (self._root / f"{server.count}.{suffix}" for suffix in ("json", "sh"))
        document.write_text(json.dumps(answer))
        script.write_text(f"#!/bin/sh\ncat '{document}'\n")
        script.chmod(0o755)
        return script

    def list(self, inventory: Path) -> Callable[[], Cost]:
        """What it costs to list *inventory*."""
        return lambda: cost([_PROGRAM, "-i", inventory, "--list"], self._environ, self._root)

    def _listed(self, inventory: Path) -> str:
        command = [_PROGRAM, "-i", inventory, "--list"]
        return subprocess.run(command, env=self._environ, capture_output=True, text=True, check=True).stdout

    def _written(self, kind: str, options: dict[str, Any]) -> Path:
        path = self._root / f"{len(list(self._root.iterdir()))}.{kind}.yml"
        path.write_text(yaml.safe_dump(options))
        return path


def rows() -> Iterator[Row]:
    """The rows about inventories."""
    with tempfile.TemporaryDirectory() as root, FleetServer(1) as one, FleetServer(_SIZE) as many:
        bench = _Bench(Path(root))
        works = {
            "one": bench.list(bench.ours(one)),
            "plain": bench.list(bench.ours(many)),
            "constructed": bench.list(bench.ours(many, **_CONSTRUCTED)),
            "script": bench.list(bench.script(many)),
        }
        if has_hetzner():
            works["hetzner"] = bench.list(bench.hetzner(many))
        measured = in_turns(_ROUNDS, **works)
        net = [{name: costs[name].cpu - costs["one"].cpu for name in works} for costs in measured]
        how = f"{_SIZE:,} services, {_ROUNDS} rounds"
        if has_hetzner():
            ratios = [each["constructed"] / each["hetzner"] for each in net]
            yield row("inventory with expressions, CPU per host : hetzner.hcloud", ratios, "x", 1 / 3, how)
        ratios = [each["constructed"] / each["plain"] for each in net]
        yield row("inventory with expressions, CPU per host : without", ratios, "x", 1.3, how)
        yield row("inventory, CPU : script", [each["plain"] / each["script"] for each in net], "x", 1.0, how)
        memory = [costs["plain"].memory / costs["script"].memory for costs in measured]
        yield row("inventory, memory : script", memory, "x", 1.0, how)


def growth() -> Iterator[Row]:
    """The rows about fleets that grow."""
    sizes = (1000, _SIZE, 50_000)
    with tempfile.TemporaryDirectory() as root, contextlib.ExitStack() as stack:
        bench = _Bench(Path(root))
        servers = {size: stack.enter_context(FleetServer(size)) for size in (1, *sizes)}
        works = {str(size): bench.list(bench.ours(server, **_CONSTRUCTED)) for size, server in servers.items()}
        (costs,) = in_turns(1, warm=False, **works)
    cpu = {size: (costs[str(size)].cpu - costs["1"].cpu) / size for size in sizes}
    memory = {size: (costs[str(size)].memory - costs["1"].memory) / size for size in sizes}
    how = "with expressions, 1 round; CPU per host " + ", ".join(
        f"{cpu[size] * 1000:.2f} ms and {memory[size] * 1024:.0f} KiB at {size:,}" for size in sizes
    )
    yield row("inventory of 50,000, CPU per host : of 10,000", [cpu[50_000] / cpu[_SIZE]], "x", 1.25, how)
    yield row("inventory of 50,000, memory per host : of 10,000", [memory[50_000] / memory[_SIZE]], "x", 1.1, how)
