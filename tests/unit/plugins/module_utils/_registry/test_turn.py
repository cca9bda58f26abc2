# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a turn writes down, and what it only predicts."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RegistryError
from ansible_collections.community.remoteit.plugins.module_utils._model.session import Listing
from ansible_collections.community.remoteit.plugins.module_utils._registry import journal
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Attempt, Holding
from ansible_collections.community.remoteit.plugins.module_utils._registry.turn import Forgiving, Turn
from tests.doubles.material import NOW, SERVICE, connection


def events(path: Path) -> list[tuple[str, str]]:
    return [(event.what, event.connection_id) for event in journal.read(str(path))]


def test_what_is_known_is_written_as_often_as_it_is_saved_and_each_change_noted_once(noted: Path) -> None:
    written: list[list[str]] = []
    turn = Turn(SERVICE, Holding([connection(id="OLD")]), Deadline(10), lambda holding: written.append(ids(holding)))
    assert not turn.predicts
    turn.holding.connections.append(connection(id="NEW"))
    turn.save()
    turn.save()
    turn.holding.connections = [item for item in turn.holding.connections if item.id != "OLD"]
    turn.save()
    assert written == [["OLD", "NEW"], ["OLD", "NEW"], ["NEW"]]
    assert events(noted) == [("opened", "NEW"), ("closed", "OLD")]


def ids(holding: Holding) -> list[str]:
    return [item.id for item in holding.connections]


def test_what_could_not_be_written_is_not_noted(noted: Path) -> None:
    def full(_holding: Holding) -> None:
        raise OSError("no room")

    turn = Turn(SERVICE, Holding(), Deadline(10), full)
    turn.holding.connections.append(connection())
    with pytest.raises(OSError, match="no room"):
        turn.save()
    assert events(noted) == []


def test_what_only_predicts_writes_and_notes_nothing(noted: Path) -> None:
    turn = Turn(SERVICE, Holding([connection()]), Deadline(10), None)
    assert turn.predicts
    turn.holding.connections.clear()
    turn.save()
    assert events(noted) == []


def test_what_was_read_ahead_is_for_the_first_who_asks() -> None:
    turn = Turn(SERVICE, Holding(), Deadline(10), None)
    assert turn.take_prefetched() is None
    turn.prefetched = Listing((), NOW)
    assert turn.take_prefetched() == Listing((), NOW)
    assert turn.take_prefetched() is None


def test_what_was_read_ahead_may_not_show_what_an_interrupted_opening_made() -> None:
    turn = Turn(SERVICE, Holding(attempts=[Attempt(NOW, NOW + 30)]), Deadline(10), None)
    turn.prefetched = Listing((), NOW)
    assert turn.take_prefetched() is None


def test_what_the_registry_had_lost_is_written_again_and_not_noted_again(noted: Path) -> None:
    written: list[list[str]] = []
    turn = Turn(SERVICE, Holding(), Deadline(10), lambda holding: written.append(ids(holding)))
    assert turn.put_back(connection(id="LOST", holders=("somebody",))).holders == ()
    turn.save()
    assert (written, events(noted)) == ([["LOST"]], [])


# -- where it may fail to write ----------------------------------------------------------------------------------------


def test_what_counts_is_whether_the_last_save_failed_and_all_is_noted(noted: Path) -> None:
    errors = [RegistryError("no room."), RegistryError("no room yet."), None]

    def write(_holding: Holding) -> None:
        if error := errors.pop(0):
            raise error

    saves = Forgiving(write)
    turn = Turn(SERVICE, Holding([connection(id="A"), connection(id="B")]), Deadline(10), saves)
    assert saves.failure is None
    for failure in ("no room.", "no room yet.", "None"):
        turn.save()
        assert str(saves.failure) == failure
        turn.holding.connections = turn.holding.connections[1:]
    assert events(noted) == [("closed", "A"), ("closed", "B")]


def test_without_a_way_to_write_the_failure_stays() -> None:
    failure = RegistryError("no lock.")
    saves = Forgiving(None, failure)
    turn = Turn(SERVICE, Holding(), Deadline(10), saves)
    turn.save()
    assert not turn.predicts
    assert saves.failure is failure
