# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How ssh learns why it is not connected."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence

from .._ssh.message import disconnect
from .._ssh.parent import seconds_to_wait, too_slow
from .links import written

# For how many seconds ssh may take to hear it.
_HEARS = 5.0


class Refusal:
    """What *ssh* is told, as a server would tell it, or through *link* where the program that it started tells it."""

    def __init__(self, ssh: socket.socket, link: socket.socket | None) -> None:
        self._ssh = ssh
        self._link = link
        self._timer: asyncio.Task[None] | None = None

    async def say(self, sentence: str) -> None:
        """Tell *sentence*, and wait until it is heard."""
        if self._link is not None:
            await written(self._link, sentence.encode(errors="surrogateescape"))
            return
        with contextlib.suppress(OSError, asyncio.TimeoutError):
            await written(self._ssh, disconnect(sentence))
            # ssh reads it only after it could write its own part.
            async with asyncio.timeout(_HEARS):
                while await asyncio.get_running_loop().sock_recv(self._ssh, 4096):
                    pass

    @contextlib.contextmanager
    def in_time(self, given: Sequence[tuple[str, str]]) -> Iterator[None]:
        """If this takes longer than ssh waits, as its options *given* say, tell what to do about that."""
        seconds = seconds_to_wait(given)
        if seconds is not None:
            self._timer = asyncio.create_task(self._say_later(seconds, too_slow(given)))
        try:
            yield
        finally:
            self.give_up()

    async def _say_later(self, seconds: float, sentence: str) -> None:
        await asyncio.sleep(seconds)
        with contextlib.suppress(OSError):
            await written(self._link or self._ssh, sentence.encode() if self._link else disconnect(sentence))

    def give_up(self) -> None:
        """ssh need not be told any more: it is connected."""
        if self._timer is not None:
            self._timer.cancel()
