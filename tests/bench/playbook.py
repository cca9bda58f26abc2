# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What opening and closing adds to a play of ten tasks over SSH, by tasks and by SSH itself."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from tests import conftest
from tests.functional.fleet import on_demand
from tests.lab.lab import Lab
from tests.lab.world import service_id

from .measure import Row, row
from .plays import CONNECTION

_ROUNDS = 15
_TASKS = 10
_SERVICE = service_id(1, 1)
_ALIAS = f"-o HostKeyAlias=remoteit-{_SERVICE.replace(':', '').lower()}"
_WORK: list[dict[str, Any]] = [{"name": "Work", "ansible.builtin.ping": {}}] * _TASKS
_OPENED = {"name": "Open", CONNECTION: {"service_id": _SERVICE, "set_host_vars": True}}
_CLOSED = {"name": "Close", CONNECTION: {"service_id": _SERVICE, "state": "absent"}}


def rows() -> Iterator[Row]:
    """The rows about a play that opens, works and closes, and about one for which SSH does."""
    with tempfile.TemporaryDirectory() as directory, Lab(Path(directory), ("pi",)) as lab:
        _plain(lab)
        _on_demand(lab)
        measured = [(_plain(lab), _with_tunnel(lab), _direct(lab), _on_demand(lab)) for _round in range(_ROUNDS)]
    answers = median(latency for (_plain_wall, latency), *_others in measured) * 1000
    ratios = [(tunnel - latency) / plain for (plain, latency), tunnel, _direct_wall, _on_demand_wall in measured]
    how = f"{_TASKS} tasks with pipelining, {_ROUNDS} rounds; without the {answers:.0f} ms in which the API answered"
    yield row("a play that opens, works and closes, wall : through what is open", ratios, "x", 1.05, how)
    ratios = [(demanded - latency) / direct for (_plain_wall, latency), _tunnel, direct, demanded in measured]
    yield row("a play on demand, wall : direct ssh", ratios, "x", 1.05, f"{how}; both with the inventory plugin")


def _with_tunnel(lab: Lab) -> float:
    """Wall seconds of a play that opens, works and closes."""
    lab.reset()
    return _wall(lab, _OPENED, *_WORK, _CLOSED)


def _plain(lab: Lab) -> tuple[float, float]:
    """Wall seconds of the work alone, through a proxy that is open already, and of opening and closing that one."""
    assert conftest.ROOT.exists(), "importing it makes the collection importable"
    from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
    from ansible_collections.community.remoteit.plugins.module_utils._connections.connections import Connections
    from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
    from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
    from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings

    lab.reset()
    connections = Connections(Settings.from_options({}, lab.environment()), print)
    begun = time.perf_counter()
    connection = connections.present(_SERVICE, Wanted(Access()), Deadline(60)).usable()
    latency = time.perf_counter() - begun
    address = {
        "ansible_host": connection.host,
        "ansible_port": connection.port,
        "ansible_ssh_extra_args": _ALIAS,
    }
    wall = _wall(lab, *_WORK, vars=address)
    begun = time.perf_counter()
    connections.absent(_SERVICE, Deadline(60))
    return wall, latency + time.perf_counter() - begun


def _on_demand(lab: Lab) -> float:
    """Wall seconds of the work where SSH opens and closes; there is no multiplexer before."""
    lab.reset()
    return _wall(lab, *_WORK, arguments=on_demand(lab))


def _direct(lab: Lab) -> float:
    """Wall seconds of the work with the same inventory, but for how the device is reached."""
    lab.reset()
    address = {"ansible_host": "127.0.0.1", "ansible_port": lab.devices[0].port, "ansible_ssh_extra_args": _ALIAS}
    return _wall(lab, *_WORK, arguments=on_demand(lab, connect="none"), vars=address)


def _wall(lab: Lab, *tasks: dict[str, Any], **keywords: Any) -> float:
    begun = time.perf_counter()
    run = lab.run_tasks(*tasks, hosts="pi", environ={"ANSIBLE_PIPELINING": "1"}, **keywords)
    if run.returncode:
        raise RuntimeError(run.output)
    return time.perf_counter() - begun
