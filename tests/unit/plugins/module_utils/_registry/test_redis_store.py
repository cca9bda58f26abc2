# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What only Redis can do to a lock, a record and a sign of life."""

from __future__ import annotations

import os
import time

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RegistryError
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._registry import redis_store
from ansible_collections.community.remoteit.plugins.module_utils._registry.redis_store import RedisStore
from ansible_collections.community.remoteit.plugins.module_utils._settings.patience import PATIENCE
from tests.doubles import material
from tests.doubles.processes import Fork
from tests.lab.redis_server import RedisServer

ELSEWHERE = "1/1@elsewhere"
SOON = Deadline(3600)


@pytest.fixture
def store(redis_server: RedisServer) -> RedisStore:
    return RedisStore(material.settings(f"{redis_server.url}?prefix=test"), "identity")


def test_a_lock_that_another_one_has_by_now_writes_nothing(store: RedisStore, redis_server: RedisServer) -> None:
    with store.locked("a", Deadline(10)):
        store.write("a", b"1", SOON)
        # as after its lease, when this process was stopped for too long
        redis_server.client().set("test:identity:lock:a", "somebody else's")
        with pytest.raises(RegistryError, match="this process was stopped for so long that its lock ended"):
            store.write("a", b"2", SOON)
    assert store.read("a", SOON) == b"1"
    # nor is it taken away from them
    assert redis_server.client().get("test:identity:lock:a") == b"somebody else's"


def test_what_another_one_has_written_since_is_not_overwritten(store: RedisStore, redis_server: RedisServer) -> None:
    with store.locked("a", Deadline(10)):
        redis_server.client().hset("test:identity", "a", "theirs")
        with pytest.raises(RegistryError, match="another one has written there since"):
            store.write("a", b"ours", SOON)
    assert store.read("a", SOON) == b"theirs"


def test_what_redis_has_forgotten_meanwhile_is_written_again(store: RedisStore, redis_server: RedisServer) -> None:
    with store.locked("a", Deadline(10)):
        store.write("a", b"1", SOON)
        redis_server.client().flushall()
        store.write("a", b"2", SOON)
    assert store.read("a", SOON) == b"2"


def test_a_lock_of_a_process_that_has_ended_is_taken_at_once(
    store: RedisStore, redis_server: RedisServer, ended: str
) -> None:
    redis_server.client().set("test:identity:lock:a", f"{ended} token", px=60_000)
    with store.locked("a", Deadline(1)):
        store.write("a", b"1", SOON)


def test_a_lock_lasts_no_longer_than_its_lease(store: RedisStore, redis_server: RedisServer) -> None:
    with store.locked("a", Deadline(10)):
        assert 0 < redis_server.client().pttl("test:identity:lock:a") <= PATIENCE.lock_lease * 1000
    assert redis_server.client().keys("*lock*") == []


def test_who_is_silent_on_another_machine_has_ended_once_he_could_have_spoken(
    store: RedisStore, redis_server: RedisServer
) -> None:
    here, names = process_name(os.getpid()), [ELSEWHERE, "2/2@elsewhere"]
    store.renew([here], SOON)
    redis_server.client().set(f"test:holder:{ELSEWHERE}", time.time())
    assert store.lapsed([here, *names], SOON) == set(), "nobody has been in touch for long"
    assert PATIENCE.life_lease / 2 - 5 < store.unsure(names, SOON) <= PATIENCE.life_lease / 2
    redis_server.in_touch("test", PATIENCE.life_lease / 2)
    assert store.lapsed([here, *names], SOON) == {"2/2@elsewhere"}
    assert store.unsure(names, SOON) == 0.0


@pytest.mark.parametrize("ahead", [-3 * 3600, 3 * 3600], ids=["back", "forwards"])
def test_a_clock_of_redis_that_is_set_ends_nobody(ahead: float, store: RedisStore, redis_server: RedisServer) -> None:
    now = time.time() + ahead
    redis_server.client().set("test:contact", f"{now:.3f} {now - 3600:.3f}")
    redis_server.client().set(f"test:holder:{ELSEWHERE}", now)
    assert store.lapsed([ELSEWHERE], SOON) == set()
    assert store.unsure([ELSEWHERE], SOON) > 0
    # and nobody lives for hours because it was
    redis_server.in_touch("test")
    assert store.lapsed([ELSEWHERE], SOON) == {ELSEWHERE}


def test_a_gap_in_which_a_sign_can_get_too_old_begins_anew(store: RedisStore, redis_server: RedisServer) -> None:
    now = time.time()
    for gap, ended in ((PATIENCE.life_lease / 2 - 5, {ELSEWHERE}), (PATIENCE.life_lease / 2 + 5, set())):
        redis_server.client().set("test:contact", f"{now - gap:.3f} {now - 3600:.3f}")
        assert store.lapsed([ELSEWHERE], SOON) == ended


def test_what_has_ended_takes_its_sign_back(store: RedisStore, redis_server: RedisServer) -> None:
    here = process_name(os.getpid())
    store.renew([here], SOON)
    store.forget(here, SOON)
    assert redis_server.client().keys("test:holder:*") == []


@pytest.mark.parametrize(
    ("policy", "room", "says"),
    [("noeviction", "100mb", 0), ("allkeys-lru", "0", 0), ("allkeys-lru", "100mb", 1), ("volatile-ttl", "100mb", 1)],
)
def test_a_redis_that_may_forget_is_told_of(
    policy: str, room: str, says: int, store: RedisStore, redis_server: RedisServer
) -> None:
    redis = redis_server.client()
    try:
        redis.config_set("maxmemory", room)
        redis.config_set("maxmemory-policy", policy)
        told = store.caveats(SOON)
        # nobody waits for that
        assert store.caveats(Deadline(0)) == []
    finally:
        redis.config_set("maxmemory", "0")
        redis.config_set("maxmemory-policy", "noeviction")
    assert len(told) == says
    assert all(f"(maxmemory-policy {policy}): set its maxmemory-policy to noeviction." in text for text in told)


def test_only_who_lives_here_says_so(store: RedisStore, redis_server: RedisServer, ended: str) -> None:
    here = process_name(os.getpid())
    store.renew([here, ended, ELSEWHERE], SOON)
    assert redis_server.client().keys("test:holder:*") == [f"test:holder:{here}".encode()]


def test_a_fork_has_connections_of_its_own(store: RedisStore) -> None:
    with store.locked("a", Deadline(10)):
        store.write("a", b"1", SOON)
    assert Fork(lambda report: report(repr(store.read("a", SOON)))).receive() == "b'1'"
    assert store.read("a", SOON) == b"1"


def test_more_than_are_asked_for_at_once_are_all_read(store: RedisStore, redis_server: RedisServer) -> None:
    count = redis_store._AT_ONCE * 2 + 1
    redis_server.client().hset("test:identity", mapping={f"n{number}": str(number) for number in range(count)})
    assert len(list(store.records(SOON))) == count
    assert store.read_many([f"n{number}" for number in range(count)], SOON)[-1] == str(count - 1).encode()


def test_what_is_no_hash_is_not_touched(store: RedisStore, redis_server: RedisServer) -> None:
    redis_server.client().set("test:identity", "somebody else's")
    with pytest.raises(RegistryError, match="refuses to work"):
        store.read("a", SOON)
    assert redis_server.client().get("test:identity") == b"somebody else's"
