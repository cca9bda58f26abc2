# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A multiplexer that is killed, whatever it is doing: ssh breaks, the next ssh works, and nothing is open in the end."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from tests.lab.lab import Lab
from tests.lab.world import service_id

from .fleet import on_demand
from .plain_ssh import run_tool, ssh_options
from .registries import LabRegistry
from .tasks import show
from .ways_to_end import wait_until

KITCHEN, GARAGE = service_id(1, 1), service_id(2, 1)
BOTH = (KITCHEN, GARAGE)
# For something that nobody can see from outside.
A_MOMENT = 0.5


class Phase(NamedTuple):
    """What the multiplexer is doing for two ssh that do *command*, held there by *fault*, once *comes* is true.

    :ivar locks: whether it waits for its turn
    :ivar is_used: whether ssh is still there
    """

    comes: Callable[[Lab], bool]
    fault: Mapping[str, Any] | None = None
    locks: bool = False
    command: str = "sleep 60"
    is_used: bool = True


def asked(operation: str, status: int | None) -> Callable[[Lab], bool]:
    """Whether remote.it was asked for it twice, and answered with *status*, None where the answer did not arrive."""

    def holds(lab: Lab) -> bool:
        calls = lab.cloud.calls(operation=operation)
        return len(calls) == len(BOTH) and all(call["status"] == status for call in calls)

    return holds


def waits_for_its_turn(lab: Lab) -> bool:
    """Whether a multiplexer has heard both ssh: it has accepted a socket of the program that each has started."""
    sockets = lab.environment()["XDG_RUNTIME_DIR"]
    fields = [line.split() for line in Path("/proc/net/unix").read_text().splitlines() if sockets in line]
    # One that listens has a flag, and one that nobody has accepted no inode.
    accepted = [path for *_some, flags, _type, _state, inode, path in fields if not int(flags, 16) and int(inode)]
    return sum(path.endswith(".sock") for path in accepted) == len(BOTH)


def relays(lab: Lab) -> bool:
    """Whether both devices do what ssh asked for."""
    return all((lab.root / f"{device.name}.relayed").exists() for device in lab.devices)


SIGN = 'touch "$HOME/../../$DEVICE_NAME.relayed"; sleep 60'
PHASES = {
    "before-the-call": Phase(waits_for_its_turn, locks=True),
    "request-lost": Phase(asked("connect", None), {"operation": "connect", "fault": "lost_request", "how": "hang"}),
    "answer-not-read": Phase(asked("connect", None), {"operation": "connect", "fault": "lost_answer", "how": "hang"}),
    "before-the-relay": Phase(asked("connect", 200), {"wire": "proxy", "fault": "hang"}),
    "while-it-relays": Phase(relays, command=SIGN),
    "before-it-is-closed": Phase(
        asked("stop", None),
        {"operation": "stop", "fault": "lost_request", "how": "hang"},
        command="true",
        is_used=False,
    ),
    "after-it-was-closed": Phase(
        asked("stop", None), {"operation": "stop", "fault": "lost_answer", "how": "hang"}, command="true", is_used=False
    ),
}


@pytest.mark.one_core
@pytest.mark.parametrize("phase", PHASES.values(), ids=PHASES)
def test_ssh_breaks_the_next_one_works_and_nothing_stays_open(phase: Phase, lab: Lab, registry: LabRegistry) -> None:
    for device in lab.devices:
        (lab.root / f"{device.name}.relayed").unlink(missing_ok=True)
    lab.cloud.set_fault(*([phase.fault] if phase.fault else []))
    with contextlib.ExitStack() as turns:
        for service in BOTH if phase.locks else ():
            turns.enter_context(registry.core.locked(service, Deadline(30)))
        # One is given a socket, the other one streams.
        clients = [start_ssh(lab, registry, KITCHEN, phase, True), start_ssh(lab, registry, GARAGE, phase, False)]
        assert wait_until(lambda: phase.comes(lab)), lab.cloud.calls()
        time.sleep(A_MOMENT)
        lab.kill_multiplexers()
        if phase.locks:
            assert lab.cloud.calls(operation="connect") == []
    lab.cloud.set_fault()
    for client in clients:
        output, errors = client.communicate(timeout=30)
        assert (client.returncode, bool(errors)) == ((255, True) if phase.is_used else (0, False)), output + errors

    again = run_tool(
        lab, "ssh", *ssh_options(lab, KITCHEN, fdpass=True), "pi", "printenv DEVICE_NAME", **registry.environ
    )
    assert (again.returncode, again.stdout) == (0, "pi-kitchen\n"), again.stderr
    lab.end_multiplexers()
    assert KITCHEN not in open_services(lab)
    # For the other device, nobody comes but a run that has nothing to do with it.
    ended = lab.run_tasks(show("nothing", "1"), arguments=on_demand(lab), environ=registry.environ)
    assert ended.returncode == 0, ended.output
    assert open_services(lab) == []


def start_ssh(lab: Lab, registry: LabRegistry, service: str, phase: Phase, fdpass: bool) -> subprocess.Popen[str]:
    """An ssh to the service."""
    return subprocess.Popen(
        ["ssh", *ssh_options(lab, service, fdpass=fdpass), "pi", phase.command],
        env={**os.environ, **lab.environment(), **registry.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def open_services(lab: Lab) -> list[str]:
    """The services of what is open."""
    return [item["service_id"] for item in lab.open_connections()]
