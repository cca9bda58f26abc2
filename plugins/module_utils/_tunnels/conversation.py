# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bytes between the socket that ssh has and a proxy, for as many of both as there are: each waits for the other only."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Self

from .links import is_closed, readable, until_closed, writable, written

_CHUNK = 256 * 1024
# More is faster, but all pipes of a user together may only have 64 MB (pipe(7)).
_PIPE = 1024 * 1024


class NoServerError(Exception):
    """Nothing at the other end speaks; the text says in which way."""


class Pipes:
    """Pipes for the kernel to move bytes through, each used by one copy at a time and kept for the next."""

    _KEPT = 32

    def __init__(self) -> None:
        self._free: list[tuple[int, int]] = []
        self._count = 0

    def take(self) -> tuple[int, int]:
        """The reading and the writing end of an empty one."""
        if self._free:
            return self._free.pop()
        pipe = os.pipe()
        self._count += 1
        if self._count <= self._KEPT:
            with contextlib.suppress(OSError):
                fcntl.fcntl(pipe[1], fcntl.F_SETPIPE_SZ, _PIPE)
        return pipe

    def give(self, pipe: tuple[int, int], is_empty: bool) -> None:
        """Take it back."""
        if is_empty and len(self._free) < self._KEPT:
            self._free.append(pipe)
        else:
            self._count -= 1
            for end in pipe:
                os.close(end)


class Conversation:
    """What *ssh*, a socket that does not block, says to a server and hears from it, while this is entered.

    Until a server answers, what ssh has said is kept, so that it can be said to another one.
    """

    def __init__(self, ssh: socket.socket, pipes: Pipes) -> None:
        self.ssh = ssh
        self._pipes = pipes
        self._said = bytearray()
        self._has_ended = False
        self._is_answered = False
        self._saying: asyncio.Task[None] | None = None
        self._proxy: socket.socket | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._leave()

    async def begin(self, host: str, port: int, seconds: float) -> None:
        """Find a server there that begins to answer.

        Raises NoServerError after at most *seconds* for each of connecting and waiting; another one may be tried then.
        """
        try:
            # Outside of the loop, because a name may have to be looked up.
            proxy = self._proxy = await asyncio.to_thread(socket.create_connection, (host, port), seconds)
        except OSError as error:
            raise NoServerError(f"no connection to {host}:{port}: {_reason(error)}") from None
        proxy.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        proxy.setblocking(False)
        self._saying = asyncio.create_task(self._say(proxy))
        try:
            await self._hears(proxy, seconds)
            self._is_answered = bool(proxy.recv(1, socket.MSG_PEEK))
        except OSError as error:
            await self._leave()
            raise NoServerError(f"{host}:{port} does not answer: {_reason(error)}") from None
        if not self._is_answered:
            await self._leave()
            raise NoServerError(f"{host}:{port} closed the connection at once")

    async def _hears(self, proxy: socket.socket, seconds: float) -> None:
        """Wait until the server has said something, or ssh has gone. Raises TimeoutError after so many *seconds*."""
        waiting = [asyncio.create_task(readable(proxy)), asyncio.create_task(until_closed(self.ssh))]
        try:
            done, _pending = await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                await _cancelled(task)
        if waiting[0] not in done:
            raise TimeoutError

    async def go_on(self) -> None:
        """Let both talk, after begin(), until both have ended, or one of them has gone."""
        if self._proxy is None or self._saying is None:
            raise AssertionError("begin() comes first")
        hearing = asyncio.create_task(self._copied(self._proxy, self.ssh))
        waiting = [hearing]
        try:
            await asyncio.wait([hearing, self._saying], return_when=asyncio.FIRST_COMPLETED)
            if not hearing.done():
                # Not before: to look again and again is too much for hundreds that are idle.
                waiting.append(asyncio.create_task(until_closed(self.ssh)))
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            elif not hearing.exception():
                await asyncio.wait([self._saying])
        finally:
            for task in waiting:
                await _cancelled(task)

    async def _leave(self) -> None:
        """Say nothing more to the server."""
        if self._saying is not None:
            await _cancelled(self._saying)
        if self._proxy is not None:
            self._proxy.close()

    @property
    def is_over(self) -> bool:
        """Whether ssh hears nothing more."""
        return is_closed(self.ssh)

    async def _say(self, proxy: socket.socket) -> None:
        await _write(proxy, self._said)
        while not self._has_ended:
            await readable(self.ssh)
            if self._is_answered:
                await self._copied(self.ssh, proxy)
                return
            data = self.ssh.recv(_CHUNK)
            self._said += data
            self._has_ended = not data
            await _write(proxy, data)
        proxy.shutdown(socket.SHUT_WR)

    async def _copied(self, source: socket.socket, sink: socket.socket) -> None:
        """Copy until *source* ends, and pass that on."""
        move = self._moved if hasattr(os, "splice") else _copied_once
        while await move(source, sink):
            pass
        sink.shutdown(socket.SHUT_WR)

    async def _moved(self, source: socket.socket, sink: socket.socket) -> bool:
        """Let the kernel move what is there; False at the end."""
        pipe, left = self._pipes.take(), 0
        try:
            left = os.splice(source.fileno(), pipe[1], _PIPE, flags=os.SPLICE_F_NONBLOCK)
            is_over = not left
            while left:
                with contextlib.suppress(BlockingIOError):
                    left -= os.splice(pipe[0], sink.fileno(), left, flags=os.SPLICE_F_NONBLOCK)
                    continue
                await writable(sink)
            # More may be there already, but others have their turn first.
            await asyncio.sleep(0)
            return not is_over
        except BlockingIOError:
            pass
        finally:
            self._pipes.give(pipe, is_empty=not left)
        await readable(source)
        return True


async def _copied_once(source: socket.socket, sink: socket.socket) -> bool:
    """The same where the kernel does not."""
    await readable(source)
    data = source.recv(_CHUNK)
    await _write(sink, data)
    return bool(data)


async def _write(sink: socket.socket, data: bytes | bytearray) -> None:
    if data:
        await written(sink, data)


async def _cancelled(task: asyncio.Task[None]) -> None:
    """End *task*; what became of it is of no interest any more."""
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled():
        task.exception()


def _reason(error: OSError) -> str:
    return "timed out" if isinstance(error, (TimeoutError, BlockingIOError)) else error.strerror or str(error)
