# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work for many services side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError, RefusedError
from ansible_collections.community.remoteit.plugins.module_utils._connections.many import (
    Done,
    each,
)

Warn = Callable[[str], None]


class Work:
    """What is done to each item; *connections* are counted, one for each thread that works."""

    def __init__(self) -> None:
        self.connections = 0
        self.begun: list[Any] = []
        self.warn_here = threading.local()

    def connect(self, warn: Warn) -> Any:
        self.connections += 1
        self.warn_here.warn = warn
        return f"connections {self.connections}"

    def act(self, connections: Any, item: Any) -> Any:
        assert connections.startswith("connections ")
        self.begun.append(item)
        self.warn_here.warn(f"a word about {item}")
        if item == "bad":
            raise RefusedError("not today", 200, "")
        return item * 2


@pytest.fixture
def work() -> Work:
    return Work()


def test_what_came_of_each_is_told_in_their_order(work: Work) -> None:
    done = each(work.connect, ["a", "bad", "b"], work.act, 3)
    assert [(one.value, str(one.error or "")) for one in done] == [("aa", ""), (None, "not today"), ("bb", "")]
    assert [one.warnings for one in done] == [["a word about a"], ["a word about bad"], ["a word about b"]]


def test_connections_are_kept_from_one_to_the_next(work: Work) -> None:
    each(work.connect, list("abcdef"), work.act, 1)
    assert (work.connections, work.begun) == (1, list("abcdef"))


def test_so_many_are_done_at_a_time_and_no_more(work: Work) -> None:
    together = threading.Barrier(2)

    def meet(_connections: Any, _item: Any) -> int:
        return together.wait(20)

    # with fewer threads they would never meet
    done = each(work.connect, list("abcd"), meet, 2)
    assert sorted(one.value for one in done if one.value is not None) == [0, 0, 1, 1]
    assert work.connections == 2


def test_after_an_error_none_is_begun_where_that_is_wanted(work: Work) -> None:
    done = each(work.connect, ["a", "bad", "b", "c"], work.act, 1, until_error=True)
    assert work.begun == ["a", "bad"]
    assert done[2:] == [Done(), Done()]
    each(work.connect, ["bad", "b"], work.act, 1)
    assert work.begun[2:] == ["bad", "b"]


def test_where_nothing_can_be_connected_each_has_the_error() -> None:
    def connect(_warn: Warn) -> Any:
        raise OptionError("no way")

    assert [str(one.error) for one in each(connect, [1, 2], lambda _connections, item: item, 2)] == ["no way"] * 2


def test_what_is_no_error_of_ours_is_not_hidden(work: Work) -> None:
    with pytest.raises(ZeroDivisionError):
        each(work.connect, [1], lambda _connections, item: item / 0, 1)


def test_it_is_told_how_many_are_done(work: Work) -> None:
    told: list[int] = []
    each(work.connect, list("abc"), work.act, 2, progress=told.append)
    assert told == [1, 2, 3]
