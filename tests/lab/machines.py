# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Processes in a container, on another machine or after a reboot, as far as the kernel can make it look so."""

from __future__ import annotations

import ctypes
import functools
import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.doubles.processes import Fork

# Of Linux: clone(2), prctl(2), mount(2)
_NEW_MOUNTS, _NEW_HOST_NAME, _NEW_PROCESSES = 0x00020000, 0x04000000, 0x20000000
_DIE_WITH_PARENT = 1
_BOOT_ID = "/proc/sys/kernel/random/boot_id"
_SECONDS = 60
_C = ctypes.CDLL(None, use_errno=True)


class Machine(NamedTuple):
    """Where a process finds itself: with its own processes only, with another host name, after another start of the machine.

    *devices* is a directory that is there in the place of ``/dev``, with the devices that everybody needs beside its own.
    """

    has_own_processes: bool = False
    host_name: str = ""
    boot_id: str = ""
    devices: Path | None = None

    def run(self, work: Callable[[Callable[[str], None]], object]) -> Fork:
        """A process there that does *work*; whoever kills it, kills all that is there."""
        if not can_be_made():
            pytest.skip("no namespaces can be made here")

        def outside(report: Callable[[str], None]) -> None:
            # The first process in a container is not ended by an alarm of its own.
            signal.alarm(_SECONDS)
            _ask("unshare", _NEW_MOUNTS | _NEW_HOST_NAME | (_NEW_PROCESSES if self.has_own_processes else 0))
            if code := Fork(lambda _report: inside(report)).join():
                raise SystemExit(code)

        def inside(report: Callable[[str], None]) -> None:
            _ask("prctl", _DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
            self._look_so()
            work(report)

        return Fork(outside)

    def _look_so(self) -> None:
        subprocess.run(["mount", "--make-rprivate", "/"], check=True)
        if self.has_own_processes:
            subprocess.run(["mount", "-t", "proc", "proc", "/proc"], check=True)
        if self.devices:
            for name in ("null", "zero", "random", "urandom"):
                (self.devices / name).touch()
                subprocess.run(["mount", "--bind", f"/dev/{name}", self.devices / name], check=True)
            subprocess.run(["mount", "--rbind", self.devices, "/dev"], check=True)
        if self.host_name:
            socket.sethostname(self.host_name)
        if self.boot_id:
            with tempfile.NamedTemporaryFile("w") as file:
                file.write(f"{self.boot_id}\n")
                file.flush()
                subprocess.run(["mount", "--bind", file.name, _BOOT_ID], check=True)


CONTAINER = Machine(has_own_processes=True, host_name="container")
OTHER_CONTAINER = Machine(has_own_processes=True, host_name="other-container")
RENAMED = Machine(host_name="renamed")
REBOOTED = Machine(boot_id="11111111-1111-4111-8111-111111111111")
ELSEWHERE = Machine(True, "elsewhere", "22222222-2222-4222-8222-222222222222")


def end(process: Fork) -> None:
    """Kill all that is on the machine of *process*, and wait until nothing is left."""
    os.kill(process.pid, signal.SIGKILL)
    while process.receive():
        pass
    process.join()


def _ask(name: str, *arguments: int) -> None:
    """Have the kernel do this. Raises OSError."""
    if getattr(_C, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


@functools.cache
def can_be_made() -> bool:
    """Whether we may, and the kernel can."""
    script = f"mount -t proc proc /proc && mount --bind /dev/null {_BOOT_ID} && hostname there"
    command = ["unshare", "--mount", "--uts", "--pid", "--fork", "sh", "-c", script]
    try:
        return not os.geteuid() and not subprocess.run(command, capture_output=True, check=False).returncode
    except FileNotFoundError:
        return False
