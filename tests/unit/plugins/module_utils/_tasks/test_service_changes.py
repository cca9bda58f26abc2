# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for services are checked before anything is written, each as those before it will have left the device."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError, RefusedError
from ansible_collections.community.remoteit.plugins.module_utils._changes.device_view import DeviceView, read_device_of
from ansible_collections.community.remoteit.plugins.module_utils._changes.service_plan import ServicePlan, plan_absence
from ansible_collections.community.remoteit.plugins.module_utils._connections.connections import Connections
from ansible_collections.community.remoteit.plugins.module_utils._tasks.service_changes import ServiceChanges
from tests.lab.site import SERVICE, Site, configuration
from tests.simulator.threaded import ThreadedSimulator

pytestmark = pytest.mark.slow


def changes(site: Site) -> tuple[ServiceChanges, DeviceView]:
    deadline = Deadline(30)
    connections = Connections(site.settings(), site.warnings.append)
    device = read_device_of(connections.client.graphql, SERVICE, deadline).device
    assert device is not None
    return ServiceChanges(connections, device, deadline, []), device


NEW = ServicePlan(None, {"name": "new", "application": 28, "host": "127.0.0.1", "port": 22, "enabled": True}, ())


def test_the_last_one_may_go_once_another_one_has_come(simulated: Site) -> None:
    task, device = changes(simulated)
    all_go = [plan_absence(service) for service in device.services if service.enabled]
    with pytest.raises(OptionError, match="is the last one that is enabled"):
        task.check(all_go, force=False)
    task.check([NEW, *all_go], force=False)
    task.check(all_go, force=True)


def test_what_is_carried_out_is_so(simulated: Site) -> None:
    task, _device = changes(simulated)
    added = task.carry_out(NEW)
    assert added is not None and added.port == 22
    assert task.carry_out(ServicePlan(added, {}, ())) == added
    changed = task.carry_out(ServicePlan(added, {"port": 99}, ()))
    assert changed is not None and changed.port == 99
    assert task.carry_out(plan_absence(changed)) is None
    assert added.id not in {service.id for service in changes(simulated)[1].services}


@pytest.mark.parametrize(("names", "is_told"), [("prefixed", False), ("suffixed", True)])
def test_what_remote_it_did_otherwise_is_told(names: str, is_told: bool, tmp_path: Path) -> None:
    with ThreadedSimulator(configuration("127.0.0.1:9", service_names=names)) as cloud:
        task, device = changes(Site(cloud, tmp_path))
        first, second = device.services[:2]
        rename = ServicePlan(first, {"name": second.name}, ())
        if is_told:
            with pytest.raises(RefusedError, match=r"but it has name=.*-1 now, which is not what was asked for"):
                task.carry_out(rename)
        else:
            assert task.carry_out(rename) != first
