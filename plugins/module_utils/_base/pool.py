# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same work on many items, by several threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

ItemT = TypeVar("ItemT")
ToolT = TypeVar("ToolT")
T = TypeVar("T")


def side_by_side(
    make: Callable[[], ToolT],
    work: Callable[[ToolT, ItemT], T],
    items: Sequence[ItemT],
    threads: int,
    progress: Callable[[int], None] = lambda _number: None,
    *,
    until_error: bool = False,
) -> list[T]:
    """What *work* gives for each item, in their order, with a tool that each thread has from *make*.

    *progress* is told how many are done. What is raised by one of them is raised when all are done, or *until_error* at
    once; then, as after Ctrl-C, only what has begun is waited for.
    """
    here = threading.local()

    def one(item: ItemT) -> T:
        if not hasattr(here, "tool"):
            here.tool = make()
        return work(here.tool, item)

    pool = ThreadPoolExecutor(threads)
    try:
        futures = [pool.submit(one, item) for item in items]
        for number, future in enumerate(as_completed(futures), 1):
            if until_error:
                future.result()
            progress(number)
        return [future.result() for future in futures]
    finally:
        pool.shutdown(cancel_futures=True)
