# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything at once: devices, the simulator in front of them, an inventory and a place to run playbooks in."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from tests import COLLECTION
from tests.simulator.admin_client import AdminClient
from tests.simulator.harness import Simulator

from .playbook import Run, run_playbook, start_playbook
from .ssh_device import SshDevice
from .world import environment, simulator_config, write_inventory

_PATIENCE = 20


class Lab:
    """A lab below the directory *root*, with a device for each of *names*.

    :ivar devices: the devices, in the order of *names*
    :ivar cloud: the running simulator
    :ivar inventory: the path of the inventory
    """

    def __init__(self, root: Path, names: Sequence[str] = ("pi-kitchen",)) -> None:
        self.root = root
        self.devices = [SshDevice(name, root / name, root / "user_key") for name in names]
        self.inventory = root / "inventory.yml"
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with self._stack as stack:
            for device in self.devices:
                stack.enter_context(device)
            self.cloud = stack.enter_context(Simulator(self.simulator_config()))
            write_inventory(self.inventory, self.devices, sys.executable)
            # Sockets need a short path; their directory outlives the SSH masters that end with the devices.
            self._sockets = stack.enter_context(tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True))
            namespace = self.root / "collections" / "ansible_collections" / "community"
            namespace.mkdir(parents=True)
            (namespace / "remoteit").symlink_to(COLLECTION)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def simulator_config(self, **behaviour: Any) -> dict[str, Any]:
        """The configuration that the simulator runs with, with *behaviour* in its section of that name."""
        return simulator_config(self.devices, behaviour)

    def environment(self, cloud: AdminClient | None = None) -> dict[str, str]:
        """The variables by which Ansible finds the collection, and the collection *cloud*, or the lab's own simulator."""
        cloud = cloud or self.cloud
        return {
            **environment(cloud.rest_url, cloud.graphql_url, self.root),
            "ANSIBLE_COLLECTIONS_PATH": str(self.root / "collections"),
            "ANSIBLE_SSH_CONTROL_PATH_DIR": self._sockets,
            "XDG_RUNTIME_DIR": self._sockets,
        }

    def run(
        self, plays: str | Sequence[Mapping[str, Any]], *arguments: str, environ: Mapping[str, str] | None = None
    ) -> Run:
        """Run *plays*, given as YAML or as data, with ansible-playbook. *environ* is added to the lab's variables."""
        return run_playbook(self._written(plays), self.inventory, {**self.environment(), **(environ or {})}, *arguments)

    def start(
        self,
        plays: str | Sequence[Mapping[str, Any]],
        *arguments: str,
        environ: Mapping[str, str] | None = None,
        within: Sequence[str] = (),
    ) -> subprocess.Popen[str]:
        """Start what run() would run, by the command *within* if there is one, and do not wait for its end."""
        environment = {**self.environment(), **(environ or {})}
        return start_playbook(self._written(plays), self.inventory, environment, *arguments, within=within)

    def _written(self, plays: str | Sequence[Mapping[str, Any]]) -> Path:
        playbook = self.root / "playbook.yml"
        playbook.write_text(plays if isinstance(plays, str) else yaml.safe_dump(plays, sort_keys=False))
        return playbook

    def run_tasks(
        self,
        *tasks: Mapping[str, Any],
        hosts: str = "localhost",
        arguments: Sequence[str] = (),
        environ: Mapping[str, str] | None = None,
        **keywords: Any,
    ) -> Run:
        """Run *tasks* in one play on *hosts*; *keywords* are keywords of the play, such as ``vars``."""
        play = {"name": "Lab", "hosts": hosts, "gather_facts": False, **keywords, "tasks": list(tasks)}
        return self.run([play], *arguments, environ=environ)

    def reset(self) -> None:
        """Close everything, forget everything, and set the simulator back to its configuration."""
        self.end_multiplexers()
        self.cloud.reset()
        shutil.rmtree(self.root / "registry", ignore_errors=True)

    def registry(self) -> list[dict[str, Any]]:
        """The connections in the registry."""
        found: list[dict[str, Any]] = []
        for path in self.root.glob("registry/*/*.json"):
            # It may go away while we look.
            with contextlib.suppress(FileNotFoundError):
                found += json.loads(path.read_text())["connections"]
        return found

    def multiplexers(self) -> list[int]:
        """The processes that have connections for SSH, or have had one until now."""
        return [pid for pid in self._listening() if b"/multiplexer.py\0" in _read(pid, "cmdline")]

    def _listening(self) -> list[int]:
        """The multiplexers, and what closes at the end of a run."""
        ours = f"\0{self._sockets}/".encode()
        pids = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
        return [pid for pid in pids if ours in _read(pid, "cmdline")]

    def end_multiplexers(self) -> None:
        """Have the processes that have tunnels close them now, and end: else they would do so later."""
        end = time.monotonic() + _PATIENCE
        while pids := self.multiplexers():
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
            if time.monotonic() > end:
                raise RuntimeError(f"These processes do not end: {pids}")
            time.sleep(0.05)
        # A run may not wait for what closes what a lookup has opened. It would write into the registry of the next test.
        while pids := [pid for pid in self._listening() if _is_left_by_its_run(pid)]:
            if time.monotonic() > end:
                raise RuntimeError(f"These processes do not end: {pids}")
            time.sleep(0.05)

    def kill_multiplexers(self) -> None:
        """Kill the processes that have tunnels, and wait until they are gone."""
        while pids := self.multiplexers():
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)

    def processes(self) -> list[int]:
        """All processes of runs in the lab, and those that they started."""
        ours = f"XDG_RUNTIME_DIR={self._sockets}\0".encode()
        return [int(path.name) for path in Path("/proc").glob("[0-9]*") if ours in _read(int(path.name), "environ")]

    def open_connections(self) -> list[dict[str, Any]]:
        """The connections that the simulator has open."""
        connections: list[dict[str, Any]] = self.cloud.state()["connections"]
        return connections


def _is_left_by_its_run(pid: int) -> bool:
    """Whether that is what closes at the end of a run, and the run has ended."""
    words = _read(pid, "cmdline").split(b"\0")
    # The name of a run begins with the id of its process.
    return (
        len(words) > 2
        and words[1].endswith(b"/sweeper.py")
        and not Path("/proc", words[2].decode().partition("/")[0]).exists()
    )


def _read(pid: int, what: str) -> bytes:
    """What /proc tells of a process; nothing when it is gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/{what}").read_bytes()
    return b""
