# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosts of one file come into the inventory as a whole, or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible.inventory.data import InventoryData

from ansible_collections.community.remoteit.plugins.plugin_utils._inventory.addition import Addition
from ansible_collections.community.remoteit.plugins.plugin_utils._inventory.hosts import FleetHost
from ansible_collections.community.remoteit.plugins.plugin_utils._inventory.known import ListedHost
from tests.doubles.fleet_hosts import DEVICE, device_host

OURS = device_host(DEVICE)
THEIRS = device_host(replace(DEVICE, id="80:00:00:00:02:00:00:01", shared=True, owner="neighbour@example.com"))


class Inventory:
    """One of ansible-core, and what was warned of."""

    def __init__(self) -> None:
        self.data: Any = InventoryData()
        self.data.add_group("pis")
        self.warnings: list[str] = []

    def addition(self) -> Addition:
        return Addition(self.data, self.warnings.append)

    def add(self, name: str, listed: FleetHost, *groups: str, **variables: Any) -> Addition:
        addition = self.addition()
        addition.add(name, listed, variables, groups)
        addition.complete()
        return addition

    def groups(self, name: str) -> set[str]:
        return {group.name for group in self.data.hosts[name].groups} - {"all", "ungrouped"}


@pytest.fixture
def inventory() -> Inventory:
    return Inventory()


def test_a_host_has_its_variables_and_its_groups(inventory: Inventory) -> None:
    inventory.add("pi", OURS, "pis", rack=7)
    host = inventory.data.hosts["pi"]
    assert isinstance(host, ListedHost) and host.is_complete and host.fleet_id == OURS.id
    assert (host.vars["rack"], inventory.groups("pi"), inventory.warnings) == (7, {"pis"}, [])
    assert [one.name for one in inventory.data.groups["pis"].hosts] == ["pi"]


def test_the_same_host_of_another_file_keeps_what_it_had(inventory: Inventory) -> None:
    inventory.add("pi", OURS, "pis", rack=7)
    inventory.add("pi", OURS, room="north")
    assert {name: inventory.data.hosts["pi"].vars[name] for name in ("rack", "room")} == {"rack": 7, "room": "north"}


@pytest.mark.parametrize("fails", [True, False])
def test_a_file_that_fails_leaves_no_host(fails: bool, inventory: Inventory) -> None:
    addition = inventory.add("pi", OURS, "pis", rack=7)
    if fails:
        addition.take_back()
    assert ("pi" in inventory.data.hosts) is not fails
    assert [one.name for one in inventory.data.groups["pis"].hosts] == [] if fails else ["pi"]


def test_a_file_that_fails_leaves_the_hosts_of_others_as_they_were(inventory: Inventory) -> None:
    inventory.add("pi", OURS, rack=7)
    addition = inventory.add("pi", OURS, "pis", rack=8, room="north")
    addition.take_back()
    host = inventory.data.hosts["pi"]
    assert (host.vars["rack"], "room" in host.vars, inventory.groups("pi")) == (7, False, set())
    assert host.is_complete


def test_a_strangers_host_yields_to_one_of_our_own(inventory: Inventory) -> None:
    inventory.add("pi", THEIRS, "pis", whose="theirs")
    inventory.add("pi", OURS, whose="ours")
    host = inventory.data.hosts["pi"]
    assert (host.fleet_id, host.vars["whose"], inventory.groups("pi")) == (OURS.id, "ours", set())
    assert inventory.warnings == [
        "Host pi on a device that neighbour@example.com shares is left out, because a device of your own has its name: "
        "set hostname."
    ]


def test_a_strangers_host_yields_to_a_group_of_its_name_and_ours_does_not(inventory: Inventory) -> None:
    addition = inventory.addition()
    addition.add("theirs", THEIRS, {}, [])
    addition.add("ours", OURS, {}, [])
    for name in ("theirs", "ours"):
        inventory.data.add_group(name)
    addition.yield_to_groups()
    assert list(inventory.data.hosts) == ["ours"]
    assert "a group of keyed_groups has its name: give the groups a prefix" in inventory.warnings[0]
    addition.take_back()
    assert list(inventory.data.hosts) == []


def test_a_host_that_stood_elsewhere_already_becomes_one_of_ours_and_keeps_its_variables(inventory: Inventory) -> None:
    inventory.data.add_host("pi")
    inventory.data.set_variable("pi", "ansible_user", "me")
    inventory.add("pi", OURS, rack=7)
    assert inventory.data.hosts["pi"].vars["ansible_user"] == "me"
    assert inventory.data.hosts["pi"].vars["rack"] == 7
