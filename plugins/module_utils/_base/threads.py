# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work in a thread of its own: for so long at most, or again and again beside other work."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar, cast

from .errors import RemoteItError

T = TypeVar("T")

# How long what is done again and again may take after its end, in seconds.
_UNDER_WAY = 1.0


def within(seconds: float, work: Callable[[], T]) -> T:
    """The result of *work*, or TimeoutError after *seconds*; what is not done by then ends with the process."""
    import queue  # where nothing is asked and nothing probed, not needed

    outcome: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcome.put((work(), None))
        except BaseException as error:  # noqa: BLE001  # it is raised again, where it is waited for
            outcome.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        result, error = outcome.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return cast("T", result)


@contextlib.contextmanager
def repeated(work: Callable[[], object], seconds: float) -> Iterator[None]:
    """Do *work* every so many *seconds* until this is left; if it fails, it is tried again in a tenth of that.

    What is under way then is waited for, but not for long.
    """
    over = threading.Event()
    working = threading.Lock()

    def run() -> None:
        pause = seconds
        while not over.wait(pause):
            pause = seconds / 10
            with working, contextlib.suppress(RemoteItError):
                if not over.is_set():
                    work()
                pause = seconds

    threading.Thread(target=run, daemon=True).start()
    try:
        yield
    finally:
        over.set()
        if working.acquire(timeout=_UNDER_WAY):
            working.release()
