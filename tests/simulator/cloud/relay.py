# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A port proxy: a TCP listener on loopback that relays to the service's target."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable

from .activity import Activity
from .admission import Admission

_CHUNK = 65536


class Relay:
    """One port proxy.

    :param target: gives host and port of the service, None when it cannot be reached: clients are then hung up on.
    :param misbehaviour: asked for each client: None, ``close`` or ``hang``.
    :param cut_on_close: whether closing the proxy hangs up on the clients that it serves.
    """

    def __init__(
        self,
        target: Callable[[], tuple[str, int] | None],
        admission: Admission,
        activity: Activity,
        misbehaviour: Callable[[], str | None],
        cut_on_close: bool = True,
    ) -> None:
        self._target = target
        self._admission = admission
        self._activity = activity
        self._misbehaviour = misbehaviour
        self._cut_on_close = cut_on_close
        self._socket: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    async def open(self, host: str, port: int, *, listen: bool = True) -> int:
        """Occupy ``host:port`` (0 for any port) and return the port.

        :param listen: False leaves the port closed: clients are refused by the operating system.
        """
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((host, port))
        bound: int = self._socket.getsockname()[1]
        if listen:
            self._server = await asyncio.start_server(self._accept, sock=self._socket)
        return bound

    def close(self) -> None:
        """Stop listening and, unless told otherwise, cut every client off."""
        self._closed = True
        if self._server is not None:
            self._server.close()
        elif self._socket is not None:
            self._socket.close()
        if self._cut_on_close:
            for task in self._tasks:
                task.cancel()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            # A client can be accepted just before the end, and get here just after it.
            if not self._closed:
                await self._serve(reader, writer)
        except (asyncio.CancelledError, OSError):
            writer.transport.abort()
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("peername")
        misbehaviour = self._misbehaviour()
        if misbehaviour == "hang":
            await reader.read(-1)
        target = self._target()
        if misbehaviour or peer is None or not self._admission.admits(peer[0]) or target is None:
            return
        self._activity.begin()
        try:
            await _relay(reader, writer, target)
        finally:
            self._activity.end()


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: tuple[str, int]) -> None:
    """Carry bytes both ways until both sides have said all they had to say."""
    target_reader, target_writer = await asyncio.open_connection(*target)
    complete = False
    try:
        async with asyncio.TaskGroup() as pumps:
            pumps.create_task(_pump(reader, target_writer))
            pumps.create_task(_pump(target_reader, writer))
        complete = True
    except* OSError:
        pass
    finally:
        if not complete:
            # One side broke: the other one must not take it for a regular end.
            writer.transport.abort()
            target_writer.transport.abort()
        target_writer.close()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(_CHUNK):
        sink.write(data)
        await sink.drain()
    with contextlib.suppress(OSError):
        sink.write_eof()
