# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attributes are as asked for when it returns, and what was done before a failure is told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._api.client import Client
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Clock, Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import ApiError, RefusedError
from ansible_collections.community.remoteit.plugins.module_utils._changes.attribute_writes import (
    Attributed,
    AttributeWrites,
)
from ansible_collections.community.remoteit.plugins.module_utils._changes.device_view import read_device
from tests.lab.site import Site, configuration
from tests.lab.world import service_id
from tests.simulator.threaded import ThreadedSimulator

pytestmark = pytest.mark.slow

CABINET = service_id(1, 0)
MANY = {f"a{number:02}": number for number in range(45)}


class Target:
    """The attributes of a device of a *site*, and the writes to them."""

    def __init__(self, site: Site) -> None:
        self.cloud = site.cloud
        self.done: list[str] = []
        self._graphql = Client(site.settings(request_timeout=1.0), Clock(), pytest.fail).graphql

    def attributes(self, deadline: Deadline) -> Mapping[str, Any]:
        found = read_device(self._graphql, CABINET, deadline).device
        assert found is not None
        return found.attributes

    def now(self) -> Mapping[str, Any]:
        return self.attributes(Deadline(20))

    def set(self, **changes: Any) -> None:
        whose = Attributed(CABINET, "cabinet", self.attributes)
        AttributeWrites(self._graphql, whose, (0.0, 0.05, 0.1), self.done).set(changes, Deadline(20))

    def asked(self, operation: str) -> int:
        return len(self.cloud.calls(operation=operation))


@pytest.fixture
def cabinet(simulated: Site) -> Target:
    return Target(simulated)


def test_many_attributes_are_few_requests(cabinet: Target) -> None:
    cabinet.set(**MANY)
    assert cabinet.now() == MANY
    assert cabinet.asked("set_attribute") == 3
    assert len(cabinet.done) == 3


def test_nothing_is_no_request(cabinet: Target) -> None:
    cabinet.set()
    assert (cabinet.asked("set_attribute"), cabinet.done) == (0, [])


def test_where_a_path_has_led_is_looked_at(cabinet: Target) -> None:
    cabinet.set(**{"$remoteit.description": "x"})
    assert cabinet.now() == {"$remoteit": {"description": "x"}}
    cabinet.set(**{"$remoteit.description": None})
    assert cabinet.now() == {"$remoteit": {}}
    assert cabinet.done == ["Attributes set: $remoteit.description.", "Attributes removed: $remoteit.description."]


def test_a_path_that_leads_elsewhere_is_told(tmp_path: Path) -> None:
    with ThreadedSimulator(configuration("127.0.0.1:9", attribute_paths="literal")) as cloud:
        target = Target(Site(cloud, tmp_path))
        with pytest.raises(
            RefusedError, match=r"accepted the change of the attributes \$remoteit.description of cabinet"
        ):
            target.set(**{"$remoteit.description": "x", "rack": 7})
        assert target.done == ["Attributes set: rack."]


def test_of_a_request_of_which_a_part_is_refused_the_rest_is_done(cabinet: Target) -> None:
    cabinet.cloud.set_fault({"operation": "set_attribute", "fault": "part_refused", "field": "a1", "text": "not now"})
    with pytest.raises(RefusedError, match="refused to change the attribute two: 'not now'") as caught:
        cabinet.set(one=1, two=2, three=3)
    assert caught.value.reason == "not now"
    assert cabinet.done == ["Attributes set: one, three."]
    assert cabinet.now() == {"one": 1, "three": 3}


def test_after_a_failure_there_is_no_further_request(cabinet: Target) -> None:
    cabinet.cloud.set_fault({"operation": "set_attribute", "fault": "part_refused", "field": "a1", "after": 1})
    with pytest.raises(RefusedError):
        cabinet.set(**MANY)
    assert cabinet.asked("set_attribute") == 2
    assert len(cabinet.now()) == 39


def test_an_answer_that_says_something_else_is_looked_into(cabinet: Target) -> None:
    cabinet.cloud.set_fault({"operation": "set_attribute", "fault": "wrong_fields"})
    cabinet.set(rack=7)
    assert cabinet.done == ["Attributes set: rack."]
    cabinet.cloud.set_fault({"operation": "set_attribute", "fault": "field_error"})
    with pytest.raises(ApiError):
        cabinet.set(rack=8)
