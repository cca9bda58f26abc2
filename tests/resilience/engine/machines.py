# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines, as the core tells them apart, of which one is this one."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from unittest import mock

from ansible_collections.community.remoteit.plugins.module_utils._base import process as process_module
from ansible_collections.community.remoteit.plugins.module_utils._base.boot import boot_id
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._registry import holding, signs
from tests.doubles.processes import Fork

HERE = ""
_MACHINE, _BOOT = process_module._machine(), boot_id()


def other_machine(number: int) -> str:
    """The name of one of the others: each second one is a container that runs beside this one."""
    return f"machine/{number}" if number % 2 else f"container/{number}"


@contextlib.contextmanager
def running_on(machine: str) -> Iterator[None]:
    """While this lasts, this process and its forks run on the *machine* of that name, or HERE, wherever they ran before."""
    boot = machine if machine.startswith("machine") else _BOOT
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(process_module, "_machine", return_value=machine or _MACHINE))
        for module in (holding, signs):
            stack.enter_context(mock.patch.object(module, "boot_id", return_value=boot))
        yield


@dataclass
class Process:
    """A process that is there until it is killed, by the name that the core gives it."""

    fork: Fork
    name: str
    machine: str

    @classmethod
    def started_on(cls, machine: str) -> Process:
        """A new one."""
        with running_on(machine):
            fork = Fork(_live)
        return cls(fork, fork.receive(), machine)


def _live(report: Callable[[str], None]) -> None:
    report(process_name(os.getpid()))
    signal.pause()
