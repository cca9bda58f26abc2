# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ssh does with our ProxyCommand, without ssh, and the multiplexer behind it."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from .releases import our_command

_SECONDS = 60


def connected(service_id: str, environ: Mapping[str, str]) -> tuple[socket.socket, float]:
    """A socket by which the service is reached, and the CPU seconds of the program that has passed it to us."""
    # As OpenSSH does, which replaces what begins with a percent sign.
    words = shlex.split(our_command(service_id).replace("%%", "%"))
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            streams = [(os.POSIX_SPAWN_DUP2, theirs.fileno(), number) for number in (0, 1)]
            pid = os.posix_spawnp(words[0], words, environ, file_actions=streams)
        _data, passed, _flags, _address = socket.recv_fds(ours, 1, 1)
    _pid, _status, usage = os.wait4(pid, 0)
    if not passed:
        raise RuntimeError(f"{words} passes no socket")
    return socket.socket(fileno=passed[0]), usage.ru_utime + usage.ru_stime


def multiplexer(environ: Mapping[str, str]) -> int:
    """The process that has the tunnels of all who are connected with this environment."""
    (pid,) = _multiplexers(environ)
    return pid


def _multiplexers(environ: Mapping[str, str]) -> list[int]:
    ours = f"multiplexer.py\0{environ['XDG_RUNTIME_DIR']}/".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if ours in (path / "cmdline").read_bytes():
                found.append(int(path.name))
    return found


@contextlib.contextmanager
def ending_multiplexers(environ: Mapping[str, str]) -> Iterator[None]:
    """At the end of this, end those that were started with this environment, and wait until they are gone."""
    try:
        yield
    finally:
        end = time.monotonic() + _SECONDS
        for pid in _multiplexers(environ):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        while _multiplexers(environ) and time.monotonic() < end:
            time.sleep(0.05)
