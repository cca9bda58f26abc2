# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sockets that do not block, as the multiplexer has them: those of ssh and of proxies, and its links to the program."""

from __future__ import annotations

import asyncio
import os
import select
import socket
import struct

_LONGEST = 1 << 20
# How often it is looked, in seconds: the kernel wakes for half an end as for a whole one.
_LOOK = 1.0
# What xucred of <sys/ucred.h> begins with, where SO_PEERCRED is not there.
_OF_A_LOCAL_PEER, _PEER_CREDENTIALS = 0, 1


def is_of_this_user(link: socket.socket) -> bool:
    """Whether the process at the other end belongs to the user that this one belongs to."""
    if hasattr(socket, "SO_PEERCRED"):
        _pid, user, _group = struct.unpack("iII", link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    else:
        _version, user = struct.unpack("II", link.getsockopt(_OF_A_LOCAL_PEER, _PEER_CREDENTIALS, 8))
    return bool(user == os.geteuid())


async def received(link: socket.socket) -> tuple[bytes, socket.socket | None]:
    """The message, and the socket that came along, if one did. Raises OSError."""
    await readable(link)
    data, descriptors, _flags, _address = socket.recv_fds(link, _LONGEST, 1)
    ssh = socket.socket(fileno=descriptors[0]) if descriptors else None
    if ssh is not None:
        ssh.setblocking(False)
    while more := await asyncio.get_running_loop().sock_recv(link, _LONGEST):
        data += more
    return data, ssh


async def written(link: socket.socket, data: bytes | bytearray) -> None:
    """Write *data*. Raises OSError."""
    await asyncio.get_running_loop().sock_sendall(link, data)


def is_closed(link: socket.socket) -> bool:
    """Whether the other end is closed, and hears nothing more."""
    poll = select.poll()
    poll.register(link, 0)
    return bool(poll.poll(0))


async def until_closed(link: socket.socket) -> None:
    """Wait until that is so."""
    while not is_closed(link):
        await asyncio.sleep(_LOOK)


async def readable(source: socket.socket) -> None:
    """Wait until there is something to read, or its end; nothing is read."""
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_reader(source, _tell, ready)
    try:
        await ready
    finally:
        loop.remove_reader(source)


async def writable(sink: socket.socket) -> None:
    """Wait until something can be written."""
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_writer(sink, _tell, ready)
    try:
        await ready
    finally:
        loop.remove_writer(sink)


def _tell(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
