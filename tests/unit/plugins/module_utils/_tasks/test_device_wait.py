# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task that waits for devices, on a clock that does not take the test's time."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base import clock
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError, RefusedError
from ansible_collections.community.remoteit.plugins.module_utils._fleet import waiting
from ansible_collections.community.remoteit.plugins.module_utils._tasks import device_wait
from tests.doubles.fake_time import FakeTime
from tests.doubles.fleet_cloud import id_of
from tests.doubles.loopback import reply
from tests.doubles.patience import impatient
from tests.doubles.seen_cloud import SeenCloud, page, seen
from tests.doubles.task import parameters

PI = id_of(1)
HERE, AWAY = {"device": [seen(1)]}, {"device": [seen(1, online=False)]}


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """The time of the wait; that of signatures is the real one."""
    time = FakeTime()
    monkeypatch.setattr(waiting, "time", time)
    monkeypatch.setattr(clock, "time", time)
    return time


def run(cloud: SeenCloud, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    """The result; the device is asked for by its id unless it is otherwise."""
    asked = {} if "devices" in options or "service_ids" in options else {"device_ids": [PI]}
    given = parameters(device_wait.argument_spec(), cloud.settings(), **asked, **options)
    with cloud.server, impatient(pause=0.002):
        return device_wait.run(given, check_mode, cloud.warnings.append)


def test_a_device_that_is_there() -> None:
    cloud = SeenCloud(HERE)
    result = run(cloud)
    assert result == {
        "changed": False,
        "devices": [
            {
                "id": PI,
                "name": "pi-1",
                "service_id": None,
                "online": True,
                "last_reported": "2026-02-03T04:05:06.000Z",
            }
        ],
        "missing": [],
        "waited": 0,
    }
    # Ansible takes it as it is
    assert json.loads(json.dumps(result)) == result
    assert (len(cloud.asked), cloud.warnings) == (1, [])


def test_one_request_for_each_interval_until_it_comes() -> None:
    cloud = SeenCloud(AWAY, AWAY, AWAY, HERE)
    result = run(cloud)
    assert (result["waited"], result["missing"], len(cloud.asked)) == (45, [], 4)


def test_one_request_for_each_interval_until_it_goes() -> None:
    cloud = SeenCloud(HERE, HERE, AWAY)
    result = run(cloud, state="offline", timeout=900.0, interval=60.0)
    assert (result["waited"], result["missing"], len(cloud.asked)) == (120, [], 3)


def test_services_are_waited_for_by_their_ids() -> None:
    service = {"id": id_of(1, 1), "online": True, "device": seen(1)}
    cloud = SeenCloud({"service": [{**service, "online": False}]}, {"service": [service]})
    result = run(cloud, service_ids=[id_of(1, 1)])
    assert (result["waited"], result["devices"][0]["service_id"]) == (15, id_of(1, 1))


def test_a_device_that_is_enrolled_meanwhile() -> None:
    cloud = SeenCloud({"d0": page()}, {"d0": page(seen(1, online=False))}, {"d0": page(seen(1))})
    result = run(cloud, devices=["pi-1"])
    assert (result["waited"], result["missing"], len(cloud.asked)) == (30, [], 3)


def test_the_twin_of_a_device_that_appears_meanwhile_ends_it() -> None:
    away = seen(1, name="pi", online=False)
    with pytest.raises(OptionError, match="devices='pi' fits 2 devices"):
        run(SeenCloud({"d0": page(away)}, {"d0": page(away, seen(2, name="pi"))}), devices=["pi"])


def test_the_end_of_the_time_is_a_failure_that_tells_what_was_seen() -> None:
    cloud = SeenCloud({"d0": page(seen(1)), "d1": page(), "d2": page(seen(3, online=False))})
    result = run(cloud, devices=["pi-1", "pi-2", "pi-3"], timeout=20.0)
    assert result["msg"] == (
        f"Not online within 20 seconds: pi-2 does not exist yet, pi-3 ({id_of(3)}) is offline; raise timeout, or set "
        "on_timeout=continue to go on without them."
    )
    assert (result["failed"], result["changed"], result["waited"]) == (True, False, 20)
    assert result["error"] == {"kind": "out_of_time", "status": None, "reason": ""}
    assert [device["name"] for device in result["devices"]] == ["pi-1", "pi-3"]
    assert result["missing"] == ["pi-2", "pi-3"]
    assert len(cloud.asked) == 3


def test_who_wants_to_go_on_is_told_who_is_missing() -> None:
    result = run(SeenCloud(AWAY), timeout=0.0, on_timeout="continue")
    assert "failed" not in result
    assert result["missing"] == [PI]


def test_check_mode_looks_once_and_does_not_fail() -> None:
    cloud = SeenCloud(AWAY)
    result = run(cloud, check_mode=True, delay=60.0)
    assert "failed" not in result
    assert (result["missing"], result["waited"], len(cloud.asked)) == ([PI], 0, 1)


@pytest.mark.parametrize("check_mode", [True, False])
def test_an_id_that_cannot_be_seen_fails_at_once(check_mode: bool) -> None:
    cloud = SeenCloud({"device": []})
    with pytest.raises(OptionError, match=f"device_ids={PI} cannot be seen"):
        run(cloud, check_mode=check_mode)
    assert len(cloud.asked) == 1


def test_a_restart_that_was_seen() -> None:
    cloud = SeenCloud(HERE, AWAY, HERE)
    result = run(cloud, since="2026-02-03T04:05:07Z")
    assert (result["missing"], result["waited"]) == ([], 30)


def test_a_restart_that_was_not_seen_but_reported() -> None:
    cloud = SeenCloud(HERE, {"device": [seen(1, lastReported="2026-02-03T04:06:00.000Z")]})
    assert run(cloud, since="2026-02-03T04:05:07Z", delay=5.0)["waited"] == 20


def test_a_restart_of_which_there_is_no_sign() -> None:
    result = run(SeenCloud(HERE), since="2026-02-03T04:05:07Z", timeout=30.0)
    assert result["msg"].startswith(
        f"Not online within 30 seconds: pi-1 ({PI}) is online, but not shown to have been away since "
        "2026-02-03T04:05:07Z; raise timeout"
    )
    assert result["missing"] == [PI]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_remoteit_may_be_busy_in_the_middle(status: int) -> None:
    # a look is four tries
    cloud = SeenCloud(AWAY, *[reply(status)] * 4, HERE)
    result = run(cloud)
    assert (result["missing"], len(cloud.asked), cloud.warnings) == ([], 6, [])


def test_what_was_seen_last_is_told_if_the_end_cannot_be_seen() -> None:
    result = run(SeenCloud(AWAY, reply(502)), timeout=30.0)
    assert "is offline; raise timeout" in result["msg"]
    assert " without them. The last look at remote.it failed: http://127.0.0.1" in result["msg"]
    assert result["error"]["kind"] == "out_of_time"
    cloud = SeenCloud(AWAY, reply(502))
    assert run(cloud, timeout=30.0, on_timeout="continue")["missing"] == [PI]
    (warning,) = cloud.warnings
    assert warning.startswith(
        "The last look at remote.it failed, so what is told of devices is older: http://127.0.0.1"
    )


def test_if_nothing_was_ever_seen_it_fails_whatever_is_wanted() -> None:
    with pytest.raises(RefusedError, match="throttles requests"):
        run(SeenCloud(reply(429)), timeout=30.0, on_timeout="continue")


@pytest.mark.parametrize("wrong", [{"interval": 1.0}, {"since": "soon"}, {"timeout": -1.0}, {"request_timeout": 0.0}])
def test_what_is_wrong_is_found_before_anything_is_asked(wrong: dict[str, Any]) -> None:
    cloud = SeenCloud(HERE)
    with pytest.raises(OptionError):
        run(cloud, **wrong)
    assert cloud.asked == []
