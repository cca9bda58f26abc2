# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ansible-playbook as a user does, and read what each task answered."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# To compile Ansible anew each time would take a third of it.
_SURROUNDINGS = {"ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "0", "PYTHONDONTWRITEBYTECODE": ""}
CALLBACKS = Path(__file__).with_name("callback_plugins")


@dataclass(frozen=True)
class TaskResult:
    """What one task answered for one host; *status* is ok, failed, unreachable or skipped."""

    host: str
    task: str
    status: str
    result: dict[str, Any]

    @property
    def changed(self) -> bool:
        """Whether Ansible counts the task as changed."""
        return bool(self.result.get("changed"))


@dataclass(frozen=True)
class Run:
    """A finished ansible-playbook."""

    returncode: int
    output: str
    results: list[TaskResult]

    def result(self, task: str, host: str | None = None) -> TaskResult:
        """The result of the task of that name, on *host* or on the only host."""
        found = [item for item in self.results if item.task == task and host in (None, item.host)]
        if len(found) != 1:
            raise LookupError(f"{len(found)} results of task {task!r} in:\n{self.output}")
        return found[0]


def start_playbook(
    playbook: Path, inventory: Path, environ: Mapping[str, str], *arguments: str, within: Sequence[str] = ()
) -> subprocess.Popen[str]:
    """Start *playbook* in its own directory and process group, by the command *within* if there is one.

    *environ* is added to this process's environment.
    """
    # The Ansible of this very interpreter, whatever is first on the PATH.
    program = Path(sys.executable).with_name("ansible-playbook")
    return subprocess.Popen(
        [*within, str(program), "-i", str(inventory), *arguments, str(playbook)],
        env={**os.environ, **_SURROUNDINGS, **environ},
        cwd=playbook.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def run_playbook(
    playbook: Path, inventory: Path, environ: Mapping[str, str], *arguments: str, timeout: float = 120
) -> Run:
    """Run *playbook* to its end, as start_playbook() starts it, and collect what the tasks answered."""
    record = playbook.with_suffix(f".{os.urandom(4).hex()}.results")
    recording = {
        "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
        "ANSIBLE_CALLBACKS_ENABLED": "lab_record",
        "LAB_RECORD": str(record),
    }
    with start_playbook(playbook, inventory, {**recording, **environ}, *arguments) as process:
        try:
            output, _nothing = process.communicate(timeout=timeout)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    lines = record.read_text().splitlines() if record.exists() else []
    return Run(process.returncode, output, [TaskResult(**json.loads(line)) for line in lines])
