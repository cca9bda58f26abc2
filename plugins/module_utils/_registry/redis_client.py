# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Questions to a Redis, each with a limit of time, in the version 2 of its protocol that every server speaks."""

from __future__ import annotations

import contextlib
import functools
import os
import socket
from typing import Any

from .._base.clock import Deadline
from .._base.library import Library
from .._base.threads import within
from .._settings.redis_url import RedisUrl, redis_url

HIREDIS = Library("hiredis>=3.0,<4")

with HIREDIS.imported():
    import hiredis

_CHUNK = 64 * 1024


class RedisRefusedError(Exception):
    """Redis answered no; the text begins with its word for it, such as ``NOPERM``."""


class NoRedisError(Exception):
    """What answers does not speak the protocol of Redis, or says what Redis would not."""


class RedisClient:
    """Asks one Redis, over as many TCP connections as there are questions at the same time."""

    def __init__(self, address: RedisUrl, password: str | None) -> None:
        self._address = address
        self._password = password
        self._idle: list[_Link] = []

    def ask(self, limit: float, *words: str | bytes | int) -> Any:
        """What Redis answers to a command within *limit* seconds: bytes, int, None or a list of them.

        Raises RedisRefusedError, NoRedisError, TimeoutError, and OSError where Redis is not there.
        """
        deadline = Deadline(limit)
        link = self._link(deadline)
        try:
            answer = link.ask(deadline, words)
        except BaseException:
            link.close()
            self._close_idle()
            raise
        self._idle.append(link)
        return answer

    def _close_idle(self) -> None:
        """End connections that are as old as one that failed: what is refused by a server that was demoted is so for ever."""
        with contextlib.suppress(IndexError):
            while True:
                self._idle.pop().close()

    def _link(self, deadline: Deadline) -> _Link:
        """A connection that nobody uses now. To look its name up may take longer than there is time."""
        try:
            return self._idle.pop()
        except IndexError:
            return within(deadline.remaining(), functools.partial(self._connected, deadline))

    def _connected(self, deadline: Deadline) -> _Link:
        """A new connection, on which Redis takes questions."""
        link = _Link(self._address, deadline)
        try:
            if self._password is not None:
                # Without the user's name, servers before Redis 6 understand it as well.
                user = (self._address.username,) if self._address.username else ()
                link.ask(deadline, ("AUTH", *user, self._password))
            if self._address.db:
                link.ask(deadline, ("SELECT", self._address.db))
            # Its protocol alone does not make a Redis: other servers and proxies speak it as well.
            if link.ask(deadline, ("PING",)) != b"PONG":
                raise NoRedisError
        except BaseException:
            link.close()
            raise
        return link


class _Link:
    """One TCP connection. Raises as RedisClient.ask() does."""

    def __init__(self, address: RedisUrl, deadline: Deadline) -> None:
        self._socket = socket.create_connection((address.host, address.port), _left(deadline))
        with contextlib.ExitStack() as undo:
            undo.callback(self._socket.close)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if address.tls:
                self._socket = _wrapped(self._socket, address)
            undo.pop_all()
        self._reader = hiredis.Reader()

    def ask(self, deadline: Deadline, words: tuple[str | bytes | int, ...]) -> Any:
        self._socket.settimeout(_left(deadline))
        # Its type hint knows commands of one word only.
        self._socket.sendall(hiredis.pack_command(words))  # type: ignore[arg-type]
        answer = self._answer(deadline)
        if isinstance(answer, hiredis.ReplyError):
            raise RedisRefusedError(str(answer))
        return answer

    def _answer(self, deadline: Deadline) -> Any:
        try:
            # False is that there is no whole answer yet: the version 2 of the protocol knows no other.
            while (answer := self._reader.gets()) is False:
                self._socket.settimeout(_left(deadline))
                data = self._socket.recv(_CHUNK)
                if not data:
                    raise ConnectionResetError("it closed the connection")
                self._reader.feed(data)
        except hiredis.ProtocolError:
            raise NoRedisError from None
        return answer

    def close(self) -> None:
        """Close it."""
        self._socket.close()


def _left(deadline: Deadline) -> float:
    remaining = deadline.remaining()
    if not remaining:
        raise TimeoutError
    return remaining


def _wrapped(plain: socket.socket, address: RedisUrl) -> socket.socket:
    import ssl  # most are asked without

    context = ssl.create_default_context(cafile=address.ssl_ca_certs)
    if address.ssl_certfile:
        context.load_cert_chain(address.ssl_certfile, address.ssl_keyfile)
    return context.wrap_socket(plain, server_hostname=address.host)


def redis_client(url: str, password: str | None) -> RedisClient:
    """The client of this process for *url*: all its registries share TCP connections. Raises MissingLibraryError."""
    HIREDIS.require()
    return _client(url, password, os.getpid())


@functools.lru_cache
def _client(url: str, password: str | None, _process: int) -> RedisClient:
    return RedisClient(redis_url(url), password)
