# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service that is used through a multiplexer: its connections are there while somebody uses them, and a moment longer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from .._base.clock import Deadline
from .._base.errors import RemoteItError
from .._model.connection import Connection
from .._model.wanted import Wanted
from .._registry.claims import KEPT_UNANSWERED
from .account import Account, Errand
from .conversation import Conversation, NoServerError

T = TypeVar("T")

# An address that was used before answers soon or never; behind a new one, a busy device may take its time.
_DIAL_TIMEOUT = 10.0
_FIRST_DIAL_TIMEOUT = 30.0
# From the end of one SSH connection to the next one in a play, such as after "meta: reset_connection", in seconds.
_LINGER = 3.0
# For how many seconds it is not tried again to close what could not be closed, after the first failure.
_AGAIN = 5.0


async def in_thread(pool: ThreadPoolExecutor, work: Callable[..., T], *arguments: Any) -> T:
    """The result of *work* in a thread of *pool*. Who is cancelled meanwhile waits for the end of it first."""
    doing = asyncio.get_running_loop().run_in_executor(pool, work, *arguments)
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait([doing])
        raise


class Tunnel:
    """The connections of *account* to a service, and who uses them. What takes its time is done in *pool*.

    :ivar account: whose they are
    :ivar service_id: the service
    :ivar runs: the names of those that have used it, and have not ended since
    :ivar turn: who has it finds a connection, or closes all
    :ivar failures: how often it could not be closed
    """

    def __init__(self, account: Account, service_id: str, pool: ThreadPoolExecutor) -> None:
        self.account = account
        self.service_id = service_id
        self.runs: set[str] = set()
        self.failures = 0
        self._journal = ""
        self._pool = pool
        self.turn = asyncio.Lock()
        self._uses: dict[asyncio.Task[Any], Errand] = {}
        # By use, the id of its connection.
        self._used: dict[asyncio.Task[Any], str] = {}
        self._due_at = 0.0

    # -- uses ---------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def used(self, errand: Errand) -> Iterator[None]:
        """While this lasts, this task uses the service, for *errand*."""
        task = _this_task()
        self._uses[task] = errand
        self.runs |= errand.runs
        self._journal = errand.journal
        self.failures = 0
        linger = 0.0
        try:
            yield
            linger = _LINGER
        finally:
            del self._uses[task]
            self._used.pop(task, None)
            self._keep(linger)

    def _keep(self, seconds: float) -> None:
        """Close nothing for so many seconds, unless it is told to end."""
        self._due_at = max(self._due_at, asyncio.get_running_loop().time() + seconds)

    @property
    def is_used(self) -> bool:
        """Whether anybody uses it."""
        return bool(self._uses)

    @property
    def errand(self) -> Errand:
        """For whom it is closed."""
        return Errand(frozenset(self.runs), self._journal)

    def could_not_be_closed(self) -> None:
        """Take note of that: it is tried again, later each time."""
        self.failures += 1
        self._keep(_AGAIN * self.failures)

    def is_due(self, now: float) -> bool:
        """Whether it is to be closed *now*, on the clock of the loop, and nobody has begun with that."""
        return not self._uses and not self.turn.locked() and now >= self._due_at

    async def end_uses(self, run: str | None = None) -> None:
        """End all uses, or those of *run*."""
        ended = [task for task, errand in self._uses.items() if run is None or run in errand.runs]
        for task in ended:
            task.cancel()
        if ended:
            await asyncio.wait(ended)

    # -- a use --------------------------------------------------------------------------------------------------------

    async def reach(self, conversation: Conversation, wanted: Wanted, deadline: Deadline) -> None:
        """Begin the conversation with the service's server, unless ssh has gone by then. Raises RemoteItError."""
        connection, is_new = await self._find(self.account.found, self.service_id, wanted, deadline)
        try:
            await self._begin(conversation, connection, is_new, deadline)
        except NoServerError as error:
            if conversation.is_over:
                return
            if is_new or await self._do(self.account.may_answer_yet, connection, deadline):
                raise self._unanswered(error) from None
            is_used = connection.id in self._used_by_others()
            connection, is_new = await self._find(self.account.found_instead, connection, is_used, wanted, deadline)
            try:
                await self._begin(conversation, connection, is_new, deadline)
            except NoServerError as second:
                raise self._unanswered(second) from None
        await self._do(self.account.note_answered, connection, deadline)

    async def _find(self, find: Callable[..., tuple[Connection, bool]], *arguments: Any) -> tuple[Connection, bool]:
        async with self.turn:
            connection, is_new = await self._do(find, *arguments)
        self._used[_this_task()] = connection.id
        return connection, is_new

    def _used_by_others(self) -> set[str]:
        return {id_ for task, id_ in self._used.items() if task is not _this_task()}

    async def _begin(
        self, conversation: Conversation, connection: Connection, is_new: bool, deadline: Deadline
    ) -> None:
        if connection.port is None:
            raise AssertionError("found() gives only what SSH can use")
        timeout = min(_FIRST_DIAL_TIMEOUT if is_new else _DIAL_TIMEOUT, deadline.remaining())
        await conversation.begin(connection.host, connection.port, timeout)

    async def _do(self, work: Callable[..., T], *arguments: Any) -> T:
        errand = self._uses[_this_task()]

        def do() -> T:
            with self.account.on(errand):
                return work(*arguments)

        return await in_thread(self._pool, do)

    def _unanswered(self, error: NoServerError) -> RemoteItError:
        # Who tries again soon may find the server there.
        self._keep(KEPT_UNANSWERED)
        return RemoteItError(
            f"the connection to service {self.service_id} is open, but {error}: check that an SSH server runs on "
            "the device and that the service leads to its port."
        )


def _this_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    if task is None:
        raise AssertionError("uses are tasks")
    return task
