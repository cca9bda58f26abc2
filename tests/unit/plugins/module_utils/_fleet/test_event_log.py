# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose log is read, and by how many requests."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._fleet.event_log import Log, Whose, read_log
from ansible_collections.community.remoteit.plugins.module_utils._fleet.event_query import EventQuery
from tests.doubles.events import log, node
from tests.doubles.fleet_cloud import id_of
from tests.doubles.seen_cloud import SeenCloud, page, seen

DEVICE = {"device": [{"id": id_of(1), "events": log(node())}]}
MEMBER = {
    "email": "me@example.com",
    "membership": [{"organization": {"name": "ACME", "account": {"id": "acme", "email": "acme@example.com"}}}],
}


def read(cloud: SeenCloud, *whose: Any) -> Log:
    with cloud.server:
        query = EventQuery(time.time() - 60)
        return read_log(cloud.settings(), Whose(*whose), query, 10, Deadline(5), cloud.warnings.append)


def test_the_own_account_is_one_request() -> None:
    cloud = SeenCloud({"events": log(node(2), node(1)), "limits": [{"name": "log-limit", "value": "P1W"}]})
    told = read(cloud, None)
    assert ([event.id for event in told.events], told.complete, told.days) == (["event-2", "event-1"], True, 7)
    assert (len(cloud.asked), cloud.warnings) == (1, [])


def test_an_organisation_is_found_by_one_more() -> None:
    cloud = SeenCloud(MEMBER, {"account": {"events": log(node())}})
    assert len(read(cloud, "ACME").events) == 1
    assert cloud.asked[1]["variables"]["account"] == "acme"


@pytest.mark.parametrize(("option", "field"), [("device_ids", "device"), ("service_ids", "service")])
def test_ids_are_one_request_and_need_no_account(option: str, field: str) -> None:
    cloud = SeenCloud({field: DEVICE["device"]})
    assert len(read(cloud, "ACME", option, [id_of(1)]).events) == 1
    assert len(cloud.asked) == 1


def test_names_are_found_by_one_more() -> None:
    cloud = SeenCloud({"d0": page(seen(1))}, DEVICE)
    assert len(read(cloud, None, "devices", ["pi-1"]).events) == 1
    assert cloud.asked[1]["variables"]["ids"] == [id_of(1)]


def test_names_that_no_device_has() -> None:
    cloud = SeenCloud({"d0": page(seen(1)), "d1": page()})
    with pytest.raises(OptionError) as caught:
        read(cloud, None, "devices", ["pi-1", "pi-2"])
    assert str(caught.value) == (
        "devices='pi-2' fits no device of the account, nor one that is shared with it: check the names, which must be exact, "
        "or leave devices out, because the log of the account also tells of what is gone."
    )


def test_what_cannot_be_used_is_mentioned() -> None:
    cloud = SeenCloud({"events": log(node(), *({"id": str(number)} for number in range(7)))})
    assert len(read(cloud, None).events) == 1
    (warning,) = cloud.warnings
    assert warning.startswith("Left out, because what remote.it tells of them cannot be used: event 0 (its id or type")
    assert warning.endswith("and 2 more.")
