# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._fleet.device import Device, TypeNames
from ansible_collections.community.remoteit.plugins.module_utils._fleet.filter import FleetFilter
from ansible_collections.community.remoteit.plugins.module_utils._fleet.parse import parse_device
from ansible_collections.community.remoteit.plugins.module_utils._tasks.filter_argspec import filter_argument_spec
from tests.doubles.fleet_cloud import ACME, ME, device_node, service_node

TYPES = TypeNames({28: "SSH", 7: "HTTP", 1: "TCP", 2: "tcp", 9: ""}, {0: "Unknown", 1: "Linux"})


def device(number: int, **fields: Any) -> Device:
    return parse_device(device_node(number, **fields), TYPES, ME, None, lambda what, node, why: None)


def passing(wanted: FleetFilter, *devices: Device) -> list[int]:
    """The numbers of the devices that pass."""
    return [int(one.id[-5:-3], 16) for one in wanted.resolved(TYPES).trimmed(devices)]


def test_nothing_asked_for_passes_all_as_it_is() -> None:
    devices = [device(1), device(2, services=[])]
    wanted = FleetFilter.from_options(dict.fromkeys(filter_argument_spec()))
    assert wanted == FleetFilter()
    assert wanted.trimmed(devices) == devices
    assert wanted.variables() == {}


def test_options_become_arguments_of_the_api() -> None:
    wanted = FleetFilter.from_options(
        {
            "name": "pi",
            "tags": ["a", "b"],
            "tags_match": "all",
            "state": "offline",
            "platform": ["1"],
            "application": ["028"],
            "owner": ["me@example.com"],
            "shared": True,
        }
    )
    assert not wanted.needs_type_names
    assert wanted.resolved(TypeNames()).variables() == {
        "name": "pi",
        "tag": {"operator": "ALL", "values": ["a", "b"]},
        "state": "inactive",
        "platform": [1],
        "application": [28],
        "owner": False,
    }
    assert FleetFilter(shared=False, state="online").variables() == {"owner": True, "state": "active"}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (FleetFilter(name="PI-"), [1, 2]),
        (FleetFilter(name="STRASSE"), [3]),
        (FleetFilter(tags=("a", "b")), [1, 2]),
        (FleetFilter(tags=("a", "b"), tags_match="all"), [1]),
        (FleetFilter(tags=("A",)), []),
        (FleetFilter(state="online"), [1, 3]),
        (FleetFilter(state="offline"), [2]),
        (FleetFilter(platform=("LINUX",)), [1]),
        (FleetFilter(platform=("0", "1")), [1, 2]),
        (FleetFilter(owner=("Acme@Example.com",)), [2]),
        (FleetFilter(shared=True), [2]),
        (FleetFilter(shared=False), [1, 3]),
        (FleetFilter(application=("http",)), [3]),
        (FleetFilter(application=("ssh", "7")), [1, 2, 3]),
        (FleetFilter(application=("28",), state="online", name="strasse"), []),
    ],
)
def test_what_the_api_lets_through_is_trimmed_exactly(wanted: FleetFilter, expected: list[int]) -> None:
    devices = (
        device(1, name="Pi-1", tags=[{"name": "a"}, {"name": "b"}]),
        device(
            2,
            name="pi-2",
            tags=[{"name": "b"}],
            online=False,
            platform=0,
            owner={"id": ACME, "email": "acme@example.com"},
        ),
        device(3, name="Hauptstraße", platform=None, services=[service_node(3, application=7)]),
    )
    assert passing(wanted, *devices) == expected


def test_what_is_escaped_in_a_name_is_found_as_it_is_written() -> None:
    odd = device(1, name="{{ pi }} {", tags=[{"name": "{{ a }}"}], owner={"id": ACME, "email": "{#@example.com"})
    for wanted in (
        FleetFilter(name="{{ PI }} {"),
        FleetFilter(name="{"),
        FleetFilter(tags=("{{ a }}",)),
        FleetFilter(owner=("{#@Example.com",)),
    ):
        assert passing(wanted, odd) == [1]


def test_services_of_other_applications_go() -> None:
    both = device(1, services=[service_node(1), service_node(1, 2, application=7)])
    (trimmed,) = FleetFilter(application=("7",)).trimmed([both])
    assert [one.application for one in trimmed.services] == [7]
    assert len(both.services) == 2


def test_a_name_that_two_types_have_means_both() -> None:
    assert FleetFilter(application=("TCP",)).resolved(TYPES).application == ("1", "2")


@pytest.mark.parametrize("option", ["application", "platform"])
def test_an_unknown_type_lists_the_known_ones(option: str) -> None:
    known = {"application": "HTTP, SSH, TCP, tcp", "platform": "Linux, Unknown"}[option]
    wanted: dict[str, Any] = {option: ("shh",)}
    with pytest.raises(OptionError) as error:
        FleetFilter(**wanted).resolved(TYPES)
    assert str(error.value) == (
        f"{option}='shh' is no type that remote.it knows: choose one of {known}, or give its id."
    )
