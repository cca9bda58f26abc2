# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One device with its services: what check mode says is what happens, and nothing is half told."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError, RemoteItError
from ansible_collections.community.remoteit.plugins.module_utils._tasks import device_state
from ansible_collections.community.remoteit.plugins.module_utils._tasks.device_one import absent_result
from tests.doubles.task import parameters
from tests.lab.site import SERVICE, Site
from tests.lab.world import service_id

pytestmark = pytest.mark.slow

CABINET = service_id(1, 0)
NEW = {"name": "new", "application": "ssh", "description": "below"}


def run(site: Site, *, check: bool = False, **options: Any) -> dict[str, Any]:
    given = parameters(device_state.argument_spec(), site.settings(), device_id=CABINET, **options)
    return device_state.run(given, check, site.warnings.append)


def test_no_device_is_no_result() -> None:
    assert absent_result({})["changed"] is False
    assert absent_result({"name": "x"})["diff"] == {"before": {"name": "x"}, "after": {}}


def test_a_set_of_services_is_had_and_the_second_time_nothing_changes(simulated: Site) -> None:
    wanted = [NEW, {"service_id": SERVICE, "name": "ssh", "port": 99}]
    options: dict[str, Any] = {"services": wanted, "purge_services": True, "tags": ["a"]}
    predicted = run(simulated, check=True, **options)
    done, again = run(simulated, **options), run(simulated, **options)
    assert predicted["diff"] == done["diff"]
    assert [one["changed"] for one in (predicted, done, again)] == [True, True, False]
    assert [one["name"] for one in again["device"]["services"]] == ["new", "ssh"]
    assert again["diff"]["before"] == again["diff"]["after"]
    assert len(done["diff"]["before"]["services"]) == 4


def test_attributes_that_could_not_be_read_again_are_not_written(simulated: Site) -> None:
    simulated.cloud.update(CABINET, attributes={f"old{number}": 1 for number in range(600)})
    with pytest.raises(OptionError, match="attributes has too many values together with those that cabinet"):
        run(simulated, attributes={f"new{number}": 1 for number in range(600)})
    assert simulated.cloud.calls(operation="set_attribute") == []


def test_without_purge_others_stay(simulated: Site) -> None:
    assert len(run(simulated, services=[NEW])["device"]["services"]) == 5


def test_who_is_connected_is_not_cut_off_and_nothing_is_written_then(simulated: Site) -> None:
    simulated.task()
    with pytest.raises(OptionError, match="is in use by 1 connections"):
        run(simulated, services=[NEW], purge_services=True, tags=["a"])
    assert simulated.cloud.calls(operation="add_service") == []
    run(simulated, services=[NEW], purge_services=True, force=True)
    assert (simulated.open_ids(), simulated.registry().read_all()) == ([], [])


def test_what_was_done_before_a_failure_is_told(simulated: Site) -> None:
    simulated.cloud.set_fault({"operation": "add_tag", "fault": "refused", "text": "no"})
    with pytest.raises(RemoteItError) as caught:
        run(simulated, services=[NEW, {"service_id": SERVICE, "port": 99}], purge_services=True, tags=["a"])
    assert [sentence.partition(":")[0] for sentence in caught.value.as_result()["done"]] == [
        "Service added",
        "Service described",
        "Service changed",
    ]
