# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show the main job on this machine alone: a playbook opens tunnels, configures two devices and closes the tunnels."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.lab.lab import Lab
from tests.lab.playbook import Run

_PLAYBOOK = Path(__file__).with_name("configure.yml")
_NAMES = ("pi-kitchen", "pi-garage")


def main() -> int:
    """Run the demo; 0 when everything went as promised."""
    with tempfile.TemporaryDirectory(prefix="remoteit-demo-") as root, Lab(Path(root), _NAMES) as lab:
        print("This machine now runs a simulator of remote.it and, behind it, two devices that only it can reach:")
        for device in lab.devices:
            print(f"  {device.name}: {device.server}, home directory {device.home}")
        print(f"\nThe playbook is tests/demo/configure.yml:\n\n{_text(_PLAYBOOK)}")
        first = _run(lab, "Run 1: open the tunnels and configure the devices")
        addresses = {item["service_id"]: f"{item['host']}:{item['port']}" for item in lab.open_connections()}
        second = _run(lab, "Run 2: the same again, nothing is left to do")
        third = _run(lab, "Run 3: the same playbook with tunnel=absent", "-e", "tunnel=absent")
        return _summary(lab, addresses, (first, second, third))


def _text(path: Path) -> str:
    """The file without its licence header."""
    return path.read_text().partition("---\n")[2]


def _run(lab: Lab, title: str, *arguments: str) -> Run:
    print(f"===== {title} =====", flush=True)
    run = lab.run(_PLAYBOOK.read_text(), *arguments)
    print(run.output, flush=True)
    return run


def _summary(lab: Lab, addresses: dict[str, str], runs: tuple[Run, ...]) -> int:
    print("===== Summary =====")
    for device in lab.devices:
        tunnel = runs[0].result("Tunnel", device.name).result.get("connection", {})
        profile = device.home / ".profile"
        content = profile.read_text().strip() if profile.exists() else "nothing"
        through = addresses.get(tunnel.get("service_id", ""), "no proxy")
        print(f'{device.name}: "{content}" was written to {profile} through the proxy {through}')
    for number, run in enumerate(runs, start=1):
        changes = [f"{item.task} on {item.host}" for item in run.results if item.changed]
        print(f"Run {number} changed: {', '.join(sorted(changes)) or 'nothing'}")
    calls = lab.cloud.calls()
    left = lab.open_connections()
    print(f"remote.it was asked {len(calls)} times: {_count(calls)}")
    print(f"Tunnels left open: {len(left)}")
    kept = (
        all(run.returncode == 0 for run in runs)
        and not any(item.changed for item in runs[1].results)
        and all((device.home / ".profile").exists() for device in lab.devices)
        and len(addresses) == len(lab.devices)
        and not left
    )
    print("Everything went as promised." if kept else "SOMETHING DID NOT GO AS PROMISED.")
    return 0 if kept else 1


def _count(calls: list[dict[str, object]]) -> str:
    operations = [str(call["operation"]) for call in calls]
    return ", ".join(f"{operations.count(name)} {name}" for name in dict.fromkeys(operations))


if __name__ == "__main__":
    sys.exit(main())
