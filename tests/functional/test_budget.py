# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many requests a whole run sends: the pages of its inventory, what it opens and closes, and none for each host."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.lab.world import OWNER
from tests.simulator.admin_client import AdminClient
from tests.simulator.threaded import ThreadedSimulator

from .fleet import PERSIST
from .fleet_lab import Fleet, service, simulator_config
from .tasks import CONNECTION, LOOKUP, connection, show

# two pages
_DEVICES = 1001


def id_of(number: int, of_service: int) -> str:
    return f"80:00:00:00:02:{number >> 8:02X}:{number & 255:02X}:{of_service:02X}"


def devices(count: int, target: str) -> list[dict[str, Any]]:
    """Devices with an SSH service each, all of which lead to the same target."""
    return [
        {
            "id": id_of(number, 0),
            "name": f"pi-{number:04}",
            "owner": OWNER,
            "services": [service(id_of(number, 1), target=target)],
        }
        for number in range(count)
    ]


def asked(cloud: AdminClient) -> Counter[str]:
    return Counter(call["operation"] for call in cloud.calls())


@pytest.mark.one_core
def test_many_hosts_by_tasks(fleet: Fleet) -> None:
    target = f"127.0.0.1:{fleet.lab.devices[0].port}"
    hosts = 20
    all_of_them = "{{ ansible_play_hosts_all | map('extract', hostvars, 'remoteit_service_id') }}"
    with ThreadedSimulator(simulator_config(devices(_DEVICES, target))) as cloud:
        run = fleet.run_tasks(
            {"connect": "none", "compose": {"ansible_connection": "'local'"}},
            connection("open", "{{ remoteit_service_id }}"),
            connection("use again", "{{ remoteit_service_id }}"),
            show("look up", f"lookup('{LOOKUP}', remoteit_service_id)"),
            {"name": "check", CONNECTION: {"services": all_of_them, "verify_after": 0}, "run_once": True},
            {"name": "close", CONNECTION: {"services": all_of_them, "state": "absent"}, "run_once": True},
            hosts=f"remoteit[0:{hosts - 1}]",
            arguments=["--forks", "10"],
            environ=fleet.environment(cloud),
        )
        assert run.returncode == 0, run.output
        assert run.result("check").result["msg"] == f"{hosts} services: {hosts} open already."
        assert asked(cloud) == {"query": 2 + 1 + 1, "connect": hosts, "stop": hosts}


@pytest.mark.one_core
def test_many_hosts_on_demand(fleet: Fleet) -> None:
    first = fleet.lab.devices[0]
    hosts = 4
    known_hosts = fleet.root / "known_hosts.budget"
    aliases = (f"remoteit-{id_of(number, 1).replace(':', '').lower()}" for number in range(hosts))
    known_hosts.write_text("".join(f"{alias} {first.host_key}\n" for alias in aliases))
    arguments = f"-o UserKnownHostsFile={known_hosts} -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes"
    work = {"name": "work", "ansible.builtin.raw": "true", "changed_when": False}
    with ThreadedSimulator(simulator_config(devices(hosts, f"127.0.0.1:{first.port}"))) as cloud:
        run = fleet.run_tasks(
            {},
            *[work] * 3,
            vars={"ansible_ssh_common_args": arguments},
            environ={**fleet.environment(cloud), **PERSIST},
        )
        assert run.returncode == 0, run.output
        assert asked(cloud)["connect"] == hosts
        assert cloud.state()["connections"] == []
        # The one read of the inventory, and one before all are closed.
        assert asked(cloud) == {"query": 2, "connect": hosts, "stop": hosts}
