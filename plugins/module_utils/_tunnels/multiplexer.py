# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process that has the tunnels of a user: ssh hands each use of a service over to it, and it opens, shares and closes.

Nothing depends on it: if it is killed, SSH breaks, and is tried again with another one, and what is open is closed by the
next one who comes, as the registry says.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import functools
import os
import resource
import signal
import socket
import syslog
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .._base.clock import Deadline
from .._base.errors import RemoteItError
from .._base.process import is_gone, process_name
from .._connections.sweep_orders import END, answer
from .._model.access import Access
from .._model.wanted import Wanted
from .._registry import journal
from .._settings.checks import checked_deadline, checked_service_id
from .._settings.settings import Settings
from .._ssh.arguments import parse
from .._ssh.parent import check_options, options_in
from .account import Account, Errand
from .address import ENV_RUN, run_socket
from .conversation import Conversation, Pipes
from .links import is_of_this_user, received, until_closed, written
from .messages import TAKEN, Use
from .refusal import Refusal
from .tunnel import Tunnel, in_thread

# remote.it closes a proxy after 15 idle minutes (vendor page "Peer to Peer vs. Proxy Connections").
_IDLE_LIMIT = 900
# For how many seconds it is there for others when nothing is open any more, and how often it looks.
_IDLE = 3.0
_TICK = 1.0
_THREADS = 64
# How often it is tried to close what cannot be closed and was opened for no run.
_TRIES = 3
# For how many seconds a program that has connected may take to say what it wants.
_TO_BE_SAID = 30.0


class Multiplexer:
    """Who listens at *listener*, whose address is *path*."""

    def __init__(self, listener: socket.socket, path: str) -> None:
        self._listener = listener
        self._path = path
        self._holder = process_name(os.getpid())
        self._accounts: dict[Settings, Account] = {}
        self._tunnels: dict[tuple[Settings, str], Tunnel] = {}
        # By run, what is to be told at its end, and where it says that it has come.
        self._notes: dict[str, list[str]] = {}
        self._ends: dict[str, socket.socket] = {}
        self._tasks: set[asyncio.Task[object]] = set()
        self._pool = ThreadPoolExecutor(_THREADS)
        self._pipes = Pipes()
        self._is_over = asyncio.Event()
        self._inode = os.stat(path).st_ino

    async def serve(self) -> None:
        """Serve until there is nothing more to do, or a signal."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._is_over.set)
        # Apart from what closes: it may take its time to find out that nobody is there.
        loop.set_default_executor(ThreadPoolExecutor(_THREADS))
        loop.add_reader(self._listener, self._accept, self._listener, self._use)
        with contextlib.ExitStack() as self._lifetime:
            idle = 0.0
            while not self._is_over.is_set() and idle < _IDLE:
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._is_over.wait(), _TICK)
                self._end_what_is_over(loop.time())
                idle = 0.0 if self._tasks or self._tunnels or self._notes else idle + _TICK
            self._is_over.set()
            self._stop_listening()
            tunnels = list(self._tunnels.values())
            await asyncio.gather(*(tunnel.end_uses() for tunnel in tunnels))
            failed = await self._close(tunnels)
            for failure in failed.values():
                self._tell(failure, frozenset())
            # Runs that end just now have heard it.
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=_TICK)
        for account in self._accounts.values():
            account.end()
        for run in list(self._ends):
            self._forget(run, is_closed=not any(run in tunnel.runs for tunnel in failed))

    def _stop_listening(self) -> None:
        """Be no more there for new uses: who comes from now on starts another one."""
        asyncio.get_running_loop().remove_reader(self._listener)
        with contextlib.suppress(OSError), open(os.path.join(os.path.dirname(self._path), "lock"), "wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Who removed the directory has made room for the socket of another one.
            if os.stat(self._path).st_ino == self._inode:
                os.unlink(self._path)
        self._listener.close()

    # -- who comes ----------------------------------------------------------------------------------------------------

    def _accept(self, listener: socket.socket, hear: Callable[[socket.socket], Coroutine[Any, Any, None]]) -> None:
        """Let *hear* have the link of who comes to *listener*, if it is this user."""
        with contextlib.suppress(OSError):
            link, _address = listener.accept()
            link.setblocking(False)
            if is_of_this_user(link):
                self._begin(hear(link))
            else:
                link.close()

    def _begin(self, work: Coroutine[Any, Any, object]) -> None:
        """Do *work* beside all else."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            syslog.syslog(syslog.LOG_ERR, f"{type(error).__name__}: {error}")

    async def _use(self, link: socket.socket) -> None:
        """Do what the program at the other end of *link* asks for."""
        with link, contextlib.suppress(OSError):
            async with asyncio.timeout(_TO_BE_SAID):
                said, ssh = await received(link)
            # After a signal, it is to ask another one.
            if ssh is not None and not self._is_over.is_set():
                with ssh:
                    await self._used(Use.decoded(said), ssh, link)

    async def _end(self, run: str, link: socket.socket) -> None:
        """Tell *run*, which ends and waits at the other end of *link*, what it should know, when all is closed."""
        with link, contextlib.suppress(OSError):
            if await asyncio.get_running_loop().sock_recv(link, len(END)) == END:
                await written(link, answer(await self._end_run(run)))

    async def _used(self, use: Use, ssh: socket.socket, link: socket.socket) -> None:
        """Carry one use, from its beginning to its end."""
        await written(link, TAKEN)
        refusal = Refusal(ssh, link if use.by_streams else None)
        try:
            given = options_in(use.ssh)
            check_options(given)
            tunnel, wanted, deadline = self._asked_for(use)
            runs = frozenset({use.run} - {""})
            for run in runs:
                self._expect_end(run)
            with tunnel.used(Errand(runs, use.journal)), refusal.in_time(given):
                async with Conversation(ssh, self._pipes) as conversation:
                    await tunnel.reach(conversation, wanted, deadline)
                    refusal.give_up()
                    if not conversation.is_over:
                        await conversation.go_on()
        except RemoteItError as error:
            await refusal.say(f"remote.it: {error}")
        else:
            # What it wrote last may be on its way still.
            ssh.close()
            await until_closed(link)

    def _asked_for(self, use: Use) -> tuple[Tunnel, Wanted, Deadline]:
        """What the command line asks for. Raises RemoteItError."""
        options = parse(use.words, use.directory)
        mode, client_ip = options.get("access"), options.get("client_ip")
        access = Access.from_options(mode, client_ip, None) if mode or client_ip else None
        deadline = checked_deadline(options["timeout"])
        service_id = checked_service_id(options["service_id"])
        settings = Settings.from_options(options)
        wanted = Wanted(access=access, verify_after=_IDLE_LIMIT, holder=self._holder, by_ssh=True)
        key = (settings, service_id)
        if key not in self._tunnels:
            self._tunnels[key] = Tunnel(self._account(settings), service_id, self._pool)
        return self._tunnels[key], wanted, deadline

    def _account(self, settings: Settings) -> Account:
        if settings not in self._accounts:
            account = self._accounts[settings] = Account(settings, self._holder, self._tell)
            self._lifetime.enter_context(account.renewed())
        return self._accounts[settings]

    def _tell(self, sentence: str, runs: frozenset[str]) -> None:
        """Tell the system's log, where nobody else hears us, and the runs at their end."""
        syslog.syslog(syslog.LOG_WARNING, sentence)
        for run in runs:
            self._notes.setdefault(run, []).append(sentence)

    # -- the end ------------------------------------------------------------------------------------------------------

    def _expect_end(self, run: str) -> None:
        """Be there for *run* when it ends."""
        if run in self._ends:
            return
        # Without, that it has ended is noticed as well.
        with contextlib.suppress(OSError):
            path = run_socket(run)
            listener = self._ends[run] = socket.socket(socket.AF_UNIX)
            listener.setblocking(False)
            listener.bind(path)
            listener.listen()
            asyncio.get_running_loop().add_reader(listener, self._accept, listener, functools.partial(self._end, run))

    def _forget(self, run: str, is_closed: bool = True) -> None:
        """Expect nothing of *run*. Unless all of it *is_closed*, leave behind what tells it that we have been here."""
        self._notes.pop(run, None)
        listener = self._ends.pop(run, None)
        if listener is not None:
            asyncio.get_running_loop().remove_reader(listener)
            if is_closed:
                with contextlib.suppress(OSError):
                    os.unlink(listener.getsockname())
            listener.close()

    def _end_what_is_over(self, now: float) -> None:
        """Begin to close what nobody uses any more *now*, on the clock of the loop, and what runs used that have ended."""
        if due := [tunnel for tunnel in self._tunnels.values() if tunnel.is_due(now)]:
            self._begin(self._close_due(due))
        using = {run for tunnel in self._tunnels.values() for run in tunnel.runs}
        for run in {*self._ends, *self._notes, *using}:
            if is_gone(run):
                self._begin(self._end_run(run))
            elif run not in self._notes and run not in using:
                self._forget(run)

    async def _close_due(self, tunnels: Sequence[Tunnel]) -> None:
        """Close those, and try again later what fails, as long as there is a run for which it is done."""
        for tunnel, failure in (await self._close(tunnels)).items():
            tunnel.could_not_be_closed()
            if tunnel.failures >= _TRIES and not tunnel.runs:
                self._tell(failure, frozenset())
                self._remove([tunnel])

    async def _end_run(self, run: str) -> list[str]:
        """End all that the run uses, and close what nobody else needs; what the user should know."""
        theirs = [tunnel for tunnel in self._tunnels.values() if run in tunnel.runs]
        await asyncio.gather(*(tunnel.end_uses(run) for tunnel in theirs))
        failed = await self._close([tunnel for tunnel in theirs if not tunnel.is_used])
        self._remove(failed)
        for tunnel in theirs:
            tunnel.runs.discard(run)
        sentences = [*self._notes.get(run, ()), *failed.values()]
        self._forget(run)
        return sentences

    def _remove(self, over: Iterable[Tunnel]) -> None:
        """Have nothing to do with those any more that nobody uses."""
        unused = [tunnel for tunnel in over if not tunnel.is_used]
        self._tunnels = {key: tunnel for key, tunnel in self._tunnels.items() if tunnel not in unused}

    async def _close(self, tunnels: Sequence[Tunnel]) -> dict[Tunnel, str]:
        """Close those that nobody begins to use meanwhile, those of an account at once; why others may be open still."""
        by_account: dict[Account, list[Tunnel]] = {}
        for tunnel in tunnels:
            by_account.setdefault(tunnel.account, []).append(tunnel)
        failed = await asyncio.gather(*(self._close_of(account, some) for account, some in by_account.items()))
        return {tunnel: failure for some in failed for tunnel, failure in some.items()}

    async def _close_of(self, account: Account, tunnels: Sequence[Tunnel]) -> dict[Tunnel, str]:
        async with contextlib.AsyncExitStack() as turns:
            for tunnel in tunnels:
                await turns.enter_async_context(tunnel.turn)
            unused = [tunnel for tunnel in tunnels if tunnel in self._tunnels.values() and not tunnel.is_used]
            if not unused:
                return {}
            errands = {tunnel.service_id: tunnel.errand for tunnel in unused}
            failures = await in_thread(self._pool, account.close, errands)
            failed = {tunnel: failures[tunnel.service_id] for tunnel in unused if tunnel.service_id in failures}
            # Who has come meanwhile waits for his turn, and opens anew.
            self._remove([tunnel for tunnel in unused if tunnel not in failed])
            return failed


def main(path: str) -> None:
    """Serve who connects to the socket *path*, on which our standard input listens, until nobody has for a while."""
    _soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    syslog.openlog("remoteit", syslog.LOG_PID)
    # Those of whoever has started it.
    for name in (ENV_RUN, journal.ENV, journal.ENV_HOST):
        os.environ.pop(name, None)
    with socket.socket(fileno=os.dup(0)) as listener:
        listener.setblocking(False)
        asyncio.run(Multiplexer(listener, path).serve())
