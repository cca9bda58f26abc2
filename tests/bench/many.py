# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A hundred connections: by one task, by a loop, by a hundred hosts, and by the module where others have nothing else."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .collections import ROOT, collection_path
from .measure import Row, in_turns, row
from .plays import CONNECTION, SERVICES, Plays, plays

_ROUNDS = 3
_LATENCY = 0.3
_CONCURRENCY = 16


def rows() -> Iterator[Row]:
    """The rows about a hundred connections."""
    with tempfile.TemporaryDirectory() as directory, plays(Path(directory)) as bench:
        yield from _bulk(bench)
        yield from _fan_out(bench)


def _bulk(bench: Plays) -> Iterator[Row]:
    bench.cloud.set_fault({"operation": "connect", "fault": "latency", "seconds": _LATENCY})
    loop = {"name": "Open", CONNECTION: {"service_id": "{{ item }}"}, "loop": SERVICES}
    one = {"name": "Open", CONNECTION: {"services": SERVICES, "concurrency": _CONCURRENCY}}
    works = {name: bench.play(name, tasks) for name, tasks in (("nothing", []), ("loop", [loop]), ("one", [one]))}
    measured = in_turns(_ROUNDS, ("nothing", "one"), **works)
    bench.cloud.set_fault()
    how = f"{len(SERVICES)} services, {_LATENCY * 1000:.0f} ms latency, {_ROUNDS} rounds"
    walls = [{name: costs[name].wall - costs["nothing"].wall for name in ("loop", "one")} for costs in measured]
    ratios = [wall["loop"] / wall["one"] for wall in walls]
    yield row("one task for 100 services, wall : a loop", ratios, "times faster", 12, how, at_least=True)
    over = [wall["one"] - len(SERVICES) / _CONCURRENCY * _LATENCY for wall in walls]
    yield row("one task for 100 services, wall over the latency", over, "s", 1.0, f"{how}, {_CONCURRENCY} at a time")


def _fan_out(bench: Plays) -> Iterator[Row]:
    task = {"name": "Open", CONNECTION: {"service_id": "{{ service }}"}}
    nothing = {"name": "Nothing", "ansible.builtin.debug": {"msg": "x"}}
    module_only = _without_action(bench.root)
    options: dict[str, Any] = {"hosts": "many", "forks": 50}
    measured = in_turns(
        _ROUNDS,
        ("nothing", "action"),
        nothing=bench.play("hosts-nothing", [nothing], **options),
        action=bench.play("hosts-action", [task], **options),
        module=bench.play("hosts-module", [task], **options, ANSIBLE_COLLECTIONS_PATH=module_only),
    )
    net = [{name: costs[name].cpu - costs["nothing"].cpu for name in ("action", "module")} for costs in measured]
    how = f"{len(SERVICES)} hosts, forks 50, {_ROUNDS} rounds"
    ratios = [each["action"] / each["module"] for each in net]
    yield row("100 hosts open their own, CPU : the module on localhost", ratios, "x", 1 / 8, how)


def _without_action(root: Path) -> str:
    """A collection path where Ansible finds the module only, and so runs it as it runs any other."""
    tree = root / "module-only" / "ansible_collections" / "community" / "remoteit"
    tree.mkdir(parents=True)
    for name in ("galaxy.yml", "meta"):
        (tree / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "plugins", tree / "plugins", ignore=shutil.ignore_patterns("action", "__pycache__"))
    return os.pathsep.join([str(root / "module-only"), collection_path()])
