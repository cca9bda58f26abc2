# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a host that an inventory has already is another machine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.utils.display import Display

from ansible_collections.community.remoteit.plugins.plugin_utils._inventory.hosts import FleetHost
from ansible_collections.community.remoteit.plugins.plugin_utils._inventory.known import KnownHosts, ListedHost
from tests.doubles.fleet_hosts import DEVICE, SSH, device_host, service_hosts

OURS = service_hosts(DEVICE)[0]
THEIRS = service_hosts(replace(DEVICE, id="80:00:00:00:02:00:00:01", shared=True, owner="neighbour@example.com"))[0]
THEIRS = replace(THEIRS, id="80:00:00:00:02:00:00:02")


class Inventory:
    """One of ansible-core with the host pi, which has *variables*."""

    def __init__(self, **variables: Any) -> None:
        self.data: Any = InventoryData()
        self.data.add_host("pi")
        for name, value in variables.items():
            self.data.set_variable("pi", name, value)

    def listed(self, host: FleetHost) -> ListedHost:
        """Have a file of ours list it."""
        made = ListedHost(self.data.hosts["pi"], host)
        self.data.hosts["pi"] = made
        return made

    def known(self) -> KnownHosts:
        return KnownHosts(self.data.hosts, "r_", DataLoader())


def test_who_is_not_there_takes_no_name() -> None:
    known = Inventory().known()
    assert not known.is_other("nobody", OURS)
    assert not known.is_taken_for("nobody", OURS)


@pytest.mark.parametrize(
    ("variables", "is_other", "is_taken"),
    [
        # nothing says that it is another one
        ({}, False, True),
        ({"ansible_user": "pi"}, False, True),
        # somewhere else, or reached in another way
        ({"ansible_host": "192.0.2.1"}, True, True),
        ({"ansible_ssh_port": 22}, True, True),
        ({"ansible_connection": "local"}, True, True),
        # its id says who it is, in whichever form
        ({"r_service_id": SSH.id, "ansible_host": "192.0.2.1"}, False, False),
        ({"r_service_id": SSH.id.replace(":", "").lower()}, False, False),
        ({"r_service_id": "80:00:00:00:09:00:00:02"}, True, False),
        ({"r_id": SSH.id, "r_service_id": "80:00:00:00:09:00:00:02"}, True, False),
    ],
)
def test_what_its_variables_say_of_a_host(variables: dict[str, Any], is_other: bool, is_taken: bool) -> None:
    known = Inventory(**variables).known()
    assert (known.is_other("pi", OURS), known.is_taken_for("pi", OURS)) == (is_other, is_taken)


def test_a_stranger_never_takes_the_name_of_a_host_that_does_not_name_it() -> None:
    assert Inventory().known().is_other("pi", THEIRS)
    assert not Inventory(r_service_id=THEIRS.variables["r_service_id"]).known().is_other("pi", THEIRS)


def test_an_address_of_its_groups_counts_and_a_port_of_theirs_does_not() -> None:
    for name, value, is_other in (("ansible_host", "192.0.2.1", True), ("ansible_port", 22, False)):
        inventory = Inventory()
        inventory.data.add_group("pis")
        inventory.data.add_child("pis", "pi")
        inventory.data.set_variable("pis", name, value)
        assert inventory.known().is_other("pi", OURS) is is_other


def test_files_beside_its_inventory_count(tmp_path: Path) -> None:
    (tmp_path / "host_vars").mkdir()
    (tmp_path / "host_vars" / "pi.yml").write_text("ansible_host: 192.0.2.1\n")
    assert Inventory(inventory_dir=str(tmp_path)).known().is_other("pi", OURS)


def test_a_host_of_ours_is_known_by_its_id_and_a_stranger_yields() -> None:
    for there, wanted, is_other in (
        (OURS, OURS, False),
        (OURS, THEIRS, True),
        (THEIRS, OURS, False),
        (THEIRS, replace(THEIRS, id="80:00:00:00:03:00:00:02"), True),
        (OURS, replace(OURS, id="80:00:00:00:03:00:00:02"), True),
    ):
        inventory = Inventory(ansible_host="192.0.2.1")
        inventory.listed(there)
        assert inventory.known().is_other("pi", wanted) is is_other
        assert not inventory.known().is_taken_for("pi", wanted)


def test_what_a_host_had_it_keeps_and_who_shares_it_is_known() -> None:
    host = Inventory(ansible_user="me").listed(THEIRS)
    assert (host.vars["ansible_user"], host.fleet_id, host.stranger) == ("me", THEIRS.id, "neighbour@example.com")
    assert Inventory().listed(device_host(DEVICE)).stranger == ""


def test_an_address_that_comes_later_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _display, message: warnings.append(message))
    host = Inventory().listed(OURS)
    host.set_variable("ansible_host", "192.0.2.1")
    host.is_complete = True
    host.set_variable("rack", 7)
    assert warnings == []
    host.set_variable("ansible_ssh_port", 22)
    assert (host.vars["ansible_ssh_port"], len(warnings)) == (22, 1)
    assert "an inventory that is read later gives it an address (ansible_ssh_port)" in warnings[0]
