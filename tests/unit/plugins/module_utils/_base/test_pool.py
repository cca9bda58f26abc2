# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work on many items by several threads."""

from __future__ import annotations

import threading
import time

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.pool import side_by_side


def test_the_results_are_in_the_order_of_the_items() -> None:
    def work(_tool: object, item: float) -> float:
        time.sleep(item)
        return item

    assert side_by_side(object, work, [0.05, 0.0, 0.02], 3) == [0.05, 0.0, 0.02]
    assert side_by_side(object, work, [], 3) == []


def test_each_thread_has_one_tool_of_its_own() -> None:
    both = threading.Barrier(2)

    def work(tool: object, _item: int) -> tuple[object, int]:
        both.wait(20)
        return tool, threading.get_ident()

    used = side_by_side(object, work, range(6), 2)
    assert len(set(used)) == len({tool for tool, _thread in used}) == 2


def test_after_the_first_failure_nothing_is_begun() -> None:
    begun: list[int] = []
    failed = threading.Event()

    def work(_tool: object, item: int) -> None:
        begun.append(item)
        if item == 1:
            failed.set()
            raise ValueError("the second")
        # the first one ends after the second
        failed.wait(20)
        time.sleep(0.2)

    with pytest.raises(ValueError, match="the second"):
        side_by_side(object, work, range(100), 2, until_error=True)
    assert len(begun) < 10


def test_a_tool_that_cannot_be_made_is_a_failure() -> None:
    def make() -> object:
        raise ValueError("no tool")

    with pytest.raises(ValueError, match="no tool"):
        side_by_side(make, lambda _tool, item: item, [1, 2], 2)


def test_it_is_told_how_many_are_done() -> None:
    told: list[int] = []
    side_by_side(object, lambda _tool, item: item, "abc", 2, told.append)
    assert told == [1, 2, 3]


def test_a_failure_keeps_nothing_else_from_being_done() -> None:
    done: list[int] = []

    def work(_tool: object, item: int) -> None:
        if item == 0:
            raise ValueError("the first")
        done.append(item)

    with pytest.raises(ValueError, match="the first"):
        side_by_side(object, work, range(20), 1)
    assert done == list(range(1, 20))
