# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._api.client import Client
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Clock, Deadline
from ansible_collections.community.remoteit.plugins.module_utils._changes.device_view import (
    MANAGE,
    Read,
    parse_service,
    read_device,
    read_device_of,
)
from tests.lab.site import PAGE, SERVICE, Site
from tests.lab.world import service_id

pytestmark = pytest.mark.slow

NODE = {"id": SERVICE.lower(), "name": "ssh", "enabled": True, "online": False}


def read(site: Site, what: str) -> Read:
    graphql = Client(site.settings(), Clock(), pytest.fail).graphql
    return (read_device if what.endswith(":00") else read_device_of)(graphql, what, Deadline(20))


@pytest.mark.parametrize("what", [service_id(1, 0), PAGE])
def test_a_device_is_read_with_all_its_services_and_all_types(what: str, simulated: Site) -> None:
    device, types = read(simulated, what)
    assert device is not None
    assert (device.id, device.name, device.online, device.configurable) == (service_id(1, 0), "cabinet", True, True)
    assert MANAGE in device.permissions and device.owner == "owner@example.com"
    page = next(one for one in device.services if one.id == PAGE)
    assert (page.name, page.application, page.protocol, page.host) == ("service 04", 7, "TCP", "127.0.0.1")
    assert (page.enabled, page.sessions) == (True, 0)
    assert len(device.services) == 4
    assert ("SSH", 22) in [(kind.name, kind.port) for kind in types]


def test_who_is_connected_is_counted(simulated: Site) -> None:
    simulated.task()
    device = read(simulated, SERVICE).device
    assert device is not None
    assert {one.id: one.sessions for one in device.services}[SERVICE] == 1


def test_what_is_kept_of_a_device_itself_is_read_as_well(simulated: Site) -> None:
    heard = "2026-02-03T04:05:06.000Z"
    simulated.cloud.update(
        service_id(1, 0), tags=["b", "A b", "b"], attributes={"a": [1]}, last_reported=heard, online=False
    )
    device = read(simulated, service_id(1, 0)).device
    assert device is not None
    assert (device.tags, device.attributes) == (("A b", "b"), {"a": [1]})
    assert (device.created, device.last_reported) == ("2024-01-01T00:00:00.000Z", heard)
    assert (device.is_own, device.sessions) == (True, 0)
    simulated.cloud.update(service_id(1, 0), online=True)
    simulated.task()
    graphql = Client(simulated.settings(), Clock(), pytest.fail).graphql
    device = read_device(graphql, service_id(1, 0), Deadline(20), "another account").device
    assert device is not None
    assert (device.is_own, device.sessions, device.tags) == (False, 1, ())


@pytest.mark.parametrize("what", [service_id(7, 0), service_id(7, 1)])
def test_what_is_not_there_is_nothing(what: str, simulated: Site) -> None:
    assert read(simulated, what).device is None


def test_what_may_be_missing_is_no_reason_to_fail() -> None:
    found = parse_service(NODE)
    assert (found.id, found.name, found.enabled, found.online) == (SERVICE, "ssh", True, False)
    assert (found.application, found.protocol, found.host, found.port) == (None, "", None, None)
    assert (found.permissions, found.sessions) == ((), 0)


@pytest.mark.parametrize("bad", [None, [], {**NODE, "id": "x"}, {**NODE, "enabled": None}, {**NODE, "online": 1}])
def test_what_makes_no_sense_is_an_error(bad: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_service(bad)
