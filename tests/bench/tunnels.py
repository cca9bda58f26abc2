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
import tarfile
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab.ssh_device import SshDevice
from tests.lab.world import DEVELOPER_KEY, KEY_ID, OWNER, SECRET, device, environment, service_id
from tests.simulator.harness import Simulator

from .collections import ROOT
from .measure import Row, row

# Release 1.0.0.
_BEFORE = "30cd96b"
_TUNNELS = 100
_DEVICES = 10
_AT_ONCE = 50
_LATENCY = 0.3
_ROUNDS = 3
_BECOME_PARENT_OF_ORPHANS = 36
_SECONDS = 120


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
        before = _release(root)
        if before is None:
            return
        devices = [
            stack.enter_context(SshDevice(f"pi{number}", root / str(number), root / "user_key"))
            for number in range(_DEVICES)
        ]
        cloud = stack.enter_context(Simulator(_world(devices)))
        cloud.set_fault({"fault": "latency", "seconds": _LATENCY})
        programs = {"ours": ROOT / "plugins", "before": before, "direct": None}
        measured = [
            {name: _round(program, devices, cloud, root) for name, program in programs.items()}
            for _number in range(_ROUNDS + 1)
        ][1:]
    how = f"{_TUNNELS} tunnels to {_DEVICES} devices, {_AT_ONCE} at a time, {_LATENCY:g} s latency, {_ROUNDS} rounds"
    cpu = [(one["ours"].cpu - one["direct"].cpu) / (one["before"].cpu - one["direct"].cpu) for one in measured]
    yield row("a tunnel, CPU beyond direct ssh : release 1.0.0", cpu, "x", 0.2, how)
    memory = [one["ours"].memory / one["before"].memory for one in measured]
    yield row("a tunnel, memory : release 1.0.0", memory, "x", 0.05, how)
    yield row("a tunnel, requests", [one["ours"].requests / _TUNNELS for one in measured], "", 2.1, how)
    wall = [one["ours"].wall / one["before"].wall for one in measured]
    yield row("tunnels, wall until the last is connected : release 1.0.0", wall, "x", 1.0, how)


def _release(root: Path) -> Path | None:
    """The plugins of the release, unpacked below *root*; None where the history does not have it."""
    archive = root / "release.tar"
    command = ["git", "-C", str(ROOT), "archive", "-o", str(archive), _BEFORE, "plugins"]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        return None
    with tarfile.open(archive) as packed:
        packed.extractall(root / "release", filter="data")
    return root / "release" / "plugins"


def _world(devices: list[SshDevice]) -> dict[str, Any]:
    key = {"id": KEY_ID, "secret": SECRET}
    account = {"id": "f0:00:00:00:00:00:00:01", "email": OWNER, "developer_key": DEVELOPER_KEY, "access_keys": [key]}
    services = [
        {"id": id_, "name": "ssh", "application": 28, "target": f"127.0.0.1:{devices[number % _DEVICES].port}"}
        for number, id_ in enumerate(_services())
    ]
    return {"accounts": [account], "devices": [{**device(1, "all"), "services": services}]}


def _services() -> list[str]:
    return [service_id(1, 1 + number) for number in range(_TUNNELS)]


def _round(program: Path | None, devices: list[SshDevice], cloud: Simulator, root: Path) -> _Seen:
    """Connect, and end all when the last one is connected."""
    with tempfile.TemporaryDirectory(dir=root) as directory:
        environ = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
            **environment(cloud.rest_url, cloud.graphql_url, Path(directory)),
            "XDG_RUNTIME_DIR": str(root),
        }
        clients: list[subprocess.Popen[bytes]] = []
        asked, used, begun = len(cloud.calls()), _used(), time.perf_counter()

        def connect(number: int) -> None:
            client = subprocess.Popen(
                _ssh(program, number, devices),
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


def _ssh(program: Path | None, number: int, devices: list[SshDevice]) -> list[str]:
    there = devices[number % _DEVICES]
    options = [
        "-F",
        "none",
        "-o",
        "BatchMode=yes",
        "-o",
        "StrictHostKeyChecking=no",
        "-o",
        "UserKnownHostsFile=/dev/null",
    ]
    options += ["-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes", "-i", str(there.user_key), "-l", there.user]
    if program is None:
        options += ["-p", str(there.port)]
    else:
        passes = (program / "plugin_utils" / "multiplexer.py").exists()
        flags = "-I -S " if passes else ""
        command = f"{sys.executable} {flags}{program}/plugin_utils/ssh_proxy.py {_services()[number]}"
        options += ["-o", f"ProxyCommand={command}", "-o", f"ProxyUseFdpass={'yes' if passes else 'no'}"]
    return ["ssh", *options, "127.0.0.1", "echo ready; cat"]


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
