# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A hundred SSH connections on demand, beside those of release 1.0.0 and beside SSH that needs no tunnel.

The release comes from the history of the repository; without that, there are no rows.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.lab.ssh_device import SshDevice
from tests.lab.world import environment
from tests.simulator.harness import Simulator

from .measure import Row, row, usual_environ
from .releases import former_command, former_plugins, our_command
from .worlds import services, world

_TUNNELS = 100
_DEVICES = 10
_AT_ONCE = 50
_LATENCY = 0.3
_ROUNDS = 3
_BECOME_PARENT_OF_ORPHANS = 36
_SECONDS = 120

# The options by which ssh reaches a service, or its device.
_Way = Callable[[str, SshDevice], list[str]]


@dataclass(frozen=True)
class _Seen:
    """Of one round: CPU seconds of all processes but the devices', PSS in MiB of all of them but ssh, requests, and wall seconds."""

    cpu: float
    memory: float
    requests: int
    wall: float


def rows() -> Iterator[Row]:
    """The rows about many tunnels."""
    ctypes.CDLL(None).prctl(_BECOME_PARENT_OF_ORPHANS, 1, 0, 0, 0)
    with contextlib.ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="t-")))
        before = former_plugins(root)
        if before is None:
            return
        devices = [
            stack.enter_context(SshDevice(f"pi{number}", root / str(number), root / "user_key"))
            for number in range(_DEVICES)
        ]
        targets = {id_: f"127.0.0.1:{devices[number % _DEVICES].port}" for number, id_ in enumerate(services(_TUNNELS))}
        cloud = stack.enter_context(Simulator(world(targets)))
        cloud.set_fault({"fault": "latency", "seconds": _LATENCY})
        ways: dict[str, _Way] = {
            "ours": lambda id_, _device: ["-o", f"ProxyCommand={our_command(id_)}", "-o", "ProxyUseFdpass=yes"],
            "before": lambda id_, _device: ["-o", f"ProxyCommand={former_command(before, id_)}"],
            "direct": lambda _id, device: ["-p", str(device.port)],
        }
        measured = [
            {name: _round(way, devices, cloud, root) for name, way in ways.items()} for _number in range(_ROUNDS + 1)
        ][1:]
    how = f"{_TUNNELS} tunnels to {_DEVICES} devices, {_AT_ONCE} at a time, {_LATENCY:g} s latency, {_ROUNDS} rounds"
    cpu = [(one["ours"].cpu - one["direct"].cpu) / (one["before"].cpu - one["direct"].cpu) for one in measured]
    yield row("a tunnel, CPU beyond direct ssh : release 1.0.0", cpu, "x", 0.2, how)
    memory = [one["ours"].memory / one["before"].memory for one in measured]
    yield row("a tunnel, memory : release 1.0.0", memory, "x", 0.05, how)
    yield row("a tunnel, requests", [one["ours"].requests / _TUNNELS for one in measured], "", 2.1, how)
    wall = [one["ours"].wall / one["before"].wall for one in measured]
    yield row("tunnels, wall until the last is connected : release 1.0.0", wall, "x", 1.0, how)


def _round(way: _Way, devices: list[SshDevice], cloud: Simulator, root: Path) -> _Seen:
    """Connect, and end all when the last one is connected."""
    with tempfile.TemporaryDirectory(dir=root) as directory:
        environ = {
            **usual_environ(),
            **environment(cloud.rest_url, cloud.graphql_url, Path(directory)),
            "XDG_RUNTIME_DIR": str(root),
        }
        clients: list[subprocess.Popen[bytes]] = []
        asked, used, begun = len(cloud.calls()), _used(), time.perf_counter()

        def connect(number: int) -> None:
            client = subprocess.Popen(
                _ssh(way, number, devices),
                env=environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            clients.append(client)
            assert client.stdout is not None
            if client.stdout.readline() != b"ready\n":
                raise RuntimeError(client.communicate()[1].decode())

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(connect, range(_TUNNELS)))
        wall, memory = time.perf_counter() - begun, _memory(root)
        for client in clients:
            client.communicate()
        _wait_for_orphans(root, cloud)
        return _Seen(_used() - used, memory, len(cloud.calls()) - asked, wall)


def _ssh(way: _Way, number: int, devices: list[SshDevice]) -> list[str]:
    there = devices[number % _DEVICES]
    options = ["BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"]
    words = [word for option in (*options, "IdentitiesOnly=yes") for word in ("-o", option)]
    words += ["-i", str(there.user_key), "-l", there.user, *way(services(_TUNNELS)[number], there)]
    return ["ssh", "-F", "none", *words, "127.0.0.1", "echo ready; cat"]


def _used() -> float:
    """CPU seconds of all processes that were begun here, and have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _ours(root: Path) -> list[Path]:
    """The processes of the collection."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (path / "cmdline").read_bytes()
            mine = f"XDG_RUNTIME_DIR={root}".encode() in (path / "environ").read_bytes()
            if mine and command.startswith(sys.executable.encode()):
                found.append(path)
    return found


def _memory(root: Path) -> float:
    """PSS in MiB of all processes of the collection."""
    total = 0
    for path in _ours(root):
        with contextlib.suppress(OSError):
            lines = (path / "smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def _wait_for_orphans(root: Path, cloud: Simulator) -> None:
    """Wait until all have ended, and nothing is open."""
    end = time.monotonic() + _SECONDS
    while _ours(root) or cloud.state()["connections"]:
        if time.monotonic() > end:
            raise RuntimeError(f"still there: {_ours(root)}, {len(cloud.state()['connections'])} open")
        time.sleep(0.1)
    # What they used counts only then.
    while os.waitpid(-1, os.WNOHANG)[0]:
        pass
