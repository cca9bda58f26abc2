# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a tunnel adds to a play of ten tasks over SSH."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.lab.lab import Lab
from tests.lab.world import service_id

from .measure import Row, row
from .plays import CONNECTION

_ROUNDS = 7
_TASKS = 10


def rows() -> Iterator[Row]:
    """The row about a play through a tunnel."""
    work: list[dict[str, Any]] = [{"name": "Work", "ansible.builtin.ping": {}}] * _TASKS
    tunnel = {"service_id": service_id(1, 1)}
    opened = {"name": "Open", CONNECTION: {**tunnel, "set_host_vars": True}}
    closed = {"name": "Close", CONNECTION: {**tunnel, "state": "absent"}}
    with tempfile.TemporaryDirectory() as directory, Lab(Path(directory), ("pi",)) as lab:
        alias = f"remoteit-{service_id(1, 1).replace(':', '').lower()}"
        address = {
            "ansible_host": "127.0.0.1",
            "ansible_port": lab.devices[0].port,
            "ansible_ssh_extra_args": f"-o HostKeyAlias={alias}",
        }
        environ = {"ANSIBLE_PIPELINING": "1"}

        def wall(*tasks: dict[str, Any], **keywords: Any) -> float:
            lab.reset()
            begun = time.perf_counter()
            run = lab.run_tasks(*tasks, hosts="pi", environ=environ, **keywords)
            if run.returncode:
                raise RuntimeError(run.output)
            return time.perf_counter() - begun

        wall(*work, vars=address)
        ratios = [wall(opened, *work, closed) / wall(*work, vars=address) for _round in range(_ROUNDS)]
    how = f"{_TASKS} tasks with pipelining, the API on this machine, {_ROUNDS} rounds"
    yield row("a play that opens, works and closes, wall : plain SSH", ratios, "x", 1.05, how)
