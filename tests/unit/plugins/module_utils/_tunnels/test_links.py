# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import asyncio
import os
import socket
import time

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._tunnels import links
from ansible_collections.community.remoteit.plugins.module_utils._tunnels.links import (
    is_of_this_user,
    received,
    until_closed,
    written,
)
from tests.doubles.processes import Fork

pytestmark = pytest.mark.one_core


def pair() -> tuple[socket.socket, socket.socket]:
    """One that the multiplexer has, and one that the program has."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    return ours, theirs


def test_this_user_is_this_user() -> None:
    ours, theirs = pair()
    with ours, theirs:
        assert is_of_this_user(ours)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_somebody_else_is_not() -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        # an address that needs no permission
        listener.bind(b"\0remoteit-test-%d" % os.getpid())
        listener.listen()

        def connect(report: object) -> None:
            os.setuid(65534)
            with socket.socket(socket.AF_UNIX) as link:
                link.connect(listener.getsockname())
                link.recv(1)

        process = Fork(connect)
        with listener.accept()[0] as link:
            assert not is_of_this_user(link)
        assert process.join() == 0


def test_a_message_may_come_in_pieces_and_with_a_socket() -> None:
    ours, theirs = pair()
    data = b"x" * 100_000
    with ours, theirs, socket.socket(socket.AF_UNIX) as along:

        async def talk() -> tuple[bytes, socket.socket | None]:
            hearing = asyncio.create_task(received(ours))
            await asyncio.to_thread(socket.send_fds, theirs, [data[:10]], [along.fileno()])
            await asyncio.sleep(0.05)
            await asyncio.to_thread(theirs.sendall, data[10:])
            theirs.shutdown(socket.SHUT_WR)
            return await hearing

        heard, came = asyncio.run(talk())
        assert heard == data
        assert came is not None
        with came:
            assert os.path.samestat(os.fstat(came.fileno()), os.fstat(along.fileno()))
            assert not came.getblocking()


def test_what_is_written_is_read_and_the_end_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_LOOK", 0.02)
    ours, theirs = pair()
    with ours, theirs:

        async def talk() -> float:
            await written(ours, b"said")
            assert theirs.recv(10) == b"said"
            theirs.shutdown(socket.SHUT_WR)
            begun = time.monotonic()
            asyncio.get_running_loop().call_later(0.3, theirs.close)
            await until_closed(ours)
            return time.monotonic() - begun

        # that it says nothing more is not its end
        assert asyncio.run(talk()) >= 0.3
