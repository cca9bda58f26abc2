# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._api.client import Client
from ansible_collections.community.remoteit.plugins.module_utils._api.throttle import Throttle
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Clock, Deadline
from tests.doubles.account import Account, refusal
from tests.doubles.loopback import reply
from tests.doubles.material import SERVICE

pytestmark = pytest.mark.one_core


def waited(throttle: Throttle, deadline: float = 10) -> float:
    begun = time.monotonic()
    throttle.wait(Deadline(deadline))
    return time.monotonic() - begun


def test_nobody_asks_before_the_time_is_over_and_a_shorter_one_does_not_end_it() -> None:
    throttle = Throttle()
    assert waited(throttle) < 0.1
    throttle.hold(0.3)
    throttle.hold(0.0)
    assert 0.2 < waited(throttle) < 2
    assert waited(throttle) < 0.1


def test_who_has_no_time_does_not_wait_for_it() -> None:
    throttle = Throttle()
    throttle.hold(60)
    assert waited(throttle, 0.1) < 2


def test_what_one_is_told_holds_all_back_that_ask_with_the_same_key() -> None:
    account = Account()
    account.says["service"] = reply(429, b"", {"Retry-After": "4"})
    with account.server:
        first = account.client()
        second = first.beside(pytest.fail)
        refusal(lambda: first.service(SERVICE, Deadline(0.5)))
        del account.says["service"]
        begun = time.monotonic()
        second.service(SERVICE, Deadline(10))
        assert time.monotonic() - begun > 2
        # who has another key is not
        begun = time.monotonic()
        Client(account.settings(), Clock(), pytest.fail).service(SERVICE, Deadline(10))
        assert time.monotonic() - begun < 2
