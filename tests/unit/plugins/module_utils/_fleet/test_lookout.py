# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each way of asking for devices looks in its own way, and all of them learn what time it is at remote.it."""

from __future__ import annotations

import email.utils
import time

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._fleet.lookout import ASKED, Lookout
from tests.doubles.fleet_cloud import ME, id_of
from tests.doubles.loopback import reply
from tests.doubles.seen_cloud import SeenCloud, page, seen

ASKING = {"device_ids": id_of(1), "service_ids": id_of(1, 1), "devices": "pi-1"}
ANSWERS = {
    "device_ids": {"device": [seen(1)]},
    "service_ids": {"service": [{"id": id_of(1, 1), "online": True, "device": seen(1)}]},
    "devices": {"d0": page(seen(1))},
}


@pytest.mark.parametrize("by", ASKED)
def test_what_is_seen_is_told_by_what_was_asked_for(by: str) -> None:
    cloud = SeenCloud(ANSWERS[by])
    with cloud.server:
        lookout = Lookout(cloud.settings(), by, [ASKING[by]], None, cloud.warnings.append)
        seen_now = lookout.look(Deadline(20))
    assert {asked: device.id for asked, device in seen_now.items()} == {ASKING[by]: id_of(1)}
    assert len(cloud.asked) == 1


@pytest.mark.parametrize(("ahead", "expected"), [(0, 0), (250, 250), (-250, 0)])
def test_a_doubtful_clock_is_taken_for_the_later_one(ahead: int, expected: int) -> None:
    document = {"data": {"login": {"id": ME, "device": [seen(1)]}}}
    cloud = SeenCloud(reply(200, document, {"Date": email.utils.formatdate(time.time() + ahead, usegmt=True)}))
    with cloud.server:
        lookout = Lookout(cloud.settings(), "device_ids", [id_of(1)], None, cloud.warnings.append)
        lookout.look(Deadline(20))
    assert abs(lookout.ahead() - expected) < 3
