# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work that is done again and again beside other work."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from .errors import RemoteItError


@contextlib.contextmanager
def repeated(work: Callable[[], object], seconds: float | None) -> Iterator[None]:
    """Do *work* every so many *seconds* until this is left, or never for None; if it fails, the next time may do."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(seconds):
            with contextlib.suppress(RemoteItError):
                work()

    if seconds is not None:
        threading.Thread(target=run, daemon=True).start()
    try:
        yield
    finally:
        over.set()
