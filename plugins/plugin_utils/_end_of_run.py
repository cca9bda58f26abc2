# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be closed at the end of a run of Ansible, whichever way it ends.

A process beside the run waits for the end of a pipe whose other end the run holds. The kernel closes that when the run
ends, even when it is killed. Ansible imports action plugins in its main process before it forks (ansible-core 2.19 to
2.21), so the pipe is there for all workers.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import subprocess
import sys

from ansible.utils.display import Display

from ..module_utils._errors import RemoteItError
from ..module_utils._holder import holder
from ..module_utils._settings import Settings
from ..module_utils._sweep import encoded

_PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sweeper.py")
_LOCK_TIMEOUT = 30.0


class EndOfRun:
    """The end of the run whose main process makes this; usable in that process and in all that it forks.

    :ivar holder: the run's name as a holder of connections
    """

    def __init__(self) -> None:
        self.holder = holder(os.getpid())
        self._main = os.getpid()
        self._reader, self._writer = os.pipe()
        # What that process has to say; its end is the end of the process, which need not be our child.
        self._done_reader, self._done_writer = os.pipe()
        self._started = multiprocessing.Value("b", 0)
        atexit.register(self._sweep)

    def watch(self, settings: Settings) -> str:
        """Have the registry and account of *settings* swept at the end; the holder of what is to be closed then.

        Raises RemoteItError.
        """
        if not self._started.get_lock().acquire(timeout=_LOCK_TIMEOUT):
            raise RemoteItError("what is to be closed at the end of the run could not be written down: try again.")
        try:
            if not self._started.value:
                self._start()
                self._started.value = 1
            line = encoded(settings)
            while line:
                line = line[os.write(self._writer, line) :]
        except OSError as error:
            raise RemoteItError(
                f"the process that closes connections at the end of the run cannot be used: {error.strerror}."
            ) from None
        finally:
            self._started.get_lock().release()
        return self.holder

    def _start(self) -> None:
        # It must outlive the worker, and a Ctrl-C.
        subprocess.Popen(
            [sys.executable, _PROGRAM, self.holder],
            stdin=self._reader,
            stdout=self._done_writer,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _sweep(self) -> None:
        """Wait until what is to be closed is closed, and tell what could not be."""
        if os.getpid() != self._main:
            return
        os.close(self._writer)
        os.close(self._done_writer)
        # In a container, nothing survives the main process.
        with open(self._done_reader, encoding="utf-8") as sentences:
            for sentence in sentences:
                Display().warning(sentence.strip())


END_OF_RUN = EndOfRun()
