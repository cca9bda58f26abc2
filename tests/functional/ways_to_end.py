# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that opens a connection in each way that there is, and the ways in which it can end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.lab.lab import Lab
from tests.lab.world import DATABASE, OTHER, service_id

from .fleet import PERSIST, inventory
from .tasks import LOOKUP, WHO, connection, show

# By the service that it is opened to, what opens it.
OPENED_BY = {
    service_id(1, 1): "SSH on demand",
    service_id(2, 1): "set_host_vars",
    DATABASE: "lookup",
    OTHER: "connect: open",
}
_HOSTS = ("pi-kitchen", "pi-garage")
_CLOSING = ("multiplexer.py", "sweeper.py")
_SECONDS = 30


class Begun(NamedTuple):
    """A run that goes on: *process* was started, *main* is the id of Ansible's main process."""

    lab: Lab
    process: subprocess.Popen[str]
    main: int

    def end(self) -> str:
        """Wait for the end, which comes soon; what the run has written."""
        try:
            return self.process.communicate(timeout=_SECONDS)[0]
        finally:
            self.process.kill()

    def group(self, number: signal.Signals) -> None:
        """Send the signal to all in the process group of the run, as a terminal does."""
        os.killpg(self.process.pid, number)

    def alone(self, number: signal.Signals) -> None:
        """Send the signal to the main process."""
        os.kill(self.main, number)

    def all(self, number: signal.Signals, but: tuple[str, ...] = ()) -> None:
        """Send the signal to all processes of the run, *but* to those with such a word in their command line.

        All get it at the same moment: a worker that was to die while it tells what became of its task would hold the lock
        of the queue for that, and Ansible would wait for it without an end.
        """
        # What makes a container is outside of it.
        inside = set(self.lab.processes()) - ({self.process.pid} - {self.main})
        chosen = [pid for pid in inside if not any(word in _command(pid) for word in but)]
        for each in (signal.SIGSTOP, number, signal.SIGCONT):
            for pid in chosen:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, each)

    def all_but_who_closes(self, number: signal.Signals) -> None:
        """Send the signal to all processes of the run but those that are there to close."""
        self.all(number, but=_CLOSING)


class Way(NamedTuple):
    """A way to end: by its *last* task, or while that lasts by *strike*."""

    last: dict[str, Any]
    strike: Callable[[Begun], None] | None = None


def signalled(to: Callable[[Begun, signal.Signals], None], number: signal.Signals) -> Way:
    """The end by a signal *to* some of the processes."""
    sign = "touch '{{ playbook_dir }}/{{ inventory_hostname }}.waits'; sleep 30"
    return Way({"name": "wait", "ansible.builtin.raw": sign, "changed_when": False}, lambda begun: to(begun, number))


def begin(lab: Lab, way: Way, within: tuple[str, ...], environ: Mapping[str, str]) -> Begun:
    """Begin a run, by the command *within* if there is one, that opens in each way there is, and ends in this *way*.

    *environ* is added to the lab's variables.
    """
    set_host_vars = connection("set", "{{ remoteit_service_id }}", set_host_vars=True)
    tasks = [
        {**set_host_vars, "when": "inventory_hostname == 'pi-garage'"},
        {**show("look", f"lookup('{LOOKUP}', '{DATABASE}', missing='open').port"), "run_once": True},
        WHO,
        way.last,
    ]
    inventories = [
        *inventory(lab, "demanded", name="kitchen", hostname=["remoteit_device_name"]),
        *inventory(lab, "opened", connect="open", include=[f"remoteit_service_id == '{OTHER}'"]),
    ]
    for sign in _signs(lab):
        sign.unlink(missing_ok=True)
    process = lab.start(
        [{"name": "End", "hosts": "pis", "gather_facts": False, "tasks": tasks}],
        *inventories,
        environ={**PERSIST, **environ},
        within=within,
    )
    if way.strike is None:
        return Begun(lab, process, process.pid)
    wait_until(lambda: all(sign.exists() for sign in _signs(lab)) or process.poll() is not None)
    return Begun(lab, process, _child(process.pid) if within else process.pid)


def still_open(lab: Lab) -> set[str]:
    """What has opened what is open now."""
    return {OPENED_BY[item["service_id"]] for item in lab.open_connections()}


def wait_until(holds: Callable[[], object], seconds: float = _SECONDS) -> bool:
    """Wait until it is so, for at most so many *seconds*; whether it is."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _signs(lab: Lab) -> list[Path]:
    return [lab.root / f"{host}.waits" for host in _HOSTS]


def _child(pid: int) -> int:
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    return ""
