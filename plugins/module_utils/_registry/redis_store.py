# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records in Redis, for several machines, with locks and signs of life that end when nobody renews them.

Everything that is sent may be sent twice: what got lost on the way is sent again.
"""

from __future__ import annotations

import contextlib
import functools
import os
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, cast

from .._base.clock import Deadline
from .._base.errors import RegistryError
from .._base.library import Library
from .._base.process import is_elsewhere, is_gone, process_name
from .._base.text import printable
from .._base.threads import repeated
from .._settings.redis_url import redis_url
from .._settings.settings import Settings
from .store import RENEWALS, busy

REDIS = Library("redis>=5.0,<9")

with REDIS.imported():
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

_POLL = 0.05
_AT_ONCE = 1000

# Take the lock KEYS[1] as ARGV[1] for ARGV[2] ms; whose it is, if somebody else has it than ARGV[3].
_TAKE = """
local owner = redis.call('get', KEYS[1])
if owner and owner ~= ARGV[1] and owner ~= ARGV[3] then return owner end
redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
"""
# As long as it is ours: a lock that was let go meanwhile must not come back.
_RENEW = """
if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('pexpire', KEYS[1], ARGV[2]) end
"""
_RELEASE = """
if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end
"""
# With the lock KEYS[1] of ARGV[1], write ARGV[4] as record ARGV[2] of KEYS[2], or remove it, where ARGV[3] was before;
# something, if that cannot be done.
# A record that is missing was lost by Redis, or removed by somebody who had closed what it held.
_WRITE = """
local owner = redis.call('get', KEYS[1])
if owner and owner ~= ARGV[1] then return 'lost' end
local before = redis.call('hget', KEYS[2], ARGV[2])
if before and before ~= ARGV[3] and before ~= ARGV[4] then return 'lost' end
if ARGV[4] == '' then redis.call('hdel', KEYS[2], ARGV[2]) else redis.call('hset', KEYS[2], ARGV[2], ARGV[4]) end
"""


class _Lock:
    """A lock that this process has: the *token* that shows so, and the record as it was *known* last, or empty."""

    def __init__(self, token: str, known: bytes) -> None:
        self.token = token
        self.known = known


class RedisStore:
    """A Store in the Redis that *settings* name: one hash of records for each *identity*. Raises MissingLibraryError."""

    def __init__(self, settings: Settings, identity: str) -> None:
        self._client = _client(settings.registry, settings.registry_password, settings.patience.redis_timeout)
        self._url = redis_url(settings.registry)
        self._patience = settings.patience
        self.renew_every = settings.patience.life_lease / RENEWALS
        self._records = f"{self._url.prefix}:{identity}"
        self._locks: dict[str, _Lock] = {}

    def read(self, name: str, deadline: Deadline) -> bytes | None:
        """See Store."""
        return cast("bytes | None", self._ask(lambda: self._client.hget(self._records, name)))

    def read_many(self, names: Sequence[str], deadline: Deadline) -> list[bytes | None]:
        """See Store."""
        found: list[bytes | None] = []
        for start in range(0, len(names), _AT_ONCE):
            found += self._ask(functools.partial(self._client.hmget, self._records, names[start : start + _AT_ONCE]))
        return found

    def records(self, deadline: Deadline) -> Iterator[tuple[str, bytes]]:
        """See Store."""
        # It may show some twice, and in any order.
        found: dict[bytes, bytes] = {}
        cursor = None
        while cursor != 0:
            cursor, some = self._ask(functools.partial(self._client.hscan, self._records, cursor or 0, count=_AT_ONCE))
            found |= some
        for name, record in sorted(found.items()):
            yield name.decode(errors="replace"), record

    @contextlib.contextmanager
    def locked(self, name: str, deadline: Deadline) -> Iterator[bytes | None]:
        """See Store."""
        key = self._lock_key(name)
        token = f"{process_name(os.getpid())} {os.urandom(8).hex()}"
        while owner := self._take(key, token):
            # A process of this machine that has ended: nobody need wait for its lease.
            if is_gone(owner.partition(" ")[0]) and not self._take(key, token, instead_of=owner):
                break
            if not deadline.remaining():
                raise busy(deadline, f"{key} in {self._url}")
            deadline.sleep(_POLL)
        try:
            with repeated(lambda: self._renew_lock(key, token), self._patience.lock_lease / RENEWALS):
                record = self.read(name, deadline)
                self._locks[name] = _Lock(token, record or b"")
                yield record
        finally:
            self._locks.pop(name, None)
            # It ends by itself, and what was done is done.
            with contextlib.suppress(RegistryError):
                self._script(_RELEASE, [key], token)

    def write(self, name: str, record: bytes | None, deadline: Deadline) -> None:
        """See Store."""
        lock, text = self._locks[name], record or b""
        if self._script(_WRITE, [self._lock_key(name), self._records], lock.token, name, lock.known, text):
            raise RegistryError(
                f"{self.title(name)} was not written: this process was stopped for so long that its lock ended, and "
                "another one has written there since; try again."
            )
        lock.known = text

    def set_aside(self, name: str, deadline: Deadline) -> str:
        """See Store."""
        # The time is for people; there may be several within a second.
        aside = f"{name}.unreadable-{time.strftime('%Y%m%dT%H%M%S')}-{os.urandom(4).hex()}"
        record = self._locks[name].known
        self._ask(lambda: self._client.hset(f"{self._records}:unreadable", aside, record))
        self.write(name, None, deadline)
        return f"{aside} in {self._records}:unreadable"

    def title(self, name: str) -> str:
        """See Store."""
        return f"The registry entry {name} in {self._records} of {self._url}"

    def renew(self, holders: Collection[str], deadline: Deadline) -> None:
        """See Store."""
        for name in holders:
            if is_elsewhere(name) or is_gone(name):
                continue
            self._ask(
                functools.partial(
                    self._client.set, self._sign_of(name), b"", px=_milliseconds(self._patience.life_lease)
                )
            )

    def lapsed(self, holders: Collection[str], deadline: Deadline) -> set[str]:
        """See Store."""
        names = [name for name in holders if is_elsewhere(name)]
        if not names:
            return set()
        signs = self._ask(lambda: self._client.mget([self._sign_of(name) for name in names]))
        silent = {name for name, sign in zip(names, signs, strict=True) if sign is None}
        # While Redis was away, nobody could give a sign of life.
        return set() if silent and self._seconds_up() < self._patience.life_lease else silent

    def unsure(self, holders: Collection[str], deadline: Deadline) -> float:
        """See Store."""
        return 0.0

    def forget(self, holder: str, deadline: Deadline) -> None:
        """See Store."""
        self._ask(lambda: self._client.delete(self._sign_of(holder)))

    def caveats(self, deadline: Deadline) -> list[str]:
        """See Store."""
        return []

    def _sign_of(self, holder_name: str) -> str:
        return f"{self._url.prefix}:holder:{holder_name}"

    def _lock_key(self, name: str) -> str:
        return f"{self._records}:lock:{name}"

    def _seconds_up(self) -> int:
        return int(self._ask(lambda: self._client.info("server"))["uptime_in_seconds"])

    def _take(self, key: str, token: str, instead_of: str = "") -> str:
        """Take a lock; empty, or else whose it is."""
        return self._script(_TAKE, [key], token, _milliseconds(self._patience.lock_lease), instead_of).decode(
            errors="replace"
        )

    def _renew_lock(self, key: str, token: str) -> None:
        self._script(_RENEW, [key], token, _milliseconds(self._patience.lock_lease))

    def _script(self, script: str, keys: list[str], *arguments: str | bytes | int) -> bytes:
        answer = self._ask(lambda: self._client.eval(script, len(keys), *keys, *arguments))
        return cast("bytes", answer or b"")

    def _ask(self, work: Callable[[], Any]) -> Any:
        """What Redis answers. Raises RegistryError."""
        for pause in (*self._patience.redis_pauses, None):
            try:
                return work()
            except (redis.AuthenticationError, redis.ResponseError, redis.exceptions.AuthorizationError) as error:
                raise RegistryError(
                    f"The registry {self._url} refuses to work ({_reason(error)}); correct the user in registry "
                    "and the password in registry_password or REMOTEIT_REGISTRY_PASSWORD, or what this user may do."
                ) from None
            except (redis.RedisError, OSError) as error:
                if pause is None or isinstance(error, redis.TimeoutError):
                    raise RegistryError(
                        f"The registry {self._url} cannot be used ({_reason(error)}); start or mend it, or set "
                        "registry to another one."
                    ) from None
                time.sleep(pause)
        raise AssertionError("unreachable")


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)


def _reason(error: Exception) -> str:
    return printable(str(error)).rstrip(".") or type(error).__name__


@functools.lru_cache
def _client(url: str, password: str | None, timeout: float) -> redis.Redis:
    """One for all registries of a process, so that they share TCP connections; a fork makes its own."""
    REDIS.require()
    address = redis_url(url)
    return redis.Redis(
        host=address.host,
        port=address.port,
        db=address.db,
        username=address.username,
        password=password,
        ssl=address.tls,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        # It would wait for longer than a user does.
        retry=Retry(NoBackoff(), 0),
        ssl_ca_certs=address.ssl_ca_certs,
        ssl_certfile=address.ssl_certfile,
        ssl_keyfile=address.ssl_keyfile,
    )
