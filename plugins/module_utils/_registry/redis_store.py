# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records in Redis, for several machines, with locks and signs of life that end when nobody renews them.

Everything that is sent may be sent twice: what got lost on the way is sent again.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Collection, Iterator, Sequence
from typing import Any, cast

from .._base.clock import Deadline
from .._base.errors import RegistryError
from .._base.process import is_elsewhere, is_gone, process_name
from .._base.text import printable
from .._base.threads import repeated
from .._settings.redis_url import redis_url
from .._settings.settings import Settings
from .redis_client import NoRedisError, RedisClient, RedisRefusedError, redis_client
from .redis_refusal import cure, is_temporary, way_there
from .redis_scripts import RELEASE, RENEW, SIGN, SILENT, TAKE, WRITE
from .store import RENEWALS, busy, pause

_POLL = 0.05
_AT_ONCE = 1000
# What all questions together may take although the time is over, in seconds: what was opened in time is to be written down.
_GRACE = 0.5
# What each may take in any case: a Redis that is well has heard it by then, and let a lock go.
_MOMENT = 0.05
# For how long a sign of life is kept, in seconds: longer than any connection lives.
_KEPT = 9 * 3600


class _Lock:
    """A lock that this process has: the *token* that shows so, and the record as it was *known* last, or empty."""

    def __init__(self, token: str, known: bytes) -> None:
        self.token = token
        self.known = known


class RedisStore:
    """A Store in the Redis that *settings* name: one hash of records for each *identity*. Raises MissingLibraryError.

    Who cannot be looked at is silent once his sign of life is older than a lease, by the clock of Redis. He has ended if
    somebody was in touch with Redis for so long, without a gap, that he would have been able to renew it.
    """

    def __init__(self, settings: Settings, identity: str) -> None:
        self._settings = settings
        self._url = redis_url(settings.registry)
        self._patience = settings.patience
        self.renew_every = settings.patience.life_lease / RENEWALS
        # A gap in which a sign of life can get too old is longer than this.
        self._gap = settings.patience.life_lease / 2
        self._records = f"{self._url.prefix}:{identity}"
        self._contact = f"{self._url.prefix}:contact"
        self._locks: dict[str, _Lock] = {}
        self._client()

    def read(self, name: str, deadline: Deadline) -> bytes | None:
        """See Store."""
        return cast("bytes | None", self._ask(deadline, "HGET", self._records, name))

    def read_many(self, names: Sequence[str], deadline: Deadline) -> list[bytes | None]:
        """See Store."""
        found: list[bytes | None] = []
        for start in range(0, len(names), _AT_ONCE):
            found += self._ask(deadline, "HMGET", self._records, *names[start : start + _AT_ONCE])
        return found

    def records(self, deadline: Deadline) -> Iterator[tuple[str, bytes]]:
        """See Store."""
        # It may show some twice, and in any order.
        found: dict[bytes, bytes] = {}
        cursor = b""
        while cursor != b"0":
            cursor, some = self._ask(deadline, "HSCAN", self._records, cursor or b"0", "COUNT", _AT_ONCE)
            found.update(zip(some[::2], some[1::2], strict=True))
        for name, record in sorted(found.items()):
            yield name.decode(errors="replace"), record

    @contextlib.contextmanager
    def locked(self, name: str, deadline: Deadline) -> Iterator[bytes | None]:
        """See Store."""
        key = self._lock_key(name)
        token = f"{process_name(os.getpid())} {os.urandom(8).hex()}"
        begun = time.monotonic()
        try:
            while owner := self._take(deadline, key, token):
                # A process of this machine that has ended: nobody need wait for its lease.
                if is_gone(owner.partition(" ")[0]) and not self._take(deadline, key, token, instead_of=owner):
                    break
                if not deadline.remaining():
                    raise busy(deadline, f"{key} in {self._url}")
                deadline.sleep(pause(_POLL, time.monotonic() - begun))
            with repeated(lambda: self._renew_lock(key, token), self._patience.lock_lease / RENEWALS):
                record = self.read(name, deadline)
                self._locks[name] = _Lock(token, record or b"")
                try:
                    yield record
                finally:
                    del self._locks[name]
        finally:
            # Also where we were not told that we have it: Redis may have been too late.
            self._let_go(key, token, deadline)

    def write(self, name: str, record: bytes | None, deadline: Deadline) -> None:
        """See Store."""
        lock, text = self._locks[name], record or b""
        keys = [self._lock_key(name), self._records]
        if self._script(deadline, WRITE, keys, lock.token, name, lock.known, text):
            raise RegistryError(
                f"{self.title(name)} was not written: this process was stopped for so long that its lock ended, and "
                "another one has written there since; try again."
            )
        lock.known = text

    def set_aside(self, name: str, deadline: Deadline) -> str:
        """See Store."""
        # The time is for people; there may be several within a second.
        aside = f"{name}.unreadable-{time.strftime('%Y%m%dT%H%M%S')}-{os.urandom(4).hex()}"
        self._ask(deadline, "HSET", f"{self._records}:unreadable", aside, self._locks[name].known)
        self.write(name, None, deadline)
        return f"{aside} in {self._records}:unreadable"

    def title(self, name: str) -> str:
        """See Store."""
        return f"The registry entry {name} in {self._records} of {self._url}"

    def renew(self, holders: Collection[str], deadline: Deadline) -> None:
        """See Store."""
        ours = [self._sign_of(name) for name in holders if not is_elsewhere(name) and not is_gone(name)]
        if ours:
            self._script(deadline, SIGN, [self._contact, *ours], self._gap, _milliseconds(_KEPT))

    def lapsed(self, holders: Collection[str], deadline: Deadline) -> set[str]:
        """See Store."""
        silent, seconds = self._silent(holders, deadline)
        return set() if seconds > 0 else silent

    def unsure(self, holders: Collection[str], deadline: Deadline) -> float:
        """See Store."""
        silent, seconds = self._silent(holders, deadline)
        return max(0.0, seconds) if silent else 0.0

    def _silent(self, holders: Collection[str], deadline: Deadline) -> tuple[set[str], float]:
        """The processes on other machines that are silent, and the seconds until it is known that they have ended."""
        names = [name for name in holders if is_elsewhere(name)]
        if not names:
            return set(), 0.0
        keys = [self._contact, *(self._sign_of(name) for name in names)]
        try:
            milliseconds, *silent = self._ask(
                deadline, "EVAL", SILENT, len(keys), *keys, str(self._gap), str(self._patience.life_lease)
            )
        except RegistryError:
            # Where it cannot be judged, nobody counts as silent.
            return set(), 0.0
        return {name for name, is_silent in zip(names, silent, strict=True) if is_silent}, milliseconds / 1000

    def forget(self, holder: str, deadline: Deadline) -> None:
        """See Store."""
        self._ask(deadline, "DEL", self._sign_of(holder))

    def caveats(self, deadline: Deadline) -> list[str]:
        """See Store."""
        if not deadline.remaining():
            return []
        try:
            lines = self._ask(deadline, "INFO", "memory").decode(errors="replace").splitlines()
        except RegistryError:
            return []
        told = dict(line.split(":", 1) for line in lines if ":" in line)
        policy = told.get("maxmemory_policy", "noeviction")
        if policy == "noeviction" or told.get("maxmemory") == "0":
            return []
        return [
            f"The registry {self._url} may forget what is open once its memory is full (maxmemory-policy {policy}): "
            "set its maxmemory-policy to noeviction."
        ]

    def _sign_of(self, holder_name: str) -> str:
        return f"{self._url.prefix}:holder:{holder_name}"

    def _lock_key(self, name: str) -> str:
        return f"{self._records}:lock:{name}"

    def _take(self, deadline: Deadline, key: str, token: str, instead_of: str = "") -> str:
        """Take a lock; empty, or else whose it is."""
        lease = _milliseconds(self._patience.lock_lease)
        owner = self._script(deadline, TAKE, [key, self._contact], token, lease, instead_of, self._gap)
        return owner.decode(errors="replace")

    def _let_go(self, key: str, token: str, deadline: Deadline) -> None:
        """Give a lock back, if it is ours. It ends by itself, so whatever is in the way is not waited for long."""
        limit = max(min(deadline.remaining(_GRACE), _GRACE), _MOMENT)
        with contextlib.suppress(RedisRefusedError, NoRedisError, OSError):
            self._client().ask(limit, "EVAL", RELEASE, 1, key, token)

    def _renew_lock(self, key: str, token: str) -> None:
        lease = self._patience.lock_lease
        self._script(Deadline(lease / RENEWALS), RENEW, [key], token, _milliseconds(lease))

    def _script(self, deadline: Deadline, script: str, keys: list[str], *arguments: str | bytes | float) -> bytes:
        texts = [str(argument) if isinstance(argument, float) else argument for argument in arguments]
        answer = self._ask(deadline, "EVAL", script, len(keys), *keys, *texts)
        return cast("bytes", answer or b"")

    def _ask(self, deadline: Deadline, *words: str | bytes | int) -> Any:
        """What Redis answers; it is asked again while it is not there. Raises RegistryError."""
        client = self._client()
        pauses = iter(self._patience.redis_pauses)
        while True:
            limit = min(max(deadline.remaining(_GRACE), _MOMENT), self._patience.redis_timeout)
            try:
                return client.ask(limit, *words)
            except RedisRefusedError as refused:
                failure = self._refused(str(refused))
                if not is_temporary(str(refused)):
                    raise failure from None
            except NoRedisError:
                raise RegistryError(
                    f"What answers at {self._url} is no Redis: correct the host and the port in registry."
                ) from None
            except TimeoutError:
                raise self._not_there(
                    f"no answer within {limit:.2g} seconds"
                    if limit == self._patience.redis_timeout
                    else f"no answer before the time limit of {deadline.seconds:g} seconds was over"
                ) from None
            except OSError as error:
                failure = self._not_there(error.strerror or str(error))
            pause = next(pauses, None)
            if pause is None or pause >= deadline.remaining():
                raise failure
            time.sleep(pause)

    def _client(self) -> RedisClient:
        return redis_client(self._settings.registry, self._settings.registry_password)

    def _refused(self, words: str) -> RegistryError:
        # In a script, it names that as well.
        words = printable(words.partition(" script: ")[0]).rstrip(".")
        return RegistryError(f"The registry {self._url} refuses to work ({words}); {cure(words)}.")

    def _not_there(self, reason: str) -> RegistryError:
        return RegistryError(
            f"The registry {self._url} cannot be used ({printable(reason).rstrip('.')}); "
            f"{way_there(reason, tls=self._url.tls)}."
        )


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)
