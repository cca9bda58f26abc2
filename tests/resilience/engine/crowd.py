# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many processes that do the same at the same time, and then one after the other."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Callable
from typing import Any, Self

from tests.doubles.processes import Fork

# Longer than any of them needs, and the end of one whose test has failed.
_LIFETIME = 120
_TURN = signal.SIGUSR1


class Crowd:
    """Context manager around *size* processes that wait until all are there. Each runs *work* with its number.

    *work* may call what it is given to report something and wait for its turn; what it returns is reported as well.
    """

    def __init__(self, size: int, work: Callable[[int, Callable[[Any], None]], Any]) -> None:
        self._start_reader, self._start_writer = os.pipe()
        self._work = work
        self.processes = [Fork(self._member(number)) for number in range(size)]
        self._left = set(self.processes)

    def _member(self, number: int) -> Callable[[Callable[[str], None]], None]:
        def wait_and_work(report: Callable[[str], None]) -> None:
            signal.alarm(_LIFETIME)
            signal.pthread_sigmask(signal.SIG_BLOCK, {_TURN})
            os.read(self._start_reader, 1)

            def tell_and_wait(news: Any) -> None:
                report(json.dumps(news))
                signal.sigwait({_TURN})

            report(json.dumps(self._work(number, tell_and_wait)))

        return wait_and_work

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for process in list(self._left):
            with contextlib.suppress(ProcessLookupError):
                self.kill(self.processes.index(process))
        os.close(self._start_reader)
        os.close(self._start_writer)

    def start(self) -> None:
        """Let all begin at once."""
        os.write(self._start_writer, b"." * len(self.processes))

    def hear(self, number: int) -> Any:
        """What one reports next; ValueError when it is gone."""
        return json.loads(self.processes[number].receive())

    def hear_all(self) -> list[Any]:
        """What each one reports next."""
        return [self.hear(number) for number in range(len(self.processes))]

    def go_on(self, number: int) -> Any:
        """Give one its turn, and wait for what it reports then."""
        os.kill(self.processes[number].pid, _TURN)
        return self.hear(number)

    def end(self, number: int) -> Any:
        """Give one its last turn, and wait for its end; what it returned."""
        outcome = self.go_on(number)
        self.join(number)
        return outcome

    def join(self, number: int) -> None:
        """Wait for the end of one that needs no further turn."""
        process = self.processes[number]
        self._left.discard(process)
        assert process.join() == 0

    def kill(self, number: int) -> None:
        """End one at once."""
        process = self.processes[number]
        self._left.discard(process)
        process.kill()
