# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same for many services side by side, each on its own: what fails for one fails for no other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from .._base.errors import OptionError, RemoteItError
from .connections import Connections

ItemT = TypeVar("ItemT")
T = TypeVar("T")

DEFAULT_CONCURRENCY = 16


@dataclass
class Done(Generic[T]):
    """What came of one item: a *value* or an *error*, neither if it was not begun, and *warnings* for the user."""

    value: T | None = None
    error: RemoteItError | None = None
    warnings: list[str] = field(default_factory=list)


def checked_concurrency(concurrency: int) -> int:
    """How many at a time. Raises OptionError."""
    if concurrency < 1:
        raise OptionError(f"concurrency={concurrency} would open nothing: give 1 or more.")
    return concurrency


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

    It is given what *connect* makes for one thread, of what takes a warning. With *until_error*, none is begun after an
    error. *progress* is told how many are done.
    """
    here = threading.local()
    failed = threading.Event()

    def warn(sentence: str) -> None:
        here.warnings.append(sentence)

    def one(item: ItemT) -> Done[T]:
        if until_error and failed.is_set():
            return Done()
        done: Done[T] = Done()
        here.warnings = done.warnings
        try:
            if not hasattr(here, "connections"):
                # One for each thread, which keeps its TCP connection from one item to the next.
                here.connections = connect(warn)
            done.value = act(here.connections, item)
        except RemoteItError as error:
            done.error = error
            failed.set()
        return done

    pool = ThreadPoolExecutor(concurrency)
    try:
        futures = [pool.submit(one, item) for item in items]
        for number, _future in enumerate(as_completed(futures), 1):
            progress(number)
    finally:
        # After Ctrl-C, only what has begun is waited for.
        pool.shutdown(cancel_futures=True)
    return [future.result() for future in futures]


def in_short(sentences: Iterable[str], limit: int = 5) -> list[str]:
    """*sentences*, or the first *limit* of them and how many more there are."""
    shown = list(sentences)
    if len(shown) > limit:
        shown[limit:] = [f"{len(shown) - limit} more like these are not shown."]
    return shown
