# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Strangers' dictionaries that look like marked values of Ansible stay what they are, whatever Ansible writes and reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ansible_types import TYPE_KEY, TYPE_NAMES
from tests.lab.world import service_id
from tests.simulator.admin_client import AdminClient
from tests.simulator.threaded import ThreadedSimulator

from .fleet_lab import Fleet, service, shared_by_the_neighbour, simulator_config
from .tasks import DEVICES, show

NAME = "doorbell-ssh"
KEYS = (TYPE_KEY, "__ansible_unsafe", "__ansible_vault")
ODD: dict[str, Any] = {name: {TYPE_KEY: name, "value": "x", "tags": []} for name in TYPE_NAMES}
ODD |= {f"in {key}": {key: "x"} for key in KEYS}
ODD |= dict.fromkeys(KEYS, "x")
# How each of them is shown: as the same dictionary, with keys that mean nothing to Ansible.
SHOWN = json.loads(json.dumps(ODD).replace('"__ansible_', r'"\\x5f_ansible_'))


@pytest.fixture
def cloud() -> Iterator[AdminClient]:
    """A fleet with one device, whose owner is a stranger."""
    odd = service(service_id(0x61, 1), attributes=ODD)
    named = service(service_id(0x61, 2), TYPE_KEY, 1)
    with ThreadedSimulator(
        simulator_config([shared_by_the_neighbour(0x61, "doorbell", odd, named, attributes=ODD)])
    ) as cloud:
        yield cloud


def test_they_come_from_the_cache_as_they_came_from_remoteit(fleet: Fleet, cloud: AdminClient, tmp_path: Path) -> None:
    for hosts in ("services", "devices"):
        config = {"hosts": hosts, "connect": "none", "cache": True, "cache_plugin": "ansible.builtin.jsonfile"}
        config["cache_connection"] = str(tmp_path / hosts)
        asked = len(cloud.calls())
        fresh, cached = fleet.listed(config, cloud), fleet.listed(config, cloud)
        assert len(cloud.calls()) == asked + 1
        assert fresh == cached
        for variables in cached.hosts.values():
            assert variables["remoteit_device_attributes"] == SHOWN
            assert {type(variables["remoteit_device_attributes"][name]) for name in TYPE_NAMES} == {dict}


def test_they_go_through_modules_facts_and_lists(fleet: Fleet, cloud: AdminClient) -> None:
    config = {"connect": "none"}
    environ = {
        **fleet.environment(cloud),
        "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(fleet.root / "facts"),
    }
    for hosts in ("services", "devices"):
        script = fleet.root / f"{hosts}.sh"
        listing = fleet.show({**config, "hosts": hosts}, cloud=cloud).output
        script.write_text(f"#!/bin/sh\ncat <<'END'\n{listing}\nEND\n")
        script.chmod(0o755)
    sent = {DEVICES: {"shared": True}, "delegate_to": "localhost", "async": 60, "poll": 1, "register": "sent"}
    fact = {"kept": "{{ remoteit_device_attributes }}", "cacheable": True}
    tasks: list[dict[str, Any]] = [{"name": "sent", **sent}, {"name": "keep", "ansible.builtin.set_fact": fact}]
    first = fleet.run_tasks(config, *tasks, show("module", "sent.devices[0].attributes"), hosts=NAME, environ=environ)
    assert first.returncode == 0, first.output
    assert first.result("module").result["msg"] == SHOWN
    arguments = ["-i", str(fleet.root / "services.sh"), "-i", str(fleet.root / "devices.sh")]
    shown = [show("listed", "remoteit_attributes"), show("fact", "kept")]
    names = {**show("names", "hostvars.doorbell.remoteit_services | list"), "run_once": True}
    second = fleet.lab.run_tasks(*shown, names, hosts=NAME, arguments=arguments, environ=environ)
    assert second.returncode == 0, second.output
    assert second.result("listed").result["msg"] == second.result("fact").result["msg"] == SHOWN
    assert set(second.result("names").result["msg"]) == {"ssh", r"\x5f_ansible_type"}
