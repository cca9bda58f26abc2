# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the ProxyCommand costs where a connection is open already, beside ``nc`` and an empty Python program."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from .collections import ROOT
from .measure import Row, row
from .registry import SERVICE_ID, environment, remember

_ROUNDS = 15
_THROUGHPUT_ROUNDS = 5
_PROGRAM = ROOT / "plugins" / "plugin_utils" / "ssh_proxy.py"
_BANNER = b"SSH-2.0-bench\r\n"
_CHUNK = bytes(1 << 20)
_BUFFER = bytearray(1 << 20)
_MEGABYTES = 1024
_IDLE_SECONDS = 3.0


def rows() -> Iterator[Row]:
    """The rows of the ProxyCommand."""
    yield from _start()
    yield from _throughput()


@contextlib.contextmanager
def _server(serve: Callable[[socket.socket], None]) -> Iterator[tuple[str, int, dict[str, str]]]:
    """A server behind a connection that is open, with what tells the ProxyCommand of it."""
    with tempfile.TemporaryDirectory() as directory, socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, serve), daemon=True).start()
        host, port = listener.getsockname()
        remember(directory, host, port)
        # without, everything would be compiled each time
        environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        yield host, port, {**environ, **environment(directory)}


def _accept(listener: socket.socket, serve: Callable[[socket.socket], None]) -> None:
    with contextlib.suppress(OSError):
        while True:
            client, _address = listener.accept()
            threading.Thread(target=serve, args=(client,), daemon=True).start()


def _start() -> Iterator[Row]:
    with _server(_greet) as (host, port, environ):
        commands = {
            "empty": [sys.executable, "-c", f"print({_BANNER.decode()!r}, flush=True); input()"],
            "ours": [sys.executable, str(_PROGRAM), SERVICE_ID],
        }
        if netcat := shutil.which("nc"):
            commands["nc"] = [netcat, host, str(port)]
        measured = [
            {name: _start_of(command, environ) for name, command in commands.items()} for _round in range(_ROUNDS + 1)
        ][1:]
    how = f"{_ROUNDS} rounds"
    over = [(each["ours"][0] - each["empty"][0]) * 1000 for each in measured]
    yield row("the ProxyCommand, CPU to the first byte over an empty Python program", over, "ms", 60, how)
    if "nc" in commands:
        late = [(each["ours"][1] - each["nc"][1]) * 1000 for each in measured]
        yield row("the ProxyCommand, first byte later than nc's", late, "ms wall", 150, how)


def _greet(client: socket.socket) -> None:
    """Speak first, as an SSH server does, and then be silent until the client goes."""
    with contextlib.suppress(OSError), client:
        client.sendall(_BANNER)
        client.recv(1)


def _start_of(command: Sequence[str], environ: Mapping[str, str]) -> tuple[float, float]:
    """CPU and wall seconds of the process to its first byte."""
    begun = time.perf_counter()
    with subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        wall = time.perf_counter() - begun
        # nanoseconds, where all else counts in hundredths of a second
        threads = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
        cpu = sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9
        process.terminate()
    return cpu, wall


def _throughput() -> Iterator[Row]:
    def pour(client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            for _megabyte in range(_MEGABYTES):
                client.sendall(_CHUNK)

    with _server(pour) as (host, port, environ):
        ratios = [_through_program(environ) / _directly(host, port) for _round in range(_THROUGHPUT_ROUNDS)]
    how = f"{_MEGABYTES} MB, one stream, {_THROUGHPUT_ROUNDS} rounds"
    yield row("the ProxyCommand, throughput : direct TCP", ratios, "x", 0.6, how, at_least=True)
    with _server(_greet) as (_host, _port, environ):
        busy = [_busy_when_idle(environ)]
    yield row("the ProxyCommand, CPU when idle", busy, "% of a core", 1.0, f"{_IDLE_SECONDS:.0f} s")


def _through_program(environ: Mapping[str, str]) -> float:
    """MB a second."""
    command = [sys.executable, str(_PROGRAM), SERVICE_ID]
    with subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        assert isinstance(process.stdout, io.FileIO)
        speed = _drained(process.stdout.readinto)
        process.kill()
    return speed


def _directly(host: str, port: int) -> float:
    with socket.create_connection((host, port)) as client:
        return _drained(client.recv_into)


def _drained(read: Callable[[bytearray], int]) -> float:
    """MB a second after the first bytes, until there are no more."""
    read(_BUFFER)
    begun, count = time.perf_counter(), 0
    while size := read(_BUFFER):
        count += size
    return (count >> 20) / (time.perf_counter() - begun)


def _busy_when_idle(environ: Mapping[str, str]) -> float:
    command = [sys.executable, str(_PROGRAM), SERVICE_ID]
    with subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        before = _cpu_of(process.pid)
        time.sleep(_IDLE_SECONDS)
        used = _cpu_of(process.pid) - before
        process.kill()
    return used / _IDLE_SECONDS * 100


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
