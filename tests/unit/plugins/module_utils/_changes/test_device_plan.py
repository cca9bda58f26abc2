# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.community.remoteit.plugins.module_utils._changes.device_plan import plan_device

from .views import TYPES, device, service, wish

PI = device(service(1, name="ssh"), tags=("old",), attributes={"rack": 7})


def test_what_is_as_it_should_be_needs_nothing() -> None:
    wanted = wish(name="pi", tags=["OLD"], attributes={"rack": 7}, services=[{"name": "ssh", "port": 22}])
    for same in (wish(), wanted):
        plan = plan_device(PI, TYPES, same)
        assert not plan.is_change
        assert plan.applied(PI) == PI


def test_what_differs_is_planned() -> None:
    wanted = wish(name="attic", tags=["new"], purge_tags=True, attributes={"row": 1, "rack": None})
    plan = plan_device(PI, TYPES, wanted)
    assert plan.is_change and plan.has_tags
    assert (plan.attributes_set(), plan.attributes_removed()) == ({"row": 1}, {"rack": None})
    after = plan.applied(PI)
    assert (after.name, after.tags, after.attributes) == ("attic", ("new",), {"row": 1})


def test_services_are_a_part_of_it() -> None:
    assert plan_device(PI, TYPES, wish(services=[{"name": "ssh", "port": 99}])).is_change
    assert plan_device(PI, TYPES, wish(services=[], purge_services=True)).services.purged
