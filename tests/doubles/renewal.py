# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A renewal beside other work, in a thread of its own, which is held up where the order of the two matters."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._connections.memory import Memory
from ansible_collections.community.remoteit.plugins.module_utils._registry.turn import Turn

from .loopback import PATIENCE


class Renewal:
    """One of *memory*, whose registry has lost what is open; it stops where it would take its turn to put that back.

    With *in_turn*, it stops in that turn.
    """

    def __init__(self, memory: Memory, monkeypatch: pytest.MonkeyPatch, *, in_turn: bool = False) -> None:
        self._stopped = threading.Event()
        self._goes_on = threading.Event()
        self._thread = threading.Thread(target=memory.renew, daemon=True)
        locked = memory.registry.locked

        @contextlib.contextmanager
        def taken(service_id: str, deadline: Deadline) -> Iterator[Turn]:
            is_late = threading.current_thread() is self._thread
            if is_late and not in_turn:
                self._stop()
            with locked(service_id, deadline) as turn:
                yield turn
                if is_late and in_turn:
                    self._stop()

        monkeypatch.setattr(memory.registry, "locked", taken)
        self._thread.start()
        assert self._stopped.wait(PATIENCE)

    def _stop(self) -> None:
        self._stopped.set()
        assert self._goes_on.wait(PATIENCE)

    def go_on(self) -> None:
        """Let it."""
        self._goes_on.set()

    def finish(self) -> None:
        """Let it go on, and wait for its end."""
        self.go_on()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    def then(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """*work*, right after which this goes on and finishes."""

        def done(*arguments: Any, **options: Any) -> Any:
            try:
                return work(*arguments, **options)
            finally:
                self.finish()

        return done
