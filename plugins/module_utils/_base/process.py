# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of processes that no other process has, and whether one has ended."""

from __future__ import annotations

import contextlib
import os
import socket

from .boot import boot_id


def process_name(pid: int) -> str:
    """The name of a running process that no other process has, here or elsewhere, now or later."""
    return f"{pid}/{_started(str(pid))}@{_machine()}"


def is_elsewhere(name: str) -> bool:
    """Whether process_name() gave the name on another machine, so that nobody here can look at the process."""
    return name.partition("@")[2] != _machine()


def is_gone(name: str) -> bool:
    """Whether the process that process_name() named has ended; one on another machine is taken to live."""
    pid, _slash, started = name.partition("@")[0].partition("/")
    return not is_elsewhere(name) and pid.isdecimal() and _started(pid) != started


def _machine() -> str:
    """This machine since it was started, or this container: where process ids mean the same, whatever its name is."""
    with contextlib.suppress(OSError):
        if boot := boot_id():
            return f"{os.readlink('/proc/self/ns/pid')}/{boot}"
    return socket.gethostname()


def _started(pid: str) -> str:
    """When the process began, in a form that only compares; empty when there is none or it has ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            # The second field is the program's name and may hold anything, even blanks and brackets.
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        # It ended, even between open and read, or it belongs to another user and so is not the one that was named.
        return "" if os.path.exists("/proc/self/stat") else _running(pid)
    state, start = fields[0], fields[19]
    return "" if state in "ZX" else start


def _running(pid: str) -> str:
    # There is no start time without /proc, so a process that got the same id is taken for the one that was named.
    try:
        os.kill(int(pid), 0)
    except (OSError, OverflowError):
        return ""
    return "running"
