# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one request tells of many devices, by their ids or by those of services."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    AnswerLostError,
    OptionError,
    RefusedError,
)
from ansible_collections.community.remoteit.plugins.module_utils._fleet.look_by_id import (
    devices_by_id,
    devices_by_service,
)
from ansible_collections.community.remoteit.plugins.module_utils._fleet.presence import Sighting
from tests.doubles.fleet_cloud import id_of
from tests.doubles.loopback import reply
from tests.doubles.seen_cloud import SeenCloud, seen

REPORTED = "2026-02-03T04:05:06.000Z"


def by_id(cloud: SeenCloud, *numbers: int) -> dict[str, Sighting]:
    with cloud.server:
        return devices_by_id(cloud.client().graphql, [id_of(number) for number in numbers], Deadline(20))


def by_service(cloud: SeenCloud, *ids: str) -> dict[str, Sighting]:
    with cloud.server:
        return devices_by_service(cloud.client().graphql, ids, Deadline(20))


def on_service(number: int, **fields: Any) -> dict[str, Any]:
    """A service as a look sees it."""
    return {"id": id_of(number, 1).lower(), "online": False, "device": seen(number, online=...), **fields}


def test_all_devices_are_one_request() -> None:
    numbers = range(1000, 0, -1)
    cloud = SeenCloud({"device": [seen(number) for number in range(1, 1001)]})
    assert list(by_id(cloud, *numbers)) == [id_of(number) for number in numbers]
    assert cloud.variables() == [{"ids": [id_of(number) for number in numbers]}]


def test_what_a_device_is_like() -> None:
    cloud = SeenCloud({"device": [seen(1, id=id_of(1).lower(), online=False, name="{{ pi }}", lastReported=None)]})
    assert by_id(cloud, 1) == {id_of(1): Sighting(id_of(1), r"\x7b{ pi }}", None, False, None)}


def test_a_service_is_told_with_its_device() -> None:
    cloud = SeenCloud({"service": [on_service(1), on_service(2, online=True)]})
    assert by_service(cloud, id_of(2, 1), id_of(1, 1)) == {
        id_of(2, 1): Sighting(id_of(2), "pi-2", id_of(2, 1), True, REPORTED),
        id_of(1, 1): Sighting(id_of(1), "pi-1", id_of(1, 1), False, REPORTED),
    }


def test_one_that_is_left_out_is_named() -> None:
    with pytest.raises(OptionError) as caught:
        by_id(SeenCloud({"device": [seen(1), seen(3)]}), 1, 2, 3)
    assert str(caught.value) == (
        f"device_ids={id_of(2)} cannot be seen by this access key: check the ids, ask the owner to share the devices, and "
        "give ids of devices as device_ids and those of services as service_ids."
    )
    with pytest.raises(OptionError, match=f"^service_ids={id_of(2, 1)} cannot be seen"):
        by_service(SeenCloud({"service": []}), id_of(2, 1))


def test_the_device_of_a_service_is_not_what_was_asked_for() -> None:
    with (
        pytest.raises(OptionError, match=f"^device_ids={id_of(1, 1)} cannot be seen"),
        (cloud := SeenCloud({"device": [seen(1)]})).server,
    ):
        devices_by_id(cloud.client().graphql, [id_of(1, 1)], Deadline(20))


def test_no_list_at_all_is_about_the_only_id_or_about_all() -> None:
    with pytest.raises(OptionError, match=f"^device_ids={id_of(1)} cannot be seen"):
        by_id(SeenCloud({"device": None}), 1)
    with pytest.raises(OptionError, match=r"^device_ids: remote\.it tells nothing of these 2 ids, as if one"):
        by_id(SeenCloud({"device": None}), 1, 2)


@pytest.mark.parametrize("data", [{"login": {"id": "x", "device": None}}, None])
def test_a_refusal_in_words_is_told(data: Any) -> None:
    errors = reply(200, {"data": data, "errors": [{"message": "no such device"}]})
    with pytest.raises(RefusedError, match="no such device"):
        by_id(SeenCloud(errors), 1)


@pytest.mark.parametrize("nodes", ["all", {}, [7], [seen(1, id="none")], [seen(1, online=None)], [seen(1, name=7)]])
def test_what_makes_no_sense_is_a_lost_answer(nodes: Any) -> None:
    with pytest.raises(AnswerLostError, match=r"^The answer to device cannot be used: it"):
        by_id(SeenCloud({"device": nodes}), 1)


@pytest.mark.parametrize("node", [on_service(1, device=None), on_service(1, online="yes"), on_service(1, id=None)])
def test_a_service_that_makes_no_sense_is_a_lost_answer(node: Any) -> None:
    with pytest.raises(AnswerLostError, match=r"^The answer to service cannot be used: it"):
        by_service(SeenCloud({"service": [node]}), id_of(1, 1))
