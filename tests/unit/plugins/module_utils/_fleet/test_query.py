# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RefusedError
from ansible_collections.community.remoteit.plugins.module_utils._fleet import query as fleet_query
from ansible_collections.community.remoteit.plugins.module_utils._fleet.filter import FleetFilter
from tests.doubles.fleet_cloud import FleetCloud, device_node, fleet, id_of, names, service_node

LINK = {"url": "https://web.connect.remote.it", "enabled": True}
CHANGED = "Devices came, went or changed while they were listed"


def test_one_page_is_one_request_and_has_everything() -> None:
    web = service_node(1, 2, name="web", application=7, port=80, can=False, enabled=False, online=False, link=LINK)
    odd = service_node(1, 3, name="odd", application=4711, port=None, attributes={"a": [1, {"b": None}]})
    bulk = service_node(1, 0, application=35)
    cloud = FleetCloud(
        device_node(
            1, services=[web, odd, service_node(1), bulk], tags=[{"name": "b"}, {"name": "a"}], attributes={"rack": 7}
        )
    )
    (device,) = cloud.read()
    assert (device.id, device.name, device.online) == (id_of(1), "pi-1", True)
    assert (device.platform, device.platform_name) == (1, "Linux")
    assert (device.tags, device.owner, device.shared) == (("a", "b"), "me@example.com", False)
    assert (device.attributes, device.license, device.organisation) == ({"rack": 7}, "LICENSED", None)
    assert (device.created, device.last_reported) == ("2024-01-01T00:00:00.000Z", "2026-02-03T04:05:06.000Z")
    assert device.external_address == "198.51.100.7"
    assert (device.hardware_id, device.version, device.configurable) == ("02:00:00:00:00:01-1a2b", "5.4.2", True)
    assert device.permissions == device.services[1].permissions == ("CONNECT", "MANAGE", "VIEW")
    assert (device.services[1].protocol, device.services[1].host) == ("TCP", "127.0.0.1")
    shown = [(one.name, one.application, one.application_name, one.port) for one in device.services]
    assert shown == [("odd", 4711, "", None), ("service 1", 28, "SSH", 22), ("web", 7, "HTTP", 80)]
    assert [(one.enabled, one.online, one.can_connect) for one in device.services] == [
        (True, True, True),
        (True, True, True),
        (False, False, False),
    ]
    assert device.services[0].attributes == {"a": [1, {"b": None}]}
    assert [one.link for one in device.services] == [None, None, LINK]
    assert cloud.warnings == []
    (asked,) = cloud.asked
    assert asked["variables"] == {"from": 0, "size": 1000}
    json.dumps(device.as_result())


def test_no_devices_are_no_error() -> None:
    cloud = FleetCloud()
    assert cloud.read() == []
    assert cloud.warnings == []


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize(("count", "starts"), [(3, [0]), (4, [0, 3]), (6, [0, 3]), (7, [0, 3, 6])])
def test_pages_begin_at_multiples_of_their_size(count: int, starts: list[int]) -> None:
    cloud = fleet(count)
    assert names(cloud) == [f"pi-{number}" for number in range(1, count + 1)]
    assert sorted(cloud.starts()) == starts
    assert ["applicationTypes" in asked["query"] for asked in cloud.asked] == [start == 0 for start in cloud.starts()]
    assert cloud.warnings == []


@pytest.mark.usefixtures("small_pages")
def test_a_page_that_is_shorter_than_asked_for_loses_nothing() -> None:
    cloud = fleet(5)

    def two_at_a_time(answer: dict[str, Any]) -> dict[str, Any]:
        page = answer["data"]["login"]["devices"]
        page["items"] = page["items"][:2]
        page["hasMore"] = len(page["items"]) == 2
        return answer

    cloud.answer = two_at_a_time
    assert len(cloud.read()) == 5
    assert sorted(cloud.starts()) == [0, 2, 4]


@pytest.mark.usefixtures("small_pages")
def test_pages_after_the_first_are_read_side_by_side_but_not_all_at_once() -> None:
    cloud = fleet(100)
    lock, now, most = threading.Lock(), 0, 0

    def slowly(start: int) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.05)
        with lock:
            now -= 1

    cloud.before_page = slowly
    assert len(cloud.read()) == 100
    assert sorted(cloud.starts()) == list(range(0, 100, 3))
    assert 2 <= most <= 10


@pytest.mark.usefixtures("small_pages")
def test_a_page_that_is_short_in_the_middle_is_made_up_for_one_after_the_other() -> None:
    cloud = fleet(10)

    def cut(answer: dict[str, Any]) -> dict[str, Any]:
        page = answer["data"]["login"]["devices"]
        if page["items"] and page["items"][0]["name"] in ("pi-4", "pi-6"):
            page["items"], page["hasMore"] = page["items"][:2], True
        return answer

    cloud.answer = cut
    assert len(cloud.read()) == 10
    assert cloud.starts()[4:] == [0, 3, 5, 7]
    assert cloud.warnings == []


@pytest.mark.usefixtures("small_pages")
def test_a_page_that_fails_fails_at_once() -> None:
    cloud = fleet(300)

    def fail(answer: dict[str, Any]) -> dict[str, Any]:
        pages = answer["data"]["login"]["devices"]
        return answer if pages["items"][0]["name"] == "pi-1" else {"errors": [{"message": "not today"}]}

    cloud.answer = fail
    with pytest.raises(RefusedError, match="not today"):
        cloud.read()
    assert len(cloud.starts()) < 50


@pytest.mark.usefixtures("small_pages")
def test_a_total_that_cannot_be_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet_query, "_MOST_PAGES", 5)
    cloud = fleet(20)

    def exaggerate(answer: dict[str, Any]) -> dict[str, Any]:
        answer["data"]["login"]["devices"]["total"] = 10**12
        return answer

    cloud.answer = exaggerate
    assert len(cloud.read()) == 20
    assert sorted(cloud.starts()) == list(range(0, 20, 3))


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda devices: devices.pop(0), id="one goes"),
        pytest.param(lambda devices: devices.insert(0, device_node(99)), id="one comes in front"),
        pytest.param(lambda devices: devices.append(device_node(99)), id="one comes behind"),
        pytest.param(lambda devices: devices.append(devices.pop(0)), id="one moves, the total is the same"),
        pytest.param(lambda devices: devices.insert(4, devices[0]), id="one is there twice"),
    ],
)
def test_what_changes_between_two_pages_is_read_again(change: Callable[[list[Any]], Any]) -> None:
    cloud = fleet(5)
    steady = list(cloud.devices)
    changes = [change]

    def between(start: int) -> None:
        if start == 0 and not changes:
            cloud.devices = [node for node in cloud.devices if cloud.devices.count(node) == 1] or steady
        if start == 3 and changes:
            changes.pop()(cloud.devices)

    cloud.before_page = between
    found = names(cloud)
    assert sorted(found) == sorted({node["name"] for node in cloud.devices})
    assert cloud.starts()[:3] == [0, 3, 0]
    assert cloud.warnings == []


@pytest.mark.usefixtures("small_pages")
def test_what_never_comes_to_rest_is_told_with_a_warning_each_device_once() -> None:
    cloud = fleet(5)
    cloud.before_page = lambda start: cloud.devices.insert(0, device_node(100 + len(cloud.devices))) if start else None
    found = names(cloud)
    assert len(found) == len(set(found)) >= 5
    assert cloud.starts().count(0) == 3
    assert [warning.startswith(CHANGED) for warning in cloud.warnings] == [True]


def test_many_bad_devices_make_one_short_warning() -> None:
    cloud = FleetCloud(*(device_node(number, online=None) for number in range(1, 100)), device_node(100))
    assert names(cloud) == ["pi-100"]
    (warning,) = cloud.warnings
    assert warning.endswith(", and 94 more.")
    assert len(warning) < 800


def test_more_that_never_comes_ends() -> None:
    cloud = FleetCloud()

    def promising(answer: dict[str, Any]) -> dict[str, Any]:
        answer["data"]["login"]["devices"]["hasMore"] = True
        return answer

    cloud.answer = promising
    assert cloud.read() == []
    assert cloud.warnings[0].startswith(CHANGED)


def test_names_of_types_cost_one_request_more() -> None:
    cloud = fleet(1)
    assert len(cloud.read(FleetFilter(application=("ssh", "HTTP"), platform=("linux",)))) == 1
    variables = cloud.asked[1]["variables"]
    assert (variables["application"], variables["platform"]) == ([28, 7], [1])
    assert len(cloud.asked) == 2
