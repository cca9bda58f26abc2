# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the registry may ask of each place where its records are."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base import process
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OutOfTimeError
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._registry.file_store import FileStore
from ansible_collections.community.remoteit.plugins.module_utils._registry.redis_store import RedisStore
from ansible_collections.community.remoteit.plugins.module_utils._registry.store import Store, busy, pause
from ansible_collections.community.remoteit.plugins.module_utils._settings.patience import PATIENCE
from tests.doubles import material
from tests.doubles.processes import Fork

ELSEWHERE = "1/1@elsewhere"
SOON = Deadline(3600)


@pytest.fixture(params=["directory", "redis", "valkey"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """Opens the same place, as a process that begins now."""
    if request.param == "directory":
        return lambda: FileStore(str(tmp_path / "registry"), "identity", PATIENCE.life_lease)
    settings = material.settings(f"{request.getfixturevalue(f'{request.param}_server').url}?prefix=test")
    return lambda: RedisStore(settings, "identity")


def write(store: Store, name: str, record: bytes | None) -> None:
    with store.locked(name, Deadline(10)):
        store.write(name, record, SOON)


def test_a_record_is_there_until_it_is_removed(opened: Callable[[], Store]) -> None:
    store = opened()
    assert (store.read("a", SOON), list(store.records(SOON))) == (None, [])
    write(store, "a", b"1")
    write(store, "a", b"2")
    assert opened().read("a", SOON) == b"2"
    write(store, "a", None)
    assert (opened().read("a", SOON), list(store.records(SOON))) == (None, [])


def test_whoever_has_the_lock_is_given_the_record(opened: Callable[[], Store]) -> None:
    with opened().locked("a", Deadline(10)) as record:
        assert record is None
    write(opened(), "a", b"1")
    with opened().locked("a", Deadline(10)) as record:
        assert record == b"1"


def test_several_are_read_in_the_order_of_their_names(opened: Callable[[], Store]) -> None:
    store = opened()
    for name in ("b", "a", "c"):
        write(store, name, name.encode() * 2)
    assert store.read_many(["c", "none", "a"], SOON) == [b"cc", None, b"aa"]
    assert store.read_many([], SOON) == []
    assert sorted(store.records(SOON)) == [("a", b"aa"), ("b", b"bb"), ("c", b"cc")]


def test_what_is_set_aside_is_no_record_any_more(opened: Callable[[], Store]) -> None:
    store = opened()
    write(store, "a", b"odd")
    with store.locked("a", Deadline(10)):
        assert store.set_aside("a", SOON)
    assert (store.read("a", SOON), list(store.records(SOON))) == (None, [])
    assert " a" in store.title("a") or "/a" in store.title("a")


def test_a_lock_is_had_by_one_process_at_a_time_and_each_name_has_its_own(opened: Callable[[], Store]) -> None:
    def hold(report: Callable[[str], None]) -> None:
        with opened().locked("a", Deadline(10)):
            report("locked")
            time.sleep(60)

    holder = Fork(hold)
    assert holder.receive() == "locked"
    with pytest.raises(OutOfTimeError), opened().locked("a", Deadline(0.2)):
        pytest.fail("two have the lock")
    write(opened(), "b", b"1")
    holder.kill()
    write(opened(), "a", b"1")


def test_who_gives_a_sign_of_life_elsewhere_lives_until_it_is_too_old(
    opened: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, here = opened(), process_name(os.getpid())
    store.renew([here, ELSEWHERE], SOON)
    with monkeypatch.context() as moved:
        moved.setattr(process, "_machine", lambda: "another machine")
        assert opened().lapsed([here], SOON) == set()
        # nobody else can give it
        waited = store.unsure([here, ELSEWHERE], SOON)
        assert opened().lapsed([here, ELSEWHERE], SOON) == (set() if waited else {ELSEWHERE})
    assert store.lapsed([here], SOON) == set()
    store.forget(here, SOON)


def test_who_has_waited_for_longer_asks_more_often_up_to_a_limit() -> None:
    asked_after = [pause(0.06, waited) for waited in (0.0, 1.0, 2.0, 60.0)]
    assert asked_after == pytest.approx([0.06, 0.03, 0.02, 0.015])


def test_who_waited_in_vain_is_told_how_long_and_for_what() -> None:
    assert str(busy(Deadline(1.5), "/r/a.lock")) == (
        "Another process still opens or closes connections of this service after 1.5 seconds (lock /r/a.lock); "
        "try again, or raise timeout."
    )
