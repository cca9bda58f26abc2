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

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    AnswerLostError,
    OptionError,
    RefusedError,
)
from ansible_collections.community.remoteit.plugins.module_utils._fleet import page as fleet_page
from ansible_collections.community.remoteit.plugins.module_utils._fleet import query as fleet_query
from ansible_collections.community.remoteit.plugins.module_utils._fleet.filter import FleetFilter
from tests.doubles.fleet_cloud import ACME, ME, FleetCloud, device_node, id_of, service_node

CHANGED = "Devices came, went or changed while they were listed"


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three devices on a page."""
    monkeypatch.setattr(fleet_page, "PAGE_SIZE", 3)


def fleet(count: int) -> FleetCloud:
    return FleetCloud(*(device_node(number) for number in range(1, count + 1)))


def names(cloud: FleetCloud, *arguments: Any) -> list[str]:
    return [device.name for device in cloud.read(*arguments)]


def test_one_page_is_one_request_and_has_everything() -> None:
    web = service_node(1, 2, name="web", application=7, port=80, can=False, enabled=False, online=False)
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
    shown = [(one.name, one.application, one.application_name, one.port) for one in device.services]
    assert shown == [("odd", 4711, "", None), ("service 1", 28, "SSH", 22), ("web", 7, "HTTP", 80)]
    assert [(one.enabled, one.online, one.can_connect) for one in device.services] == [
        (True, True, True),
        (True, True, True),
        (False, False, False),
    ]
    assert device.services[0].attributes == {"a": [1, {"b": None}]}
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
    nothing = dict.fromkeys(("name", "platform", "owner", "created", "lastReported", "license", "endpoint"))
    cloud = FleetCloud(device_node(1, **nothing, services=[service_node(1, name=None, application=None, port=None)]))
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
    ],
)
def test_a_bad_service_is_left_out_and_its_device_stays(bad: Any) -> None:
    cloud = FleetCloud(device_node(1, services=[bad, service_node(1)]))
    (device,) = cloud.read()
    assert [one.id for one in device.services] == [id_of(1, 1)]
    assert "service of pi-1" in cloud.warnings[0]


def test_many_bad_devices_make_one_short_warning() -> None:
    cloud = FleetCloud(*(device_node(number, online=None) for number in range(1, 100)), device_node(100))
    assert names(cloud) == ["pi-100"]
    (warning,) = cloud.warnings
    assert warning.endswith(", and 94 more.")
    assert len(warning) < 800


def test_hostile_texts_are_one_printable_line() -> None:
    nasty = "a\x1b[31m\nb\u202e\ud800" + "x" * 5000
    cloud = FleetCloud(
        device_node(
            1,
            name=nasty,
            tags=[{"name": nasty}],
            attributes={nasty: [nasty, {nasty: nasty}], "nan": float("nan")},
            services=[service_node(1, name=nasty, attributes={"k": nasty})],
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


def with_errors(*errors: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda answer: {**answer, "errors": list(errors)}


def test_an_error_about_one_device_leaves_that_one_out() -> None:
    cloud = fleet(3)
    path = ["login", "devices", "items", 1, "endpoint"]
    cloud.answer = with_errors({"message": "boom\x1b", "path": path})
    assert names(cloud) == ["pi-1", "pi-3"]
    assert cloud.warnings == [
        "Left out, because what remote.it tells of them cannot be used: "
        f'device pi-2 {id_of(2)} (remote.it says "boom\\x1b").'
    ]


@pytest.mark.parametrize(
    "error",
    [
        "boom",
        {"message": "boom"},
        {"message": "boom", "path": ["login", "devices", "items"]},
        {"message": "boom", "path": ["login", "devices", "items", True]},
        {"message": "boom", "path": ["applicationTypes", 1]},
        {"message": "boom", "path": "login"},
    ],
)
def test_any_other_error_fails_because_the_list_would_lie(error: Any) -> None:
    cloud = fleet(3)
    cloud.answer = with_errors({"message": "other", "path": ["login", "devices", "items", 1]}, error)
    with pytest.raises(RefusedError, match="boom"):
        cloud.read()


def test_a_device_that_takes_the_whole_answer_with_it_is_an_error_in_remoteits_words() -> None:
    for data in ({"login": None}, {"login": {"id": ME}}, {"login": {"id": ME, "devices": None}}):
        cloud = fleet(3)
        error = {"message": "boom", "path": ["login", "devices", "items", 1, "services"]}
        cloud.answer = lambda answer, data=data, error=error: {"data": data, "errors": [error]}  # type: ignore[misc]
        with pytest.raises(RefusedError, match="boom"):
            cloud.read()


@pytest.mark.parametrize("devices", [None, [], {}, {"items": None}, {"items": {}, "hasMore": False, "total": 1}])
def test_an_answer_without_a_list_is_an_error(devices: Any) -> None:
    cloud = fleet(1)
    cloud.answer = lambda answer: {"data": {"login": {"id": ME, "devices": devices}}}
    with pytest.raises(AnswerLostError, match="it has no list of them"):
        cloud.read()


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize(("field", "value"), [("hasMore", None), ("hasMore", "yes"), ("total", None), ("total", "5")])
def test_one_of_total_and_has_more_is_enough(field: str, value: Any) -> None:
    cloud = fleet(5)

    def without(answer: dict[str, Any]) -> dict[str, Any]:
        answer["data"]["login"]["devices"][field] = value
        return answer

    cloud.answer = without
    assert len(cloud.read()) == 5
    assert cloud.warnings == []


def test_more_that_never_comes_ends() -> None:
    cloud = FleetCloud()

    def promising(answer: dict[str, Any]) -> dict[str, Any]:
        answer["data"]["login"]["devices"]["hasMore"] = True
        return answer

    cloud.answer = promising
    assert cloud.read() == []
    assert cloud.warnings[0].startswith(CHANGED)


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


@pytest.mark.parametrize("account", [ACME, ACME.lower(), "acme@example.com", "Acme"])
def test_an_organisation_by_id_email_or_name(account: str) -> None:
    theirs = device_node(1, owner={"id": ACME, "email": "acme@example.com"})
    cloud = FleetCloud(theirs, device_node(2))
    devices = cloud.read(FleetFilter(), account)
    assert [(device.organisation, device.shared) for device in devices] == [(ACME, False), (ACME, True)]
    assert cloud.asked[1]["variables"]["account"] == ACME
    assert len(cloud.asked) == 2


@pytest.mark.parametrize("account", [ME, ME.lower(), "ME@example.com"])
def test_the_own_account_may_be_named(account: str) -> None:
    cloud = fleet(1)
    assert [device.organisation for device in cloud.read(FleetFilter(), account)] == [None]


def test_an_unknown_account_lists_what_the_key_can_see() -> None:
    cloud = fleet(1)
    with pytest.raises(OptionError) as error:
        cloud.read(FleetFilter(), "nobody")
    assert str(error.value) == (
        "account='nobody' is not an account that this access key can see; it sees me@example.com "
        f"({ME}); ACME acme@example.com ({ACME})."
    )
    assert cloud.starts() == []


def test_an_account_name_that_two_have_is_refused() -> None:
    cloud = fleet(1)

    def twins(answer: dict[str, Any]) -> dict[str, Any]:
        members = answer["data"]["login"]["membership"]
        members += [None, {"organization": None}, {"organization": {"name": "Acme", "account": {"id": "other"}}}]
        return answer

    cloud.answer = twins
    with pytest.raises(OptionError, match="fits more than one account"):
        cloud.read(FleetFilter(), "acme")


def test_an_account_whose_id_cannot_be_one_is_not_there() -> None:
    cloud = fleet(1)

    def hostile(answer: dict[str, Any]) -> dict[str, Any]:
        answer["data"]["login"]["membership"][0]["organization"]["account"]["id"] = "a\x1b[31m"
        return answer

    cloud.answer = hostile
    with pytest.raises(OptionError, match="is not an account") as caught:
        cloud.read(FleetFilter(), "acme")
    assert str(caught.value).isprintable()


def test_an_account_whose_devices_are_not_shown_says_so() -> None:
    cloud = fleet(1)

    def hidden(answer: dict[str, Any]) -> dict[str, Any]:
        if "account" in answer["data"]["login"]:
            answer["data"]["login"]["account"] = None
        return answer

    cloud.answer = hidden
    with pytest.raises(RefusedError, match="does not show the devices"):
        cloud.read(FleetFilter(), "acme")


def test_names_of_types_cost_one_request_more() -> None:
    cloud = fleet(1)
    assert len(cloud.read(FleetFilter(application=("ssh", "HTTP"), platform=("linux",)))) == 1
    variables = cloud.asked[1]["variables"]
    assert (variables["application"], variables["platform"]) == ([28, 7], [1])
    assert len(cloud.asked) == 2


def test_an_error_in_the_list_of_types_fails() -> None:
    cloud = fleet(1)
    cloud.answer = with_errors({"message": "boom"})
    with pytest.raises(RefusedError, match="boom"):
        cloud.read(FleetFilter(application=("ssh",)))
