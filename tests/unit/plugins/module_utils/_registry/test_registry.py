# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a registry promises, in a directory, in Redis and in Valkey."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    NotSentError,
    OutOfTimeError,
    RegistryError,
)
from ansible_collections.community.remoteit.plugins.module_utils._model.ids import host_key_alias, is_plain_host
from ansible_collections.community.remoteit.plugins.module_utils._registry.file_store import FileStore
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Attempt, Holding
from ansible_collections.community.remoteit.plugins.module_utils._registry.redis_store import RedisStore
from tests.doubles.material import NOW, OTHER_SERVICE, SERVICE, connection, credentials
from tests.doubles.processes import Fork
from tests.doubles.registry_place import HOLDING, Place
from tests.lab.redis_server import RedisServer

pytestmark = pytest.mark.slow

NAME = host_key_alias(SERVICE)


class InDirectory(Place):
    """One below a directory, and its only record as the user has it."""

    store = FileStore

    def __init__(self, root: Path) -> None:
        super().__init__(str(root))
        self._root = root

    @property
    def name(self) -> str:
        return str(self._path)

    @property
    def lock(self) -> str:
        return str(self._path.with_suffix(".lock"))

    @property
    def _path(self) -> Path:
        (lock,) = self._root.glob(f"*/{NAME}.lock")
        return lock.with_suffix(".json")

    def raw(self) -> bytes | None:
        paths = list(self._root.glob("*/*.json"))
        return paths[0].read_bytes() if paths else None

    def put(self, record: bytes | None) -> None:
        if record is None:
            self._path.unlink()
        else:
            self._path.write_bytes(record)

    def aside(self) -> list[bytes]:
        return [path.read_bytes() for path in self._root.glob("*/*.unreadable-*")]


class InRedis(Place):
    """One in Redis, with a prefix of its own."""

    store = RedisStore

    def __init__(self, server: RedisServer) -> None:
        super().__init__(f"{server.url}?prefix=test")
        self._server = server
        self._redis: Any = server.client()

    @property
    def _key(self) -> str:
        (key,) = [key.decode() for key in self._redis.scan_iter("test:*", _type="hash") if key.count(b":") == 1]
        return str(key)

    @property
    def name(self) -> str:
        return f"{NAME} in {self._key} of {self._server.url}"

    @property
    def lock(self) -> str:
        (key,) = self._redis.scan_iter("test:*:lock:*")
        return f"{key.decode()} in {self._server.url}"

    def raw(self) -> bytes | None:
        keys = [key for key in self._redis.scan_iter("test:*", _type="hash") if key.count(b":") == 1]
        return self._redis.hget(keys[0], NAME) if keys else None

    def put(self, record: bytes | None) -> None:
        if record is None:
            self._redis.hdel(self._key, NAME)
        else:
            self._redis.hset(self._key, NAME, record)

    def aside(self) -> list[bytes]:
        return [value for key in self._redis.scan_iter("test:*:unreadable") for value in self._redis.hvals(key)]


RawPlace: TypeAlias = "InDirectory | InRedis"


@pytest.fixture(params=["file", "redis", "valkey"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> RawPlace:
    if request.param == "file":
        return InDirectory(tmp_path / "registry")
    return InRedis(request.getfixturevalue(f"{request.param}_server"))


def test_nothing_is_held_before_anything_was_and_looking_writes_nothing(place: RawPlace) -> None:
    registry = place.open()
    assert registry.read(SERVICE) == Holding()
    assert registry.read_all() == []
    assert place.raw() is None


def test_what_is_saved_is_found_by_the_next_process(place: RawPlace) -> None:
    Fork(lambda _report: place.save()).join()
    registry = place.open()
    assert registry.read(SERVICE) == HOLDING
    assert registry.read_all() == HOLDING.connections
    with registry.locked(SERVICE, Deadline(10)) as turn:
        assert turn.holding == HOLDING


def test_what_is_changed_but_not_saved_is_not_kept(place: RawPlace) -> None:
    place.save()
    with place.open().locked(SERVICE, Deadline(10)) as turn:
        turn.holding.connections.clear()
    assert place.open().read(SERVICE) == HOLDING


def test_a_service_of_which_nothing_is_left_has_no_record(place: RawPlace) -> None:
    place.save()
    place.save(Holding())
    assert place.raw() is None
    # and once more
    place.save(Holding())
    assert place.open().read(SERVICE) == Holding()


def test_an_attempt_alone_is_kept(place: RawPlace) -> None:
    place.save(Holding(attempts=[Attempt(NOW, NOW + 30)]))
    assert place.open().read(SERVICE).attempts == [Attempt(NOW, NOW + 30)]


def test_services_are_kept_apart_and_listed_together(place: RawPlace) -> None:
    other = connection(id="OTHER", service_id=OTHER_SERVICE)
    place.save(Holding([connection()]))
    place.save(Holding([other]), OTHER_SERVICE)
    registry = place.open()
    assert registry.read(SERVICE).connections == [connection()]
    assert registry.read(OTHER_SERVICE).connections == [other]
    assert registry.read_all() == [connection(), other]
    third = "80:00:00:00:01:02:03:06"
    assert registry.read_many([third, OTHER_SERVICE, SERVICE]) == {
        third: Holding(),
        OTHER_SERVICE: Holding([other]),
        SERVICE: Holding([connection()]),
    }
    assert registry.read_many([]) == {}
    place.save(Holding())
    assert place.open().read_all() == [other]


@pytest.mark.parametrize(
    "changes",
    [
        {"credentials": credentials(key_id="ANOTHER")},
        {"rest_url": "https://api.remot3.it/apv/v27"},
        {"graphql_url": "https://api.remote.it/graphql/beta"},
    ],
    ids=["key", "rest", "graphql"],
)
def test_another_key_or_another_remote_it_sees_nothing(changes: dict[str, Any], place: RawPlace) -> None:
    place.save()
    assert place.open(**changes).read(SERVICE) == Holding()
    assert place.open(**changes).read_all() == []
    place.save(Holding(), **changes)
    place.save(Holding([connection(id="THEIRS")]), **changes)
    assert place.open().read(SERVICE) == HOLDING


def test_the_same_key_sees_it_whatever_else_is_set(place: RawPlace) -> None:
    place.save()
    changes = {"api": "graphql", "signature": "cavage", "request_timeout": 1.0, "verify": False}
    assert place.open(credentials=credentials(developer_key=None), **changes).read(SERVICE) == HOLDING


# All that cannot be used: test_holding.py.
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Expecting value"),
        (b"\x80\x81\xff", "utf-8"),
        (b'{"version": 3, "connections": [], "attempts": []}', "version 3, expected 2"),
        (b'{"version": 2, "connections": [7], "attempts": []}', "unexpected content"),
    ],
    ids=["empty", "binary", "newer", "no record"],
)
def test_what_cannot_be_used_is_kept_aside_with_a_warning(content: bytes, reason: str, place: RawPlace) -> None:
    place.save()
    place.put(content)
    registry = place.open()
    # readers neither fail nor change anything
    assert registry.read(SERVICE) == Holding()
    assert registry.read_all() == []
    assert (place.warnings, place.raw()) == ([], content)
    with registry.locked(SERVICE, Deadline(10)) as turn:
        assert turn.holding == Holding()
        turn.holding = Holding([connection()])
        turn.save()
    (warning,) = place.warnings
    match = re.fullmatch(r"The registry (file|entry) (.+) cannot be used \((.+)\); it was kept as (.+)\.", warning)
    assert match and match[2] == place.name and reason in match[3]
    assert place.aside() == [content]
    # what was kept aside is not read again
    assert registry.read(SERVICE).connections == registry.read_all() == [connection()]


def test_nothing_that_was_kept_aside_is_overwritten(place: RawPlace) -> None:
    for number in range(3):
        place.save()
        place.put(str(number).encode())
        place.save()
    assert sorted(place.aside()) == [b"0", b"1", b"2"]
    assert len(set(place.warnings)) == 3


def test_fields_that_a_later_version_added_do_no_harm(place: RawPlace) -> None:
    place.save()
    document = json.loads(place.raw() or b"")
    for record in (document, *document["connections"], *document["attempts"]):
        record["added_later"] = {"kind": None}
    place.put(json.dumps(document).encode())
    assert place.open().read(SERVICE) == HOLDING
    with place.open().locked(SERVICE, Deadline(10)) as turn:
        assert turn.holding == HOLDING
    assert place.warnings == []


def test_two_formats_side_by_side_never_meet(place: RawPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = Holding([connection(id="THEIRS")])
    place.save()
    with monkeypatch.context() as later:
        later.setattr(Holding, "VERSION", Holding.VERSION + 1)
        assert place.open().read(SERVICE) == Holding()
        place.save(theirs)
        assert place.open().read_all() == theirs.connections
    assert place.open().read(SERVICE) == HOLDING
    assert place.open().read_all() == HOLDING.connections
    place.save(Holding())
    with monkeypatch.context() as later:
        later.setattr(Holding, "VERSION", Holding.VERSION + 1)
        assert place.open().read(SERVICE) == theirs
    assert place.warnings == []


def test_one_unusable_record_does_not_hide_the_others(place: RawPlace) -> None:
    place.save()
    place.put(b"{")
    other = connection(service_id=OTHER_SERVICE)
    place.save(Holding([other]), OTHER_SERVICE)
    assert place.open().read_all() == [other]


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
@example(content=Holding(attempts=[Attempt(math.inf, 1.0)]).as_record())
def test_any_record_is_read_as_something_usable_or_as_nothing(content: bytes, place: RawPlace) -> None:
    place.save()
    place.put(content)
    holding = place.open().read(SERVICE)
    assert all(is_plain_host(item.host) for item in holding.connections)


def test_a_record_that_vanishes_is_no_error(place: RawPlace) -> None:
    place.save()
    place.put(None)
    assert place.open().read(SERVICE) == Holding()
    with place.open().locked(SERVICE, Deadline(10)) as turn:
        assert turn.holding == Holding()


def test_readers_always_see_one_whole_state_or_another(place: RawPlace, tmp_path: Path) -> None:
    small = Holding([connection(id="SMALL")])
    large = Holding([connection(id=f"LARGE{number}") for number in range(40)])
    place.save(small)

    stop = tmp_path / "stop"

    def write(report: Callable[[str], None]) -> None:
        report("ready")
        while not stop.exists():
            place.save(large)
            place.save(small)

    writers = [Fork(write) for _time in range(2)]
    registry = place.open()
    assert [writer.receive() for writer in writers] == ["ready"] * 2
    seen: set[int] = set()
    begun = time.monotonic()
    while time.monotonic() - begun < (0.4 if seen == {1, 40} else 20):
        holding = registry.read(SERVICE)
        assert holding in (small, large)
        assert registry.read_all() in (small.connections, large.connections)
        seen.add(len(holding.connections))
    stop.touch()
    assert [writer.join() for writer in writers] == [0, 0]
    assert seen == {1, 40}


def test_one_process_at_a_time_may_write(place: RawPlace) -> None:
    def add(_report: Callable[[str], None]) -> None:
        registry = place.open()
        for _time in range(10):
            with registry.locked(SERVICE, Deadline(60)) as turn:
                turn.holding.connections.append(connection(id=f"C{len(turn.holding.connections)}"))
                turn.save()

    forks = [Fork(add) for _time in range(6)]
    assert [fork.join() for fork in forks] == [0] * 6
    assert [item.id for item in place.open().read(SERVICE).connections] == [f"C{number}" for number in range(60)]


def hold(place: RawPlace, service_id: str = SERVICE) -> Fork:
    """A process that has the lock and does not let go of it."""

    def work(report: Callable[[str], None]) -> None:
        with place.open().locked(service_id, Deadline(10)):
            report("locked")
            time.sleep(60)

    fork = Fork(work)
    assert fork.receive() == "locked"
    return fork


def test_a_lock_that_is_held_is_waited_for_and_then_given_up(place: RawPlace) -> None:
    holder = hold(place)
    begun = time.monotonic()
    with pytest.raises(OutOfTimeError) as caught, place.open().locked(SERVICE, Deadline(0.3)):
        pytest.fail("the lock was taken")
    holder.kill()
    assert 0.25 < time.monotonic() - begun < 20
    assert str(caught.value) == (
        "Another process still opens or closes connections of this service after 0.3 seconds "
        f"(lock {place.lock}); try again, or raise timeout."
    )


def test_a_lock_ends_with_a_process_that_is_killed(place: RawPlace) -> None:
    holder = hold(place)
    holder.kill()
    with place.open().locked(SERVICE, Deadline(10)) as turn:
        assert turn.holding == Holding()


def test_a_lock_is_had_as_soon_as_it_is_free(place: RawPlace) -> None:
    holder = hold(place)

    def work(report: Callable[[str], None]) -> None:
        report("waiting")
        with place.open().locked(SERVICE, Deadline(60)):
            report("locked")

    waiting = Fork(work)
    assert waiting.receive() == "waiting"
    time.sleep(0.05)
    holder.kill()
    assert waiting.receive() == "locked"
    assert waiting.join() == 0


def test_a_lock_excludes_nobody_who_reads_or_works_on_another_service(place: RawPlace) -> None:
    place.save()
    holder = hold(place)
    assert place.open().read(SERVICE) == HOLDING
    assert place.open().read_all() == HOLDING.connections
    place.save(Holding([connection(service_id=OTHER_SERVICE)]), OTHER_SERVICE)
    # nor another key
    place.save(credentials=credentials(key_id="ANOTHER"))
    holder.kill()


def test_a_lock_is_let_go_when_the_work_fails(place: RawPlace) -> None:
    with pytest.raises(ZeroDivisionError), place.open().locked(SERVICE, Deadline(10)):
        _nothing = 1 / 0
    with place.open().locked(SERVICE, Deadline(10)):
        pass


# -- a turn at the end of a use ----------------------------------------------------------------------------------------


def full(place: RawPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, nothing can be written there."""

    def refuse(*_arguments: object) -> None:
        raise RegistryError("There is no room.")

    monkeypatch.setattr(place.store, "write", refuse)


def without_locks(place: RawPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, no lock can be had there."""

    def refuse(*_arguments: object) -> None:
        raise RegistryError("There are no locks.")

    monkeypatch.setattr(place.store, "locked", refuse)


def unreadable(place: RawPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, nothing can be had there."""

    def refuse(*_arguments: object) -> None:
        raise RegistryError("It is away.")

    monkeypatch.setattr(place.store, "locked", refuse)
    monkeypatch.setattr(place.store, "read", refuse)


def test_where_nothing_fails_it_is_a_turn_as_any_other(place: RawPlace) -> None:
    place.save()
    with place.open().unfailing(SERVICE, Deadline(10)) as turn:
        assert turn.holding == HOLDING
        turn.holding = Holding()
        turn.save()
    assert place.open().read(SERVICE) == Holding()


def test_what_was_lost_is_added_as_nobodys(place: RawPlace) -> None:
    mine = connection(id="MINE", holders=("me", "other"))
    place.save(Holding([connection()]))
    with place.open().unfailing(SERVICE, Deadline(10), [mine, connection()]) as turn:
        assert turn.holding.connections == [connection(), mine._replace(holders=())]


@pytest.mark.parametrize(
    ("fault", "said"), [(full, "There is no room."), (without_locks, "There are no locks.")], ids=["full", "no locks"]
)
def test_what_cannot_be_written_is_told_at_the_end(
    fault: Callable[..., None], said: str, place: RawPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.save()
    fault(place, monkeypatch)
    found = []

    def forget() -> None:
        with place.open().unfailing(SERVICE, Deadline(10)) as turn:
            found.append(turn.holding)
            turn.holding = Holding()
            turn.save()
            found.append(turn.holding)

    with pytest.raises(RegistryError, match=said):
        forget()
    assert found == [HOLDING, Holding()]
    assert place.open().read(SERVICE) == HOLDING


def test_what_cannot_even_be_read_is_what_is_known(place: RawPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    place.save()
    unreadable(place, monkeypatch)
    done = []
    mine = connection(id="MINE")
    with (
        pytest.raises(RegistryError, match="It is away"),
        place.open().unfailing(SERVICE, Deadline(10), [mine]) as turn,
    ):
        done = list(turn.holding.connections)
    assert done == [mine]
    with pytest.raises(RegistryError, match="It is away"), place.open().unfailing(SERVICE, Deadline(10)):
        pytest.fail("nothing is known")


def test_that_remote_it_fails_as_well_is_told_with_it(place: RawPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    place.save()
    with pytest.raises(NotSentError), place.open().unfailing(SERVICE, Deadline(10)):
        raise NotSentError("It is away as well.")
    full(place, monkeypatch)

    def fail() -> None:
        with place.open().unfailing(SERVICE, Deadline(10)) as turn:
            turn.save()
            raise NotSentError("It is away as well.")

    with pytest.raises(RegistryError) as caught:
        fail()
    assert str(caught.value) == (
        f"There is no room. A connection to {SERVICE} may have been left open: It is away as well."
    )


def test_who_is_busy_is_waited_for_there_too(place: RawPlace) -> None:
    holder = hold(place)
    with pytest.raises(OutOfTimeError), place.open().unfailing(SERVICE, Deadline(0.1), [connection()]):
        pytest.fail("the lock was taken")
    holder.kill()
