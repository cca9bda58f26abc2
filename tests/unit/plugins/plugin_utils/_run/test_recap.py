# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run did, as data and as lines."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._registry import journal as journal_module
from ansible_collections.community.remoteit.plugins.plugin_utils._run.recap import Run, events_as_data, lines, recap
from tests.doubles.material import NOW, OTHER_SERVICE, SERVICE, connection


def test_only_the_last_state_of_a_connection_counts() -> None:
    mine = connection(kept=False, holders=("1/1@here",))
    events = [
        journal_module.Event("opened", 1.0, SERVICE, mine.id, mine),
        journal_module.Event("reused", 2.0, SERVICE, mine.id, mine._replace(kept=True)),
        journal_module.Event("closed", 3.0, OTHER_SERVICE, "of an earlier run", None),
    ]
    other, one = sorted(recap(events, {SERVICE: {"pi"}}, "1/1@here"), key=lambda service: len(service["hosts"]))
    assert (one["opened"], one["reused"], one["closed"], one["hosts"]) == (1, 1, 0, ["pi"])
    assert [left["closes"] for left in one["open"]] == ["on_request"]
    assert (other["closed"], other["open"]) == (1, [])


def test_a_closing_counts_once_whoever_notes_it() -> None:
    mine = connection()
    closed = journal_module.Event("closed", 2.0, SERVICE, mine.id, mine)
    events = [journal_module.Event("opened", 1.0, SERVICE, mine.id, mine), closed, closed._replace(at=3.0)]
    (service,) = recap(events, {}, "")
    assert (service["opened"], service["closed"], service["open"]) == (1, 1, [])


def test_when_what_is_open_closes_is_told() -> None:
    kept, of_run, of_ssh = (
        connection(id="KEPT"),
        connection(id="RUN", kept=False, holders=("1/1@here",)),
        connection(id="SSH", kept=False, holders=("2/2@here",)),
    )
    events = [journal_module.Event("opened", 1.0, SERVICE, made.id, made) for made in (kept, of_run, of_ssh)]
    (service,) = recap(events, {}, "1/1@here")
    assert {one["id"]: one["closes"] for one in service["open"]} == {
        "KEPT": "on_request",
        "RUN": "end_of_run",
        "SSH": "with_ssh",
    }
    assert service["hosts"] == []


def test_a_line_for_each_service_in_columns() -> None:
    made = connection(kept=True)
    events = [
        journal_module.Event("opened", 1.0, SERVICE, made.id, made, "pi-kitchen"),
        journal_module.Event("reused", 2.0, SERVICE, made.id, made, "pi-kitchen"),
        journal_module.Event("closed", 3.0, OTHER_SERVICE, "B", None),
    ]
    assert lines(recap(events, {OTHER_SERVICE: ["b", "a"]}, ""), 30) == [
        "",
        "REMOTE.IT RECAP ***" + "*" * 11,
        f"a b {OTHER_SERVICE}        : opened=0    reused=0    closed=1",
        f"pi-kitchen {SERVICE} : opened=1    reused=1    closed=0    open until 2026-02-03T12:05:06Z",
    ]
    assert lines([], 19) == ["", "REMOTE.IT RECAP ***"]


def test_events_are_told_as_data() -> None:
    made = connection()
    assert events_as_data([journal_module.Event("opened", NOW, SERVICE, made.id, made)]) == [
        {"at": "2026-02-03T04:05:06Z", "event": "opened", "service_id": SERVICE, "id": made.id}
    ]


def test_a_run_is_told_from_all_others() -> None:
    one, other = Run(NOW), Run(NOW)
    one.playbooks += ["site.yml", "more.yml"]
    data = one.as_data(NOW + 60)
    assert (data["playbooks"], data["began"], data["ended"]) == (
        ["site.yml", "more.yml"],
        "2026-02-03T04:05:06Z",
        "2026-02-03T04:06:06Z",
    )
    assert data["id"] != other.as_data(NOW + 60)["id"]


def test_what_another_run_wrote_meanwhile_is_noticed() -> None:
    run, other = Run(NOW), Run(NOW - 60)
    other.playbooks.append("other\n.yml")
    # One that ended before this one began is one of the past.
    assert [run.meanwhile({"run": other.as_data(NOW + seconds)}) for seconds in (-1, 0, 1)] == [
        "",
        "",
        "other\\n.yml, 2026-02-03T04:04:06Z to 2026-02-03T04:05:07Z",
    ]
    assert run.meanwhile({"run": run.as_data(NOW + 1)}) == ""


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"run": "17"},
        {"run": {}},
        {"run": {"id": "1", "ended": 17}},
        {"run": {"id": "1", "ended": "later"}},
        {"run": {"id": "1", "ended": "2099-01-01T00:00:00Z", "playbooks": None}},
    ],
)
def test_what_no_run_wrote_is_nobodys(written: dict[str, Any]) -> None:
    assert Run(NOW).meanwhile(written) == ""
