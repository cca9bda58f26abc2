# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one page is asked for, and what of it may be believed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import AnswerLostError, RefusedError
from ansible_collections.community.remoteit.plugins.module_utils._fleet.filter import FleetFilter
from tests.doubles.fleet_cloud import ME, fleet, id_of, names


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


def test_a_link_that_is_not_to_be_seen_is_none() -> None:
    cloud = fleet(3)
    path = ["login", "devices", "items", 1, "services", 0, "link"]
    cloud.answer = with_errors(*({"message": "no", "path": where} for where in (path, [*path, "url"])))
    assert [device.services[0].link for device in cloud.read()] == [None, None, None]
    assert cloud.warnings == []


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


def test_an_account_whose_devices_are_not_shown_says_so() -> None:
    cloud = fleet(1)

    def hidden(answer: dict[str, Any]) -> dict[str, Any]:
        if "account" in answer["data"]["login"]:
            answer["data"]["login"]["account"] = None
        return answer

    cloud.answer = hidden
    with pytest.raises(RefusedError, match="does not show the devices"):
        cloud.read(FleetFilter(), "acme")


def test_an_error_in_the_list_of_types_fails() -> None:
    cloud = fleet(1)
    cloud.answer = with_errors({"message": "boom"})
    with pytest.raises(RefusedError, match="boom"):
        cloud.read(FleetFilter(application=("ssh",)))
