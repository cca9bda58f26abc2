# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is noted of connections, and by whom it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._registry import journal
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Holding
from ansible_collections.community.remoteit.plugins.plugin_utils._run.recap import recap
from tests.doubles.material import CONNECTION_ID, OTHER_SERVICE, SERVICE, connection, session
from tests.doubles.registry_place import Place


def test_what_is_saved_is_noted_and_read_again(noted: Path, tmp_path: Path) -> None:
    place = Place(str(tmp_path / "registry"))
    opened = connection()
    place.save(Holding([opened]))
    # with another holder, it is the same one
    place.save(Holding([opened._replace(holders=("1/1@here",))]))
    place.save(Holding())
    first, second = journal.read(str(noted))
    assert (first.what, first.service_id, first.connection_id, first.connection) == (
        "opened",
        SERVICE,
        CONNECTION_ID,
        opened,
    )
    assert (second.what, second.connection_id) == ("closed", CONNECTION_ID)
    assert second.at >= first.at


def test_a_task_is_noted_by_its_host(noted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.reused(connection())
    monkeypatch.setenv(journal.ENV_HOST, "pi-kitchen")
    journal.reused(connection(service_id=OTHER_SERVICE))
    journal.closed(session(id="A"))
    events = list(journal.read(str(noted)))
    assert [event.host for event in events] == ["", "pi-kitchen", "pi-kitchen"]
    # who only closes is not who it was for
    assert {one["service_id"]: one["hosts"] for one in recap(events, {}, "")} == {
        SERVICE: [],
        OTHER_SERVICE: ["pi-kitchen"],
    }


def test_what_only_remote_it_knew_is_noted(noted: Path) -> None:
    journal.closed(session(id="A"))
    (event,) = journal.read(str(noted))
    assert (event.what, event.service_id, event.connection_id, event.connection) == ("closed", SERVICE, "A", None)


def test_half_a_line_is_passed_over(noted: Path) -> None:
    journal.reused(connection())
    with noted.open("a") as file:
        file.write('["opened", 17')
    assert [event.what for event in journal.read(str(noted))] == ["reused"]


def test_nobody_is_told_where_nobody_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    monkeypatch.setenv(journal.ENV, str(gone))
    journal.reused(connection())
    assert not gone.exists()
    monkeypatch.delenv(journal.ENV)
    journal.reused(connection())
