# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show the main job on this machine alone: two devices are configured by tasks that open tunnels, and without any."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.lab.lab import Lab
from tests.lab.playbook import Run

_HERE = Path(__file__).parent
_TASKS = _HERE / "configure.yml"
_FLEET = _HERE / "fleet.remoteit.yml"
_NO_TASK = _HERE / "no_task.yml"
_NAMES = ("pi-kitchen", "pi-garage")
# SSH connections end this soon after their last task, instead of after a minute.
_PERSIST = {"ANSIBLE_SSH_ARGS": "-o ControlMaster=auto -o ControlPersist=2s"}
_PATIENCE = 30


def main() -> int:
    """Run the demo; 0 when everything went as promised."""
    with tempfile.TemporaryDirectory(prefix="remoteit-demo-") as root, Lab(Path(root), _NAMES) as lab:
        print("This machine now runs a simulator of remote.it and, behind it, two devices that only it can reach:")
        for device in lab.devices:
            print(f"  {device.name}: {device.server}, home directory {device.home}")
        kept = [_with_tasks(lab), _without_tasks(lab)]
    print("Everything went as promised." if all(kept) else "SOMETHING DID NOT GO AS PROMISED.")
    return 0 if all(kept) else 1


def _with_tasks(lab: Lab) -> bool:
    """Tasks open and close the tunnels; whether all went as promised."""
    print(
        f"\nThe first way: tasks open and close the tunnels. The playbook is tests/demo/configure.yml:\n\n{_text(_TASKS)}"
    )
    first = _run(lab, _TASKS, "Run 1: open the tunnels and configure the devices")
    addresses = {item["service_id"]: f"{item['host']}:{item['port']}" for item in lab.open_connections()}
    second = _run(lab, _TASKS, "Run 2: the same again, nothing is left to do")
    third = _run(lab, _TASKS, "Run 3: the same playbook with tunnel=absent", "-e", "tunnel=absent")
    print("===== Summary of the first way =====")
    for device in lab.devices:
        tunnel = first.result("Tunnel", device.name).result.get("connection", {})
        through = addresses.get(tunnel.get("service_id", ""), "no proxy")
        print(f"{_written(device.home)} through the proxy {through}")
    for number, run in enumerate((first, second, third), start=1):
        _tell_changes(number, run)
    left = _tell_calls(lab)
    return (
        all(run.returncode == 0 for run in (first, second, third))
        and not any(item.changed for item in second.results)
        and all("TZ=UTC" in _profile(device.home) for device in lab.devices)
        and len(addresses) == len(lab.devices)
        and not left
    )


def _without_tasks(lab: Lab) -> bool:
    """SSH opens and closes the tunnels; whether all went as promised."""
    print(f"\nThe second way: no task at all. The inventory is tests/demo/fleet.remoteit.yml:\n\n{_text(_FLEET)}")
    print(f"The playbook, tests/demo/no_task.yml, knows nothing of remote.it:\n\n{_text(_NO_TASK)}")
    before = len(lab.cloud.calls())
    runs = [
        _run(lab, _NO_TASK, title, "-i", str(_FLEET), **_PERSIST)
        for title in ("Run 4: configure the devices", "Run 5: the same again, nothing is left to do")
    ]
    print("===== Summary of the second way =====")
    for device in lab.devices:
        print(_written(device.home))
    for number, run in enumerate(runs, start=4):
        _tell_changes(number, run)
    end = time.monotonic() + _PATIENCE
    while lab.open_connections() and time.monotonic() < end:
        time.sleep(0.1)
    left = _tell_calls(lab, before)
    return (
        all(run.returncode == 0 for run in runs)
        and not any(item.changed for item in runs[1].results)
        and all("LANG=C.UTF-8" in _profile(device.home) for device in lab.devices)
        and not left
    )


def _text(path: Path) -> str:
    """The file without its licence header."""
    return path.read_text().partition("---\n")[2]


def _run(lab: Lab, playbook: Path, title: str, *arguments: str, **environ: str) -> Run:
    print(f"===== {title} =====", flush=True)
    run = lab.run(playbook.read_text(), *arguments, environ=environ)
    print(run.output, flush=True)
    return run


def _profile(home: Path) -> str:
    path = home / ".profile"
    return path.read_text().strip() if path.exists() else "nothing"


def _written(home: Path) -> str:
    return f'"{"; ".join(_profile(home).splitlines())}" is in {home / ".profile"}'


def _tell_changes(number: int, run: Run) -> None:
    changes = [f"{item.task} on {item.host}" for item in run.results if item.changed]
    print(f"Run {number} changed: {', '.join(sorted(changes)) or 'nothing'}")


def _tell_calls(lab: Lab, before: int = 0) -> int:
    """Tell what remote.it was asked since *before* calls; the number of tunnels that are open."""
    operations = [str(call["operation"]) for call in lab.cloud.calls()[before:]]
    counted = ", ".join(f"{operations.count(name)} {name}" for name in dict.fromkeys(operations))
    left = len(lab.open_connections())
    print(f"remote.it was asked {len(operations)} times: {counted}")
    print(f"Tunnels left open: {left}")
    return left


if __name__ == "__main__":
    sys.exit(main())
