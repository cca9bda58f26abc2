# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages of logs: whose they are, and what of the answer can be used."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    AnswerLostError,
    ApiError,
    OptionError,
    RefusedError,
)
from ansible_collections.community.remoteit.plugins.module_utils._fleet.event_page import (
    DEVICE,
    SERVICE,
    EventPage,
    EventPages,
)
from tests.doubles.events import log, node
from tests.doubles.fleet_cloud import id_of
from tests.doubles.seen_cloud import SeenCloud

PIECE = {"minDate": "2026-02-02T04:05:06Z", "size": 10}


def read(
    cloud: SeenCloud, *ids: str, of: str | None = None, account: str | None = None, addresses: bool = False
) -> tuple[dict[str, EventPage], int | None]:
    with cloud.server:
        pages = EventPages(cloud.client().graphql, of, account, addresses)
        return pages.read(ids or [""], PIECE, Deadline(5)), pages.log_days


def test_the_own_account() -> None:
    cloud = SeenCloud({"events": log(node(), more=True), "limits": [{"name": "log-limit", "value": "P7D"}]})
    assert read(cloud) == ({"": EventPage([node()], True, "last")}, 7)
    (asked,) = cloud.asked
    assert asked["variables"] == PIECE
    assert not any(word in asked["query"] for word in ("address", "Address", "Geo", "geo"))


def test_another_account() -> None:
    cloud = SeenCloud({"account": {"events": log(node()), "limits": []}})
    assert read(cloud, account="acme") == ({"": EventPage([node()], False, "last")}, None)
    assert cloud.asked[0]["variables"] == {**PIECE, "account": "acme"}


@pytest.mark.parametrize("of", [DEVICE, SERVICE])
def test_devices_and_services(of: str) -> None:
    nodes = [{"id": id_of(number).lower(), "events": log(node(number))} for number in (1, 2)]
    found, _days = read(SeenCloud({of: nodes}), id_of(1), id_of(2), of=of)
    assert {id_: page.items[0]["id"] for id_, page in found.items()} == {id_of(1): "event-1", id_of(2): "event-2"}


def test_addresses_are_asked_for_if_somebody_wants_them() -> None:
    cloud = SeenCloud({"events": log()})
    read(cloud, addresses=True)
    query = cloud.asked[0]["query"]
    assert all(word in query for word in ("sourceAddress", "targetAddress", "externalAddress", "sourceGeo", "geo {"))


@pytest.mark.parametrize("nodes", [None, [], [{"id": id_of(2), "events": log()}], [None], "x"])
def test_one_that_cannot_be_seen(nodes: Any) -> None:
    with pytest.raises(OptionError, match=f"device_ids={id_of(1)} cannot be seen by this access key, so it has no log"):
        read(SeenCloud({DEVICE: nodes}), id_of(1), of=DEVICE)


def test_an_account_that_is_not_shown() -> None:
    with pytest.raises(RefusedError, match=r"remote\.it does not show the events of this account to this access key"):
        read(SeenCloud({"account": None}), account="acme")


@pytest.mark.parametrize("events", [None, [], {"items": None}, {"items": {}}])
def test_an_answer_without_a_list(events: Any) -> None:
    with pytest.raises(AnswerLostError, match="The answer to events cannot be used: it has no list of them"):
        read(SeenCloud({"events": events}))


@pytest.mark.parametrize(("last", "told"), [("x", "x"), ("", None), (None, None), (7, None)])
def test_after_what_the_next_page_begins(last: Any, told: str | None) -> None:
    found, _days = read(SeenCloud({"events": {"items": [], "hasMore": "yes", "last": last}}))
    assert found[""] == EventPage([], False, told)


@pytest.mark.parametrize(
    ("limits", "days"),
    [
        ([{"name": "log-limit", "value": "P1W"}], 7),
        ([{"name": "x", "value": "P1W"}, {"name": "log-limit", "value": "P1Y2M3W4D"}], 450),
        ([{"name": "log-limit", "value": "P"}], None),
        ([{"name": "log-limit", "value": "PT12H"}], None),
        ([{"name": "log-limit", "value": 7}], None),
        ([{"name": "log-limit"}, None], None),
        ("P1W", None),
    ],
)
def test_how_far_back_the_log_reaches(limits: Any, days: int | None) -> None:
    assert read(SeenCloud({"events": log(), "limits": limits}))[1] == days


def test_a_refusal_is_passed_on() -> None:
    cloud = SeenCloud({})
    with pytest.raises(ApiError), cloud.server:
        EventPages(cloud.client().graphql, None, None, False).read([""], PIECE, Deadline(0))
