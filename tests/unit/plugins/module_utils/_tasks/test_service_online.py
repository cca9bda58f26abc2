# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OutOfTimeError
from ansible_collections.community.remoteit.plugins.module_utils._tasks import service_state
from tests.doubles.task import parameters
from tests.lab.site import OFFLINE, Site, configuration
from tests.lab.world import service_id
from tests.simulator.threaded import ThreadedSimulator

pytestmark = pytest.mark.slow

NEW: dict[str, Any] = {"device_id": service_id(1, 0), "name": "new", "application": "ssh", "wait_online": True}


def run(site: Site, *, check: bool = False, **options: Any) -> dict[str, Any]:
    given = parameters(service_state.argument_spec(), site.settings(), **options)
    return service_state.run(given, check, site.warnings.append)


def test_a_new_one_is_online_when_the_task_ends(tmp_path: Path) -> None:
    with ThreadedSimulator(configuration("127.0.0.1:9", service_online_after=1, service_visible_after=1)) as cloud:
        site = Site(cloud, tmp_path)
        assert not run(site, **{**NEW, "name": "other", "wait_online": False})["service"]["online"]
        assert run(site, **NEW, check=True)["changed"]
        assert run(site, **NEW)["service"]["online"]


def test_what_is_online_or_not_to_be_needs_no_look(simulated: Site) -> None:
    run(simulated, **NEW)
    asked = len(simulated.cloud.calls())
    assert not run(simulated, **NEW)["changed"]
    run(simulated, **NEW, enabled=False)
    run(simulated, **NEW, state="absent")
    # reads and writes, and no look
    assert len(simulated.cloud.calls()) == asked + 1 + 2 + 2


def test_what_does_not_come_online_is_told_and_waited_for_again(simulated: Site) -> None:
    for _time in range(2):
        with pytest.raises(OutOfTimeError, match=r"was not online before timeout was over, and its device is offline"):
            run(simulated, service_id=OFFLINE, port=99, wait_online=True, timeout=0.5)
