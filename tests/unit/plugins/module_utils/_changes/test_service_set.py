# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._changes.service_set import (
    ServiceItem,
    plan_services,
    service_items,
)
from ansible_collections.community.remoteit.plugins.module_utils._changes.service_wish import ServiceWish

from .views import TYPES, device, service

PI = device(service(1, name="ssh"), service(2, name="pi-web"))


def items(*options: dict[str, Any]) -> tuple[ServiceItem, ...]:
    nothing = dict.fromkeys(("service_id", *ServiceWish._fields))
    return service_items([{**nothing, **one} for one in options], str.upper)


def test_services_are_found_by_name_and_by_id() -> None:
    plan = plan_services(PI, TYPES, items({"name": "web"}, {"service_id": service(1).id, "name": "SSH"}), purge=True)
    assert [one.before and one.before.name for one in plan.wanted] == ["pi-web", "ssh"]
    assert [one.values for one in plan.wanted] == [{}, {"name": "SSH"}]
    assert (plan.purged, plan.is_change) == ((), True)


def test_what_is_added_comes_first_and_what_is_not_named_goes_only_if_it_is_purged() -> None:
    wanted = items({"name": "ssh", "port": 99}, {"name": "new", "application": "ssh"})
    plan = plan_services(PI, TYPES, wanted, purge=False)
    assert [one.values.get("name") for one in plan.wanted] == ["new", None]
    assert plan.purged == ()
    (purged,) = plan_services(PI, TYPES, wanted, purge=True).purged
    assert purged.is_removal and purged.before == service(2, name="pi-web")


def test_nothing_wanted_is_nothing_to_do() -> None:
    assert not plan_services(PI, TYPES, (), purge=False).is_change
    assert len(plan_services(PI, TYPES, (), purge=True).purged) == 2


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([{"name": "ssh"}, {"name": "x"}], "services, number 2: application is missing"),
        ([{"service_id": "80:x"}], "services, number 1: service_id=80:X is not a service of pi"),
        ([{"name": "web"}, {"name": "pi-web"}], "services has pi-web twice: describe each service once"),
        ([{"name": "x", "application": "ssh"}] * 2, "services has x twice"),
        ([{"name": "x", "application": "ssh"}, {"service_id": service(1).id, "name": "x"}], "services has x twice"),
        ([{"name": "ssh", "port": 0}], "services, number 1: port=0 is not a port"),
    ],
)
def test_what_cannot_be_meant(options: list[dict[str, Any]], sentence: str) -> None:
    with pytest.raises(OptionError) as caught:
        plan_services(PI, TYPES, items(*options), purge=False)
    assert sentence in str(caught.value)
