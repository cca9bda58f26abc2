# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same for many services side by side, each on its own: what fails for one fails for no other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from .._base.errors import RemoteItError
from .._base.pool import side_by_side
from .connections import Connections

ItemT = TypeVar("ItemT")
T = TypeVar("T")


@dataclass
class Done(Generic[T]):
    """What came of one item: a *value* or an *error*, neither if it was not begun, and *warnings* for the user."""

    value: T | None = None
    error: RemoteItError | None = None
    warnings: list[str] = field(default_factory=list)


class _Worker(Generic[ItemT, T]):
    """Does *act* to items in one thread, over what *connect* makes once; warnings go to the item that is being done."""

    def __init__(
        self, connect: Callable[[Callable[[str], None]], Connections], act: Callable[[Connections, ItemT], T]
    ) -> None:
        self._connect = connect
        self._act = act
        self._connections: Connections | None = None
        self._warnings: list[str] = []

    def do(self, item: ItemT) -> Done[T]:
        """What comes of *item*."""
        done: Done[T] = Done()
        self._warnings = done.warnings
        try:
            if self._connections is None:
                self._connections = self._connect(self._warn)
            done.value = self._act(self._connections, item)
        except RemoteItError as error:
            done.error = error
        return done

    def _warn(self, sentence: str) -> None:
        self._warnings.append(sentence)


def each(
    connect: Callable[[Callable[[str], None]], Connections],
    items: Sequence[ItemT],
    act: Callable[[Connections, ItemT], T],
    concurrency: int,
    *,
    until_error: bool = False,
    progress: Callable[[int], None] = lambda _number: None,
) -> list[Done[T]]:
    """What *act* makes of each item, in their order, *concurrency* at a time.

    Each thread has what *connect* makes of a function that takes a warning. With *until_error*, none is begun after an
    error. *progress* is told how many are done.
    """
    failed = threading.Event()

    def do(worker: _Worker[ItemT, T], item: ItemT) -> Done[T]:
        if until_error and failed.is_set():
            return Done()
        done = worker.do(item)
        if done.error is not None:
            failed.set()
        return done

    return side_by_side(lambda: _Worker(connect, act), do, items, concurrency, progress)
