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
import contextlib
import mmap
import multiprocessing
import os
import subprocess
import sys

from ansible import context
from ansible.utils.display import Display

from ...module_utils._base.errors import ControllerError
from ...module_utils._base.process import is_gone, process_name
from ...module_utils._base.text import base36
from ...module_utils._connections.sweep_orders import END, Claim, encoded
from ...module_utils._model.connection import Connection
from ...module_utils._settings.settings import Settings
from ...module_utils._tunnels.address import ENV_RUN
from ...module_utils._tunnels.end_of_run import end_tunnels

_PROGRAM = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "sweeper.py")
_LOCK_TIMEOUT = 30.0


class EndOfRun:
    """The end of the run whose main process makes this; usable in that process and in all that it forks.

    :ivar holder: the run's name as a holder of connections
    """

    def __init__(self) -> None:
        self.holder = process_name(os.getpid())
        self._main = os.getpid()
        # A task has another one.
        self._environ = dict(os.environ)
        self._is_the_runs_main = multiprocessing.parent_process() is None
        self._reader, self._writer = os.pipe()
        # What that process has to say; its end is the end of the process, which need not be our child.
        self._done_reader, self._done_writer = os.pipe()
        # The watcher's name as a process, nothing until there is one; and who has the lock may begin one. All processes
        # have the same memory: Ansible forks whatever the platform's way is.
        self._watcher = mmap.mmap(-1, 1024)
        self._lock = multiprocessing.get_context("fork").Lock()
        atexit.register(self._sweep)

    def own_tunnels(self) -> str:
        """Have what SSH uses on demand from now on closed at the end; what tells the control sockets of this run from others'.

        Empty where hosts are only listed, as ansible-inventory does: that must not differ from one time to the next.
        """
        if "graph" in context.CLIARGS:
            return ""
        os.environ[ENV_RUN] = self.holder
        return base36(self._main)

    def watch(self, settings: Settings) -> str:
        """Have the registry and account of *settings* swept at the end; the holder of what is to be closed then.

        That is done by way of the web proxies and CA certificates that this process uses now.

        Raises ControllerError.
        """
        if not self._is_the_runs_main:
            raise ControllerError("the end of the run cannot be seen from here: leave out close=at_end.")
        self._tell(encoded(settings))
        return self.holder

    def remember(self, settings: Settings, connection: Connection, opened: bool) -> None:
        """Have *connection* closed at the end whatever the registry loses, if the run holds it; *opened* if the run did so."""
        if self.holder in connection.holders:
            # Without that process, the registry knows it, for the next run.
            with contextlib.suppress(ControllerError):
                self._tell(encoded(settings, Claim(connection, opened)))

    def _tell(self, line: bytes) -> None:
        """Start the process that sweeps if there is none yet, and tell it the line. Raises ControllerError."""
        if not self._lock.acquire(timeout=_LOCK_TIMEOUT):
            raise ControllerError("what is to be closed at the end of the run could not be written down: try again.")
        try:
            watcher = self._watcher[:].rstrip(b"\0") or self._start().encode()
            self._watcher[: len(watcher)] = watcher
            if is_gone(watcher.decode()):
                # We hold both ends of the pipe, so to write would not fail, but block once it is full.
                raise ControllerError(
                    "the process that closes connections at the end of the run was ended: run the playbook again."
                )
            while line:
                line = line[os.write(self._writer, line) :]
        except OSError as error:
            raise ControllerError(
                f"the process that closes connections at the end of the run cannot be used: {error.strerror}."
            ) from None
        finally:
            self._lock.release()

    def _start(self) -> str:
        # It must outlive the worker, and a Ctrl-C.
        watcher = subprocess.Popen(
            [sys.executable, _PROGRAM, self.holder],
            stdin=self._reader,
            stdout=self._done_writer,
            stderr=subprocess.DEVNULL,
            env=self._environ,
            start_new_session=True,
        )
        return process_name(watcher.pid)

    def _sweep(self) -> None:
        """Have closed what is to be closed."""
        if os.getpid() != self._main:
            return
        # A process that some plugin left in the background may still have the pipe.
        with contextlib.suppress(OSError):
            os.write(self._writer, END)
        os.close(self._writer)
        os.close(self._done_writer)
        try:
            self._wait()
        except KeyboardInterrupt:
            Display().warning("What this run opened is being closed still, and what fails then is not told.")

    def _wait(self) -> None:
        """Wait until all is closed, because in a container, nothing survives the main process, and tell what is to be told."""
        if os.environ.get(ENV_RUN) == self.holder:
            for sentence in end_tunnels(self.holder):
                Display().warning(sentence)
        with open(self._done_reader, encoding="utf-8") as sentences:
            for sentence in sentences:
                Display().warning(sentence.strip())


END_OF_RUN = EndOfRun()
