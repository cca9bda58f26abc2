# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many devices by one task: one read for all, and what fails for one fails for no other."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._tasks import device_state
from ansible_collections.community.remoteit.plugins.module_utils._tasks.device_many import described_devices
from tests.doubles.task import parameters, with_defaults
from tests.lab.site import SERVICE, Site
from tests.lab.world import service_id

pytestmark = pytest.mark.slow

CABINET, CELLAR = service_id(1, 0), service_id(2, 0)


def run(site: Site, *devices: dict[str, Any], check: bool = False, **options: Any) -> dict[str, Any]:
    given = parameters(device_state.argument_spec(), site.settings(), devices=list(devices), **options)
    return device_state.run(given, check, site.warnings.append)


def described(*devices: dict[str, Any]) -> Any:
    spec = device_state.argument_spec()["devices"]["options"]
    return described_devices([with_defaults(spec, one) for one in devices], force=False)


WANTED = (
    {"device_id": CABINET, "tags": ["a"], "services": [{"name": "new", "application": "ssh"}]},
    {"device_id": CELLAR, "attributes": {"rack": 7}},
)


def test_all_become_as_described_and_are_read_at_once(simulated: Site) -> None:
    predicted = run(simulated, *WANTED, check=True)
    done = run(simulated, *WANTED)
    assert predicted["diff"] == done["diff"]
    assert [one["changed"] for one in done["devices"]] == [True, True]
    before = len(simulated.cloud.calls())
    again = run(simulated, *WANTED)
    assert (again["changed"], again["diff"]) == (False, {"before": {}, "after": {}})
    assert len(simulated.cloud.calls()) == before + 1
    assert [one["device"]["name"] for one in again["devices"]] == ["cabinet", "cellar"]


def test_what_fails_for_one_is_told_and_stops_no_other(simulated: Site) -> None:
    nobody = service_id(0x77, 0)
    simulated.cloud.set_fault({"operation": "add_tag", "fault": "refused", "text": "not today"})
    result = run(simulated, WANTED[0], {"device_id": nobody}, WANTED[1], {"device_id": SERVICE})
    assert [one["failed"] for one in result["devices"]] == [True, True, False, True]
    assert result["failed"] and result["changed"]
    assert result["msg"].startswith(f"3 of 4 devices are not as described. {CABINET}: ")
    assert "not today" in result["msg"] and f"{nobody}: device_id={nobody} is not a device" in result["msg"]
    assert result["error"]["kind"] == "refused"
    assert result["devices"][0]["done"][0].startswith("Service added: new")
    assert list(result["diff"]["after"]) == [CELLAR]


def test_no_devices_are_nothing_to_do(simulated: Site) -> None:
    assert run(simulated)["devices"] == []
    assert simulated.cloud.calls() == []


@pytest.mark.parametrize(
    ("devices", "sentence"),
    [
        ([{"device_id": CABINET}, {"device_id": "pi"}], "devices, number 2: device_id='pi' is not the id of a device"),
        ([{"device_id": CABINET}] * 2, f"devices, number 2: device_id={CABINET} is there twice"),
        ([{"device_id": CABINET, "tags": ["a b"]}], "devices, number 1: tags has 'a b'"),
    ],
)
def test_what_cannot_be_meant(devices: list[dict[str, Any]], sentence: str) -> None:
    with pytest.raises(OptionError) as caught:
        described(*devices)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"tags": ["a"]}, "devices says of each device what it is to be like: move tags into its items"),
        ({"purge_tags": True}, "move purge_tags into its items"),
        ({"state": "absent"}, "state=absent is for one device at a time"),
    ],
)
def test_what_does_not_go_with_many(options: dict[str, Any], sentence: str, simulated: Site) -> None:
    with pytest.raises(OptionError, match=sentence):
        run(simulated, *WANTED, **options)
    assert simulated.cloud.calls() == []
