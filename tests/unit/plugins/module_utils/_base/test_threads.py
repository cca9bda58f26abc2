# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
import time

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RegistryError
from ansible_collections.community.remoteit.plugins.module_utils._base.threads import repeated, within


def test_work_that_is_done_in_time_gives_its_result() -> None:
    assert within(60, lambda: 7) == 7


def test_an_error_of_the_work_is_raised_where_it_is_waited_for() -> None:
    with pytest.raises(ZeroDivisionError):
        within(60, lambda: 1 // 0)


def test_work_that_takes_too_long_is_not_waited_for() -> None:
    over = threading.Event()
    with pytest.raises(TimeoutError):
        within(0.05, over.wait)
    over.set()


def test_repeated_work_goes_on_after_a_failure_and_ends_with_its_block() -> None:
    done = threading.Semaphore(0)

    def work() -> None:
        done.release()
        raise RegistryError("away for a moment")

    with repeated(work, 0.01):
        assert all(done.acquire(timeout=60) for _time in range(3))
    while done.acquire(blocking=False):
        pass
    assert not done.acquire(timeout=0.1)


def test_what_failed_is_tried_again_sooner() -> None:
    done = threading.Semaphore(0)

    def work() -> None:
        done.release()
        raise RegistryError("away for a moment")

    with repeated(work, 1.0):
        done.acquire()
        begun = time.monotonic()
        assert all(done.acquire(timeout=60) for _time in range(5))
        assert time.monotonic() - begun < 4
