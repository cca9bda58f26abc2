# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several inventories in one run: a name never comes to lead to another machine without a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.lab.world import device, service_id
from tests.simulator.admin_client import AdminClient
from tests.simulator.threaded import ThreadedSimulator

from .fleet_lab import (
    GARAGE,
    ORGANISATION,
    Fleet,
    Listed,
    service,
    shared_by_the_neighbour,
    simulator_config,
)
from .tasks import WHO, show

# ansible-core decides what the hosts and variables of several sources become, so all tests run with each of them.

OWN = service_id(1, 1)
THEIRS = service_id(2, 1)
STRANGERS = service_id(3, 1)
WITH_ID = f"pi-kitchen-{THEIRS.replace(':', '').lower()}"
BY_DEVICE = {"hostname": ["remoteit_device_name", "org_device_name", "own_device_name"]}
UNIQUE = "These names of hosts are not unique, so ids were added to them: pi-kitchen."
GUESSED = "These hosts are in another inventory as well, which gives them no address, so they are taken for the same"
LATER = "Host pi-kitchen is a device of remote.it, and an inventory that is read later gives it an address"


def three_kitchens() -> list[dict[str, Any]]:
    """A device of the same name of one's own, of the organisation, and of a stranger."""
    return [
        device(1, "pi-kitchen", service(OWN), tags=["own"]),
        device(2, "pi-kitchen", service(THEIRS), owner=ORGANISATION, tags=["theirs"]),
        shared_by_the_neighbour(3, "pi-kitchen", service(STRANGERS), tags=["strangers"]),
    ]


class Sources:
    """Files that ansible-core reads in one run, in the order in which they are added."""

    def __init__(self, fleet: Fleet, cloud: AdminClient) -> None:
        self._fleet = fleet
        self._cloud = cloud
        self._paths: list[Path] = []

    def ours(self, **options: Any) -> Sources:
        """One of our files."""
        name = f"{len(self._paths)}.remoteit.yml"
        self._paths.append(self._fleet.write({**BY_DEVICE, **options}, f"sources/{name}"))
        return self

    def static(self, text: str, name: str = "hosts.ini") -> Sources:
        """A file that somebody wrote."""
        self._paths.append(self._fleet.write(text, f"sources/{name}"))
        return self

    def read(self) -> Listed:
        """What ansible-core makes of them."""
        return self._fleet.read([str(path) for path in self._paths], self._cloud)


@pytest.fixture(scope="module")
def kitchens() -> Iterator[AdminClient]:
    """A remote.it with three devices of one name."""
    with ThreadedSimulator(simulator_config(three_kitchens())) as cloud:
        yield cloud


@pytest.fixture
def sources(fleet: Fleet, kitchens: AdminClient) -> Sources:
    """No file yet."""
    return Sources(fleet, kitchens)


def ids(listed: Listed, prefix: str = "remoteit_") -> Mapping[str, Any]:
    """The service id of each host."""
    return {name: variables.get(f"{prefix}id") for name, variables in listed.hosts.items()}


def test_two_devices_of_one_name_are_two_hosts_in_groups_of_their_own(sources: Sources, tmp_path: Path) -> None:
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path)}
    sources.ours(shared=False, **cache).ours(account=ORGANISATION, hostvars_prefix="org_", **cache)
    for _from_cache in (False, True):
        listed = sources.read()
        assert ids(listed) == {"pi-kitchen": OWN, WITH_ID: None}
        assert ids(listed, "org_") == {"pi-kitchen": None, WITH_ID: THEIRS}
        assert (listed.groups["remoteit_tag_own"], listed.groups["remoteit_tag_theirs"]) == ({"pi-kitchen"}, {WITH_ID})
        assert [text for text in listed.warnings if text.startswith(UNIQUE)] == listed.warnings != []


def test_the_same_service_in_two_files_is_one_host(sources: Sources) -> None:
    more = {"hostvars_prefix": "own_", "connect": "none", "keyed_groups": [{"key": "own_tags", "prefix": "again"}]}
    listed = sources.ours(shared=False).ours(shared=False, **more, compose={"ansible_port": "own_port"}).read()
    assert (ids(listed), ids(listed, "own_")) == ({"pi-kitchen": OWN}, {"pi-kitchen": OWN})
    assert listed.groups["remoteit_tag_own"] == listed.groups["again_own"] == {"pi-kitchen"}
    assert listed.hosts["pi-kitchen"]["ansible_host"] == "remoteit-8000000000000101"
    assert listed.warnings == []


def test_a_device_and_its_service_are_not_the_same(sources: Sources) -> None:
    listed = sources.ours(shared=False).ours(shared=False, hosts="devices").read()
    assert ids(listed) == {"pi-kitchen": OWN, "pi-kitchen-8000000000000100": "80:00:00:00:00:00:01:00"}


def test_a_strangers_device_yields_to_an_own_one_whichever_file_is_read_first(sources: Sources) -> None:
    listed = sources.ours(shared=True).ours(shared=False).read()
    assert ids(listed) == {"pi-kitchen": OWN}
    assert listed.groups["remoteit_tag_strangers"] == set()
    (warning,) = listed.warnings
    assert warning.startswith(
        "Host pi-kitchen on a device that neighbour@example.com shares is left out, because a device"
    )


def test_a_strangers_device_in_two_files_is_one_host(sources: Sources) -> None:
    listed = sources.ours(shared=True).ours(shared=True).read()
    assert (ids(listed), listed.warnings) == ({"pi-kitchen": STRANGERS}, [])


@pytest.mark.parametrize(
    "host",
    [
        "pi-kitchen ansible_host=192.0.2.7",
        "pi-kitchen:2222",
        "pi-kitchen ansible_connection=local",
        "pi-kitchen ansible_winrm_host=192.0.2.7",
        f"pi-kitchen remoteit_id={STRANGERS}",
        "pi-kitchen remoteit_service_id={{no_such_variable}}",
    ],
)
def test_a_static_host_with_an_address_or_another_id_keeps_its_name(sources: Sources, host: str) -> None:
    listed = sources.static(f"[mine]\n{host}\n").ours(account=ORGANISATION).read()
    assert set(listed.hosts) == {"pi-kitchen", WITH_ID}
    assert listed.groups["mine"] == {"pi-kitchen"}
    assert listed.groups["remoteit"] == {WITH_ID}
    assert "ansible_ssh_args" not in listed.hosts["pi-kitchen"]
    assert [text for text in listed.warnings if text.startswith(UNIQUE)] == listed.warnings != []


def test_an_address_in_host_vars_counts_as_well(sources: Sources, fleet: Fleet) -> None:
    # In a directory of its own, because ansible-core remembers where it found no variables.
    fleet.write("ansible_host: 192.0.2.7\n", "sources/more/host_vars/pi-kitchen.yml")
    listed = sources.static("pi-kitchen\n", "more/hosts.ini").ours(shared=False).read()
    assert set(listed.hosts) == {"pi-kitchen", "pi-kitchen-8000000000000101"}


def test_a_static_host_whose_group_has_an_address_is_another_machine(sources: Sources) -> None:
    listed = sources.static("[old]\npi-kitchen\n[old:vars]\nansible_host=192.0.2.7\n").ours(shared=False).read()
    assert ids(listed) == {"pi-kitchen": None, "pi-kitchen-8000000000000101": OWN}
    # A port may be meant for devices as well.
    listed = sources.static("[mine]\npi-garage\n[mine:vars]\nansible_port=22\n", "port.ini").read()
    assert "pi-garage" in listed.hosts


@pytest.mark.parametrize("connect", ["on_demand", "none"])
def test_a_static_host_without_an_address_is_the_device_with_a_warning(sources: Sources, connect: str) -> None:
    static = "[mine]\npi-kitchen colour=red\n"
    listed = sources.static(static).ours(shared=False, connect=connect).read()
    assert (ids(listed), listed.hosts["pi-kitchen"]["colour"]) == ({"pi-kitchen": OWN}, "red")
    assert listed.groups["mine"] == listed.groups["remoteit"] == {"pi-kitchen"}
    (warning,) = listed.warnings
    assert warning.startswith(f"{GUESSED} machines: pi-kitchen. If one is another machine, set its ansible_host there")


@pytest.mark.parametrize("id_", [OWN, OWN.replace(":", "").lower()])
def test_a_static_host_that_says_which_device_it_is_needs_no_warning(sources: Sources, id_: str) -> None:
    listed = sources.static(f"pi-kitchen remoteit_service_id={id_}\n").ours(shared=False).read()
    assert (ids(listed), listed.warnings) == ({"pi-kitchen": OWN}, [])


def test_a_strangers_device_is_never_guessed_to_be_a_static_host(sources: Sources) -> None:
    listed = sources.static("pi-kitchen\n").ours(shared=True).read()
    assert ids(listed) == {"pi-kitchen": None, "pi-kitchen-8000000000000301": STRANGERS}


def test_a_later_inventory_may_add_groups_and_variables(sources: Sources) -> None:
    listed = sources.ours(shared=False).static("[mine]\npi-kitchen colour=red\n").read()
    assert (ids(listed), listed.hosts["pi-kitchen"]["colour"]) == ({"pi-kitchen": OWN}, "red")
    assert listed.groups["mine"] == {"pi-kitchen"}
    assert listed.warnings == []


@pytest.mark.parametrize("connect", ["on_demand", "none"])
def test_an_address_from_a_later_inventory_is_told(sources: Sources, connect: str) -> None:
    listed = sources.ours(shared=False, connect=connect).static("pi-kitchen ansible_host=192.0.2.7\n").read()
    (warning,) = listed.warnings
    assert warning.startswith(f"{LATER} (ansible_host): if that is another machine, let its inventory be read first")


def test_our_own_files_may_set_the_address_of_a_host_twice(sources: Sources) -> None:
    compose = {"ansible_host": "remoteit_name"}
    listed = sources.ours(shared=False, compose=compose).ours(shared=False, compose=compose).read()
    assert (listed.hosts["pi-kitchen"]["ansible_host"], listed.warnings) == ("ssh", [])


def test_what_fails_leaves_nothing_behind(sources: Sources) -> None:
    """ansible-core goes on with the other sources, and keeps what a failed one has added."""
    broken = {"strict": True, "compose": {"ansible_host": "no_such_variable"}, "default_groups": ["tags"]}
    listed = sources.static("pi-kitchen colour=red\n").ours(**broken).read()
    assert set(listed.hosts) == {"pi-kitchen"}
    assert "ansible_host" not in listed.hosts["pi-kitchen"] and "remoteit_id" not in listed.hosts["pi-kitchen"]
    assert not listed.groups["remoteit_tag_own"] | listed.groups["remoteit_tag_strangers"]
    assert any("Could not set ansible_host" in text for text in listed.warnings)


def test_a_directory_is_read_in_the_order_of_the_alphabet(fleet: Fleet, kitchens: AdminClient) -> None:
    fleet.write({**BY_DEVICE, "shared": False}, "directory/20.remoteit.yml")
    static = fleet.write("pi-kitchen ansible_host=192.0.2.7\n", "directory/10.ini")
    listed = fleet.read([str(static.parent)], kitchens)
    assert ids(listed) == {"pi-kitchen": None, "pi-kitchen-8000000000000101": OWN}
    static.rename(static.with_name("30.ini"))
    (warning,) = fleet.read([str(static.parent)], kitchens).warnings
    assert warning.startswith(LATER)


def test_tasks_reach_the_machine_that_a_name_means(fleet: Fleet) -> None:
    """Two files with a device of one name each, and a static inventory that groups it."""
    cook = {"hostname": ["'cook'"], "application": ["ssh"]}
    second = fleet.write({**cook, "name": "garage"}, "second.remoteit.yml")
    static = fleet.write("[kitchens]\ncook colour=red\n", "groups.ini")
    colour = show("colour", "colour | default('none')")
    arguments = ["-i", str(second), "-i", str(static)]
    run = fleet.run_tasks({**cook, "name": "kitchen"}, WHO, colour, arguments=arguments)
    assert run.returncode == 0, run.output
    other = f"cook-{GARAGE.replace(':', '').lower()}"
    found = {(item.host, item.task): item.result.get("stdout", item.result.get("msg")) for item in run.results}
    assert found == {
        ("cook", "who"): "pi-kitchen",
        (other, "who"): "pi-garage",
        ("cook", "colour"): "red",
        (other, "colour"): "none",
    }
