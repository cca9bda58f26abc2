# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be closed at the end of a run of Ansible, whichever way it ends.

A process beside the run closes it, when the main process says that it ends, or has ended without a word. Ansible imports action
plugins and inventories in its main process, before it forks its workers; a lookup may be imported by workers alone.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import sys

from ansible import context
from ansible.utils.display import Display

from ...module_utils._base.errors import ControllerError
from ...module_utils._base.process import process_name
from ...module_utils._base.text import base36
from ...module_utils._connections.sweep_orders import Claim, encoded
from ...module_utils._model.connection import Connection
from ...module_utils._settings.settings import Settings
from ...module_utils._tunnels.address import ENV_RUN, sweeper_socket
from ...module_utils._tunnels.end_of_run import end_run
from ...module_utils._tunnels.listener import linked
from .main_process import main_process

_PROGRAM = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "sweeper.py")


class EndOfRun:
    """The end of the run that this process, which may be one of its workers, belongs to.

    :ivar holder: the run's name as a holder of connections
    """

    def __init__(self) -> None:
        self._main = main_process()
        self.holder = process_name(self._main)
        # A task has another one.
        self._environ = dict(os.environ)
        if self._main == os.getpid():
            atexit.register(self._end)

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
        self._tell(encoded(settings))
        return self.holder

    def remember(self, settings: Settings, connection: Connection, opened: bool) -> None:
        """Have *connection* closed at the end whatever the registry loses, if the run holds it; *opened* if the run did so."""
        if self.holder in connection.holders:
            # Without that process, the registry knows it, for the next run.
            with contextlib.suppress(ControllerError):
                self._tell(encoded(settings, Claim(connection, opened)))

    def _tell(self, line: bytes) -> None:
        """Tell the process that sweeps the line, and start it if there is none. Raises ControllerError."""
        try:
            path = sweeper_socket(self.holder, self._environ)
            with linked(path, [sys.executable, _PROGRAM, self.holder, path], self._environ) as link:
                link.sendall(line)
        except OSError as error:
            why = str(error)
            if error.strerror:
                why = f"its socket cannot be used ({error.strerror}): set XDG_RUNTIME_DIR to a directory of yours with a short path"
            raise ControllerError(
                f"the process that closes connections at the end of the run cannot be used: {why}."
            ) from None

    def _end(self) -> None:
        """Have closed what is to be closed, and wait for it: in a container, nothing survives the main process."""
        if os.getpid() != self._main:
            return
        try:
            for sentence in end_run(self.holder):
                Display().warning(sentence)
        except KeyboardInterrupt:
            Display().warning("What this run opened is being closed still, and what fails then is not told.")


END_OF_RUN = EndOfRun()
