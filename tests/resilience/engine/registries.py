# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What befalls the place of a registry: it is lost, it is full, it is away for a while, and time passes there as well."""

from __future__ import annotations

import contextlib
import resource
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from tests.lab.redis_server import RedisServer


class Registries(Protocol):
    """Where the histories keep their registries.

    :ivar can_be_away: whether a server has them
    """

    can_be_away: bool

    def place(self, name: str) -> str:
        """One of them, as the option registry takes it."""

    def wipe(self) -> None:
        """Lose them all."""

    def refusing(self) -> contextlib.AbstractContextManager[None]:
        """While this lasts, nothing more can be written, but read and removed."""

    def away(self, is_frozen: bool) -> contextlib.AbstractContextManager[None]:
        """While this lasts, nobody reaches the place, if it is one that can be away."""

    def passed(self, seconds: float) -> None:
        """Have so many *seconds* pass by the place's own clock."""


class Directories:
    """Directories below *root*, whose clock is that of those who write there."""

    can_be_away = False

    def __init__(self, root: Path) -> None:
        self._root = root

    def place(self, name: str) -> str:
        return str(self._root / name)

    def wipe(self) -> None:
        shutil.rmtree(self._root, ignore_errors=True)

    @contextlib.contextmanager
    def refusing(self) -> Iterator[None]:
        # Python ignores the signal that would come as well.
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    @contextlib.contextmanager
    def away(self, is_frozen: bool) -> Iterator[None]:
        yield

    def passed(self, seconds: float) -> None:
        pass


# Have all moments that it knows be ARGV[1] seconds further back, and locks end so much sooner.
_PASS = """
local function back(moment) return string.format('%.3f', moment - ARGV[1]) end
for _, key in ipairs(redis.call('keys', '*:*')) do
    if string.find(key, ':holder:') or string.find(key, ':contact$') then
        redis.call('set', key, (string.gsub(redis.call('get', key), '%S+', back)), 'keepttl')
    elseif string.find(key, ':lock:') then
        redis.call('pexpire', key, math.floor(redis.call('pttl', key) - 1000 * ARGV[1]))
    end
end
"""


class Servers:
    """A Redis server, whose clock is set on by having all that it knows be older."""

    can_be_away = True

    def __init__(self, server: RedisServer) -> None:
        self._server = server
        self._client = server.client()
        # how many bytes it may use, 0 for as many as it wants
        self._allowed = 0

    def place(self, name: str) -> str:
        return f"{self._server.url}?prefix={name}"

    def wipe(self) -> None:
        self._client.flushall()

    @contextlib.contextmanager
    def refusing(self) -> Iterator[None]:
        self._allow(1)
        try:
            yield
        finally:
            self._allow(0)

    @contextlib.contextmanager
    def away(self, is_frozen: bool) -> Iterator[None]:
        if is_frozen:
            with self._server.frozen():
                yield
        else:
            self._server.kill()
            yield
            self._server.start()

    def passed(self, seconds: float) -> None:
        allowed = self._allowed
        self._allow(0)
        self._client.eval(_PASS, 0, str(seconds))
        self._allow(allowed)

    def _allow(self, memory: int) -> None:
        if memory != self._allowed:
            self._client.config_set("maxmemory", memory)
            self._allowed = memory
