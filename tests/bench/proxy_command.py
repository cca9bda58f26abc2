# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the ProxyCommand costs where a connection is open already, beside ``nc`` and an empty Python program."""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from .registry import SERVICE_ID, environment, remember

_ROUNDS = 15
_PROGRAM = Path(__file__).resolve().parents[2] / "plugins" / "plugin_utils" / "ssh_proxy.py"
_BANNER = b"SSH-2.0-bench\r\n"


def main() -> None:
    """Print the median CPU time of a whole life, and the time to the first byte, measured in turns."""
    with tempfile.TemporaryDirectory() as directory, socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_greet, args=(server,), daemon=True).start()
        host, port = server.getsockname()
        remember(directory, host, port)
        commands = {
            "empty Python": [sys.executable, "-c", f"print({_BANNER.decode()!r}, flush=True); input()"],
            "ssh_proxy.py": [sys.executable, str(_PROGRAM), SERVICE_ID],
        }
        if netcat := shutil.which("nc"):
            commands["nc"] = [netcat, host, str(port)]
        environ = {**os.environ, **environment(directory)}
        measured: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _round in range(_ROUNDS):
            for name, command in commands.items():
                measured[name].append(_milliseconds(command, environ))
    print(f"ProxyCommand on a registry hit, {_ROUNDS} rounds, Python {sys.version.split()[0]}")
    for name, pairs in measured.items():
        cpu, wall = (statistics.median(values) for values in zip(*pairs, strict=True))
        spread = f"from {min(pairs)[0]:.0f} to {max(pairs)[0]:.0f}"
        print(f"  {name:13}  {cpu:4.0f} ms CPU (median, {spread}), {wall:4.0f} ms to the first byte")
    over = statistics.median(
        ours[0] - empty[0] for ours, empty in zip(measured["ssh_proxy.py"], measured["empty Python"], strict=True)
    )
    print(f"  ssh_proxy.py is {over:.0f} ms CPU over an empty Python program (median)")


def _greet(server: socket.socket) -> None:
    clients = []
    while True:
        client, _address = server.accept()
        client.sendall(_BANNER)
        clients.append(client)


def _milliseconds(command: Sequence[str], environ: Mapping[str, str]) -> tuple[float, float]:
    """CPU time of the process, which ends when it is told to, and wall time to its first byte."""
    begun = time.perf_counter()
    with subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        wall = time.perf_counter() - begun
        process.terminate()
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return (usage.ru_utime + usage.ru_stime) * 1000, wall * 1000
