# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks that are measured, against a simulator with a hundred services."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.lab.target import answering_target
from tests.lab.world import device, environment, service_id
from tests.simulator.harness import Simulator

from .collections import collection_path
from .measure import Cost, cost
from .worlds import ACCOUNT

_PROGRAM = Path(sys.executable).with_name("ansible-playbook")
SERVICES = [service_id(number, 1) for number in range(1, 101)]
CONNECTION = "community.remoteit.remoteit_connection"


class Plays:
    """Playbooks below *root* that find the *cloud* and a registry of their own."""

    def __init__(self, cloud: Simulator, root: Path) -> None:
        self.cloud = cloud
        self.root = root
        self._hosts = root / "hosts.yml"
        hosts = {f"host{number:03}": {"service": id_} for number, id_ in enumerate(SERVICES)}
        self._hosts.write_text(yaml.safe_dump({"many": {"hosts": hosts, "vars": {"ansible_connection": "local"}}}))
        self.environ = {
            **os.environ,
            **environment(cloud.rest_url, cloud.graphql_url, root),
            "ANSIBLE_COLLECTIONS_PATH": collection_path(),
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        }

    def play(
        self, name: str, tasks: Sequence[Mapping[str, Any]], *, hosts: str = "localhost", forks: int = 5, **environ: str
    ) -> Callable[[], Cost]:
        """What a play of *tasks* costs, each time with nothing open and nothing remembered."""
        path = self.root / f"{name}.yml"
        path.write_text(
            yaml.safe_dump([{"hosts": hosts, "gather_facts": False, "tasks": list(tasks)}], sort_keys=False)
        )
        command: list[str | Path] = [_PROGRAM, "-i", self._hosts, "-f", str(forks), path]

        def run() -> Cost:
            self.forget()
            return cost(command, {**self.environ, **environ}, self.root)

        return run

    def forget(self) -> None:
        """Close and forget everything."""
        for connection in self.cloud.state()["connections"]:
            self.cloud.close(connection["id"])
        shutil.rmtree(self.root / "registry", ignore_errors=True)


@contextlib.contextmanager
def plays(root: Path) -> Iterator[Plays]:
    """Playbooks, and a cloud that they reach."""
    with answering_target() as target:
        devices = [
            device(number, f"pi {number}", {"id": id_, "name": "tcp", "application": 1, "target": target})
            for number, id_ in enumerate(SERVICES, 1)
        ]
        with plays_of(root, devices) as bench:
            yield bench


@contextlib.contextmanager
def plays_of(root: Path, devices: Sequence[Mapping[str, Any]]) -> Iterator[Plays]:
    """Playbooks, and a cloud with these *devices*."""
    with Simulator({"accounts": [ACCOUNT], "devices": list(devices)}) as cloud:
        yield Plays(cloud, root)
