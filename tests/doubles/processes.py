# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Other processes, as Ansible has them: forks that may hold a lock, be killed or belong to another user."""

from __future__ import annotations

import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from typing import Any

import pytest

# nobody
OTHER_USER = 65534


class Fork:
    """A forked process that runs *work* with a function to report by; *receive* waits for its reports."""

    def __init__(self, work: Callable[[Callable[[str], None]], Any]) -> None:
        reading, writing = os.pipe()
        with warnings.catch_warnings():
            # the test runner has a thread of its own; Ansible's workers are forked next to threads as well
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid = os.fork()
        if not self.pid:
            os.close(reading)
            _run(work, lambda text: _send(writing, text))
        os.close(writing)
        self._reports = os.fdopen(reading, encoding="utf-8")

    def receive(self) -> str:
        """The next line that was reported, empty when the process is gone."""
        return self._reports.readline().rstrip("\n")

    def kill(self) -> None:
        """End it at once, with no chance to clean up."""
        os.kill(self.pid, signal.SIGKILL)
        self.join()

    def join(self) -> int:
        """Wait for its end; the exit code, negative for a signal."""
        _pid, status = os.waitpid(self.pid, 0)
        self._reports.close()
        return os.waitstatus_to_exitcode(status)


def as_other_user(work: Callable[[], Any]) -> str:
    """What *work* returns in a process that is not root and owns nothing here."""

    def unprivileged(report: Callable[[str], None]) -> None:
        if os.geteuid() == 0:
            try:
                os.setgroups([])
                os.setresgid(OTHER_USER, OTHER_USER, OTHER_USER)
                os.setresuid(OTHER_USER, OTHER_USER, OTHER_USER)
            except OSError:
                return
        report(str(work()).replace("\n", " "))

    fork = Fork(unprivileged)
    answer = fork.receive()
    code = fork.join()
    assert code == 0, f"the process ended with {code}"
    if not answer:
        pytest.skip("this root cannot become another user, as in some containers")
    return answer


def _send(descriptor: int, text: str) -> None:
    os.write(descriptor, f"{text}\n".encode())


def _run(work: Callable[[Callable[[str], None]], Any], report: Callable[[str], None]) -> None:
    code = 1
    try:
        work(report)
        code = 0
    except BaseException:  # noqa: BLE001 the fork of a test runner must never return into it
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(code)
