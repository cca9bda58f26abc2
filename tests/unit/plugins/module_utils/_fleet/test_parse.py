# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of an answer becomes a device, and what is left out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.doubles.fleet_cloud import FleetCloud, device_node, fleet, id_of, names, service_node


@pytest.mark.parametrize(
    "node",
    [
        None,
        7,
        "pi",
        [],
        {},
        device_node(2, id=...),
        device_node(2, id=None),
        device_node(2, id=5),
        device_node(2, id="not an id"),
        device_node(2, id="80:00:00:00:00:00:00:0G"),
        device_node(2, name=7),
        device_node(2, online=...),
        device_node(2, online="true"),
        device_node(2, platform="1"),
        device_node(2, platform=True),
        device_node(2, tags=None),
        device_node(2, tags=["pi"]),
        device_node(2, tags=[{"name": 1}]),
        device_node(2, owner="me"),
        device_node(2, owner={"email": 1}),
        device_node(2, attributes=[]),
        device_node(2, attributes=None),
        device_node(2, created=1),
        device_node(2, endpoint=[]),
        device_node(2, services=...),
        device_node(2, services={}),
    ],
)
def test_a_bad_device_is_left_out_and_named(node: Any) -> None:
    cloud = FleetCloud(device_node(1), node, device_node(3))
    assert names(cloud) == ["pi-1", "pi-3"]
    (warning,) = cloud.warnings
    assert warning.startswith("Left out, because what remote.it tells of them cannot be used: device ")
    name = node.get("name") if isinstance(node, dict) else None
    assert (name if isinstance(name, str) else "without name and id") in warning or id_of(2) in warning


def test_what_may_be_missing_is_no_reason_to_leave_a_device_out() -> None:
    nothing = dict.fromkeys(
        ("name", "platform", "owner", "created", "lastReported", "license", "endpoint", "hardwareId", "version")
    )
    service = service_node(1, 1, **dict.fromkeys(("name", "application", "protocol", "host", "port", "link")))
    cloud = FleetCloud(device_node(1, **nothing, services=[service]))
    (device,) = cloud.read()
    assert (device.name, device.platform, device.platform_name, device.owner) == ("", None, "", "")
    assert (device.shared, device.external_address) == (True, None)
    assert (device.services[0].name, device.services[0].application_name) == ("", "")
    assert cloud.warnings == []


@pytest.mark.parametrize(
    "bad",
    [
        None,
        service_node(1, 2, id="x"),
        service_node(1, 2, online=None),
        service_node(1, 2, enabled="yes"),
        service_node(1, 2, can=...),
        service_node(1, 2, port="22"),
        service_node(1, 2, application=[]),
        service_node(1, 2, attributes="none"),
        service_node(1, 2, link="https://a.example.com"),
        service_node(1, 2, link={"url": None, "enabled": True}),
        service_node(1, 2, link={"url": "https://a.example.com"}),
    ],
)
def test_a_bad_service_is_left_out_and_its_device_stays(bad: Any) -> None:
    cloud = FleetCloud(device_node(1, services=[bad, service_node(1)]))
    (device,) = cloud.read()
    assert [one.id for one in device.services] == [id_of(1, 1)]
    assert "service of pi-1" in cloud.warnings[0]


def test_hostile_texts_are_one_printable_line() -> None:
    nasty = "a\x1b[31m\nb\u202e\ud800" + "x" * 5000
    cloud = FleetCloud(
        device_node(
            1,
            name=nasty,
            tags=[{"name": nasty}],
            attributes={nasty: [nasty, {nasty: nasty}], "nan": float("nan")},
            services=[service_node(1, name=nasty, attributes={"k": nasty}, link={"url": nasty, "enabled": True})],
        )
    )
    (device,) = cloud.read()
    assert device.name.startswith(r"a\x1b[31m\nb\u202e\ud800xxx")
    assert len(device.name) < 300
    assert device.services[0].name == device.tags[0] == device.name
    assert device.attributes["nan"] is None
    text = json.dumps(device.as_result(), ensure_ascii=False)
    assert text.isprintable()
    assert len(text) < 40000


@pytest.mark.parametrize(
    "attributes", [{str(number): number for number in range(2000)}, json.loads('{"a":' * 20 + "1" + "}" * 20)]
)
def test_attributes_without_measure_do_not_take_the_fleet_along(attributes: Any) -> None:
    cloud = FleetCloud(device_node(1, attributes=attributes), device_node(2))
    assert names(cloud) == ["pi-2"]
    assert "its attributes are too many or too deep" in cloud.warnings[0]


@pytest.mark.parametrize(
    "types",
    [
        *(None, 7, [None, {"id": "28", "name": "SSH"}, {"id": 28}, {"id": 28, "name": None}]),
        # to Python, that is 1
        [{"id": True, "name": "SSH"}],
    ],
)
def test_types_that_make_no_sense_leave_names_empty(types: Any) -> None:
    cloud = fleet(1)

    def odd(answer: dict[str, Any]) -> dict[str, Any]:
        answer["data"].update(applicationTypes=types, platformTypes=types)
        return answer

    cloud.answer = odd
    (device,) = cloud.read()
    assert (device.platform_name, device.services[0].application_name) == ("", "")
