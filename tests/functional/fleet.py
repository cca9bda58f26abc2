# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's devices reached on demand: the inventory plugin beside the lab's inventory, which knows users and keys."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import yaml

from tests.lab.lab import Lab

# Shorter than by default, so that a test can wait for the end of it.
PERSIST = {"ANSIBLE_SSH_ARGS": "-o ControlMaster=auto -o ControlPersist=2s"}
_SECONDS = 30


def on_demand(lab: Lab, **options: Any) -> list[str]:
    """The arguments by which ansible-playbook takes the fleet as a second inventory."""
    return inventory(lab, "fleet", application=["ssh"], hostname=["remoteit_device_name"], **options)


def inventory(lab: Lab, file: str, /, **options: Any) -> list[str]:
    """The arguments by which ansible-playbook takes an inventory with these *options*, in a *file* called so."""
    path = lab.root / f"{file}.remoteit.yml"
    path.write_text(yaml.safe_dump({"plugin": "community.remoteit.remoteit", **options}))
    return ["-i", str(path)]


def operations(lab: Lab, operation: str) -> int:
    """How often remote.it was asked for it."""
    return sum(call["operation"] == operation for call in lab.cloud.calls())


def wait_until_nothing_is_open(lab: Lab) -> None:
    """Wait until the last tunnel is closed and forgotten; fail when that takes too long."""
    _wait_while(lambda: [*lab.open_connections(), *lab.registry()])


def wait_until_ssh_has_gone(lab: Lab) -> None:
    """Wait until no process holds a connection open; fail when that takes too long."""
    _wait_while(lambda: [connection for connection in lab.registry() if connection["holders"]])


def wait_until_closed(lab: Lab) -> None:
    """Wait until a connection that was opened is closed; fail when that takes too long."""
    _wait_while(lambda: [] if operations(lab, "stop") else [{"closed": False}])


def _wait_while(left: Callable[[], list[dict[str, Any]]]) -> None:
    end = time.monotonic() + _SECONDS
    while found := left():
        assert time.monotonic() < end, f"still there: {found}"
        time.sleep(0.1)
