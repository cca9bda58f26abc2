# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tunnel of one SSH connection: opened or joined for it, and closed with it.

This runs for each SSH connection, so what talks to remote.it is imported only where the registry does not do, what
tells of errors only after one, and values are named tuples: to import dataclasses takes longer than to use the registry.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import FrameType
from typing import TYPE_CHECKING

from .._base.clock import Deadline
from .._base.errors import OptionError, RegistryError, RemoteItError
from .._base.process import process_name
from .._base.threads import repeated
from .._model.access import Access
from .._model.connection import Connection
from .._model.wanted import Wanted
from .._registry import journal
from .._registry.claims import KEPT_UNANSWERED, answered, join, leave, may_answer_yet, put_back, renew
from .._registry.registry import Registry
from .._settings.checks import checked_deadline, checked_service_id
from .._settings.settings import Settings
from .._ssh.arguments import parse
from .._ssh.parent import check_options, options_of_parent, told_in_time
from .relay import NoServerError, dial, relay

if TYPE_CHECKING:
    from .._connections.connections import Connections, Outcome

# remote.it closes a proxy after 15 idle minutes (vendor page "Peer to Peer vs. Proxy Connections").
_IDLE_LIMIT = 900
# An address that was used before answers soon or never; behind a new one, a busy device may take its time.
_DIAL_TIMEOUT = 10.0
_FIRST_DIAL_TIMEOUT = 30.0
_CLOSE_TIMEOUT = 60.0
# From the end of one SSH connection to the next one in a play, such as after "meta: reset_connection".
_LINGER = 3.0


def main(arguments: Sequence[str]) -> int:
    """Connect standard input and output to a service as *arguments* say; the exit code."""
    signals = _Signals()
    try:
        given = options_of_parent()
        check_options(given)
        tunnel = _Tunnel.from_arguments(arguments)
    except RemoteItError as error:
        return _failed(error)
    code, end = 0, tunnel.close_later
    try:
        with told_in_time(given):
            proxy = tunnel.open()
    except RemoteItError as error:
        code, end = _failed(error), tunnel.give_up
    else:
        with tunnel.in_use():
            relay(0, 1, proxy, signals.descriptor)
        with contextlib.suppress(OSError):
            # To close it would do nothing while a thread still reads from it.
            proxy.shutdown(socket.SHUT_RDWR)
    _detach()
    tunnel.tell = _log
    try:
        end(signals)
    except RemoteItError as error:
        _log(str(error))
        return 1
    return code


def _failed(error: RemoteItError) -> int:
    """Tell the user of *error*, who may have gone meanwhile; the exit code."""
    from .._ssh.message import tell

    with contextlib.suppress(OSError):
        tell(f"remote.it: {error}")
    return 1


def _detach() -> None:
    """Let go of what ssh gave us, so that whoever waits for the end of its output waits no longer."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)


class _Signals:
    """The signals that came, none of which is lost in the middle of opening.

    :ivar descriptor: can be read once one came
    """

    def __init__(self) -> None:
        self.descriptor, waker = os.pipe()
        self._told_to_end = False
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _noted)

    def linger(self, seconds: float) -> None:
        """Give others so many *seconds* to join, unless we are told to end."""
        end = time.monotonic() + seconds
        while not self._told_to_end and select.select([self.descriptor], [], [], max(0.0, end - time.monotonic()))[0]:
            # With SIGHUP, ssh says no more than that it goes away.
            self._told_to_end = os.read(self.descriptor, 1)[0] in (signal.SIGINT, signal.SIGTERM)


def _noted(_number: int, _frame: FrameType | None) -> None:
    """Nothing: set_wakeup_fd() writes the number of the signal to the pipe that is read."""


class _Tunnel:
    """This process's use of a service.

    :ivar tell: takes one sentence for the user
    """

    def __init__(self, service_id: str, settings: Settings, access: Access | None, deadline: Deadline) -> None:
        self._service_id = service_id
        self._settings = settings
        self._deadline = deadline
        self.tell = _say
        self._registry = Registry(settings, self._warn)
        self._holder = process_name(os.getpid())
        self._used: Connection | None = None
        self._opened: list[Connection] = []
        self._has_warned = False
        self._wanted = Wanted(access=access, verify_after=_IDLE_LIMIT, holder=self._holder, by_ssh=True)

    @classmethod
    def from_arguments(cls, arguments: Sequence[str]) -> _Tunnel:
        """What the command line asks for. Raises RemoteItError."""
        options = parse(arguments)
        mode, client_ip = options.get("access"), options.get("client_ip")
        access = Access.from_options(mode, client_ip, None) if mode or client_ip else None
        deadline = checked_deadline(options["timeout"])
        return cls(checked_service_id(options["service_id"]), Settings.from_options(options), access, deadline)

    def open(self) -> socket.socket:
        """A socket on which the service's SSH server speaks. Raises RemoteItError."""
        joined = connection = join(self._registry, self._service_id, self._wanted, self._deadline)
        if connection is None:
            self._check_last_failure()
            outcome = self._connections().present(self._service_id, self._wanted, self._deadline)
            connection = self._noted(outcome)
            if outcome.is_new:
                return self._first_dialled(connection)
        try:
            proxy = self._dialled(connection, _DIAL_TIMEOUT)
        except NoServerError as error:
            if may_answer_yet(self._registry, connection, self._deadline):
                raise self._unanswered(error) from None
            self._used = None
        else:
            if joined is not None:
                journal.reused(joined)
            return proxy
        self._check_last_failure()
        outcome = self._connections().instead_of(connection, self._wanted, self._deadline)
        return self._first_dialled(self._noted(outcome))

    def _noted(self, outcome: Outcome) -> Connection:
        """The connection to use, which, if it is new, we shall close whatever the registry says by then."""
        connection = outcome.usable()
        self._opened = [connection] if outcome.is_new else []
        return connection

    def _check_last_failure(self) -> None:
        """Raise ApiError if opening failed a moment ago: what need not be asked need not even be imported."""
        failure = self._registry.read(self._service_id, self._deadline).failure
        if failure is not None:
            from .._model.failure import raise_if_believed

            raise_if_believed(failure, self._asked_by())

    def _remember(self, error: RemoteItError) -> None:
        from .._model.failure import Failure

        failure = Failure.of(error, self._asked_by(), None)
        with contextlib.suppress(RemoteItError), self._registry.locked(self._service_id, self._deadline) as turn:
            turn.holding.failure = failure
            turn.save()

    def _asked_by(self) -> str:
        from .._settings.asker import asked_by

        return asked_by(self._settings, self._wanted.access)

    def _first_dialled(self, connection: Connection) -> socket.socket:
        try:
            return self._dialled(connection, _FIRST_DIAL_TIMEOUT)
        except NoServerError as error:
            raise self._unanswered(error) from None

    def _dialled(self, connection: Connection, timeout: float) -> socket.socket:
        if connection.port is None:
            error = OptionError(
                f"service {self._service_id} is an HTTP(S) service behind a reverse proxy, which SSH cannot use: "
                "name an SSH service."
            )
            self._remember(error)
            raise error
        self._used = connection
        proxy = dial(connection.host, connection.port, min(timeout, self._deadline.remaining()))
        if connection.unanswered_since is not None:
            self._used = connection._replace(unanswered_since=None)
            # Else it would only be kept for longer than it deserves, once it is dead.
            with contextlib.suppress(RemoteItError):
                answered(self._registry, connection, self._deadline)
        return proxy

    def _unanswered(self, error: NoServerError) -> RemoteItError:
        return RemoteItError(
            f"the connection to service {self._service_id} is open, but {error}: check that an SSH server runs on "
            "the device and that the service leads to its port."
        )

    def in_use(self) -> AbstractContextManager[None]:
        """While this lasts, others are told that the tunnel is needed, where they can be."""
        return repeated(self._renew_aloud, self._registry.renew_every)

    def _renew_aloud(self) -> None:
        """Renew, and tell of the first failure. Raises RemoteItError."""
        try:
            self._renew()
        except RegistryError as error:
            if not self._has_warned:
                self._has_warned = True
                # Where SSH is shared by several, it may hear nothing after its beginning.
                _say(str(error))
                _log(str(error))
            raise

    def _renew(self) -> bool:
        """Say that the use goes on; True when the registry had lost it, and has it again. Raises RemoteItError."""
        deadline = Deadline(_CLOSE_TIMEOUT)
        if self._used is None or renew(self._registry, self._used, self._holder, deadline):
            return False
        # Who closes it leaves no record of it either.
        if not self._connections().is_listed(self._used, deadline):
            return False
        put_back(self._registry, self._used, self._holder, deadline)
        return True

    def close_later(self, signals: _Signals) -> None:
        """End the use, after a moment in which the next SSH connection may join. Raises RemoteItError."""
        signals.linger(_LINGER)
        self._close(signals)

    def give_up(self, signals: _Signals) -> None:
        """End a use that failed; if nobody else waits for an SSH server to answer, be the one who does for a while.

        Raises RemoteItError.
        """
        if self._used is not None:
            if self._left():
                return
            signals.linger(KEPT_UNANSWERED)
        self._close(signals)

    def _close(self, signals: _Signals) -> None:
        """End the use, and close what nobody else needs, whatever becomes of the registry. Raises RemoteItError."""
        with contextlib.suppress(RemoteItError):
            if self._renew():
                # By then, others who use it have said so again as well.
                signals.linger(self._registry.renew_every)
        if self._left():
            return
        deadline = Deadline(_CLOSE_TIMEOUT)
        try:
            self._connections().release(self._service_id, self._holder, deadline, self._opened)
        finally:
            self._forget()

    def _left(self) -> bool:
        """End the use in the registry alone; False where something is to be closed, or the registry fails."""
        try:
            has_left = leave(self._registry, self._service_id, self._holder, Deadline(_CLOSE_TIMEOUT), self._opened)
        except RemoteItError:
            return False
        if has_left:
            self._forget()
        return has_left

    def _forget(self) -> None:
        with contextlib.suppress(RegistryError):
            self._registry.forget(self._holder)

    def _connections(self) -> Connections:
        from .._connections.connections import Connections

        return Connections(self._settings, self._warn)

    def _warn(self, sentence: str) -> None:
        self.tell(sentence)


def _say(sentence: str) -> None:
    # Where ssh listens, if it does: a warning must not end the connection.
    with contextlib.suppress(OSError):
        sys.stderr.write(f"remote.it: {sentence}\n")


def _log(sentence: str) -> None:
    """Tell the system's log, where nobody else hears us any more."""
    import syslog

    syslog.openlog("remoteit", syslog.LOG_PID)
    syslog.syslog(syslog.LOG_WARNING, sentence)
