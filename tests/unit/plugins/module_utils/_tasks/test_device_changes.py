# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What creates comes first and what takes away last; whole tasks are in test_device_one.py."""

from __future__ import annotations

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RefusedError
from ansible_collections.community.remoteit.plugins.module_utils._changes.device_plan import plan_device
from ansible_collections.community.remoteit.plugins.module_utils._changes.device_view import DeviceView, read_device
from ansible_collections.community.remoteit.plugins.module_utils._connections.connections import Connections
from ansible_collections.community.remoteit.plugins.module_utils._tasks.device_changes import DeviceChanges
from tests.lab.site import Site
from tests.lab.world import service_id
from tests.unit.plugins.module_utils._changes.views import TYPES, wish

pytestmark = pytest.mark.slow

WANTED = wish(
    name="attic",
    tags=["new"],
    purge_tags=True,
    attributes={"row": 1},
    purge_attributes=True,
    services=[{"name": "new", "application": "ssh"}],
    purge_services=True,
)


class Task:
    """What is done about the cabinet of a site."""

    def __init__(self, site: Site) -> None:
        self.deadline = Deadline(30)
        self.done: list[str] = []
        self.connections = Connections(site.settings(), site.warnings.append)
        self.device = self.read()
        self.changes = DeviceChanges(self.connections, self.device, None, self.deadline, self.done)

    def read(self) -> DeviceView:
        device = read_device(self.connections.client.graphql, service_id(1, 0), self.deadline).device
        assert device is not None
        return device


def test_the_order_of_changes(simulated: Site) -> None:
    simulated.cloud.update(service_id(1, 0), tags=["old"], attributes={"rack": 1})
    task = Task(simulated)
    plan = plan_device(task.device, TYPES, WANTED)
    task.changes.check(plan, force=False)
    predicted, after = task.changes.predicted(plan), task.changes.carry_out(plan)
    first, *rest = [sentence.partition(":")[0].partition(" from")[0] for sentence in task.done]
    assert (first, rest[:5]) == (
        "Service added",
        ["Tags added", "Attributes set", "Renamed", "Attributes removed", "Tags removed"],
    )
    assert set(rest[5:]) == {"Service removed"}
    now = task.read()
    assert (after.name, after.tags, after.attributes) == (now.name, now.tags, now.attributes)
    assert [one.id for one in after.services] == [one.id for one in now.services]
    assert (predicted.name, predicted.tags, predicted.attributes) == (now.name, now.tags, now.attributes)
    assert [one.name for one in predicted.services] == ["new"]


def test_rights_are_looked_at_if_anything_is_to_be_changed(simulated: Site) -> None:
    task = Task(simulated)
    nobody = task.device._replace(permissions=())
    changes = DeviceChanges(task.connections, nobody, None, task.deadline, task.done)
    changes.check(plan_device(nobody, TYPES, wish(name=nobody.name)), force=False)
    with pytest.raises(RefusedError, match="may not manage"):
        changes.check(plan_device(nobody, TYPES, WANTED), force=True)
