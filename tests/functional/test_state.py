# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task changes, what it leaves alone, and that the same task twice changes nothing twice."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from tests.lab.lab import Lab
from tests.lab.world import DATABASE, OTHER, WEB

from .tasks import connection, info

# The documented keys of RV(connection), in their order.
KEYS = [
    "id",
    "service_id",
    "host",
    "port",
    "url",
    "proxy",
    "type",
    "access",
    "client_ip",
    "opened_at",
    "expires_at",
    "expires_in",
    "api",
]
FIRST = "{{ first.connection.id }}"


def writes(lab: Lab) -> list[str]:
    """The operations that changed something at remote.it, in order."""
    return [call["operation"] for call in lab.cloud.calls() if call["operation"] != "query"]


@pytest.mark.one_core
@pytest.mark.parametrize("api", ["rest", "graphql"])
def test_open_reuse_close_on_each_wire(lab: Lab, api: str) -> None:
    run = lab.run_tasks(
        connection("open", DATABASE, {"register": "first"}, api=api),
        connection("open again", DATABASE.lower(), api=api),
        connection("open and check", DATABASE, api=api, verify_after=0),
        connection("open another", WEB, api=api),
        connection("open to all", DATABASE, api=api, access="public"),
        connection("close one", DATABASE, api=api, state="absent", connection_id=FIRST),
        connection("close one again", DATABASE, api=api, state="absent", connection_id=FIRST),
        connection("close", DATABASE, api=api, state="absent"),
        connection("close another", WEB, api=api, state="absent"),
        connection("close again", DATABASE, api=api, state="absent"),
    )
    assert run.returncode == 0, run.output
    assert [item.changed for item in run.results] == [True, False, False, True, True, True, False, True, True, False]
    opened, web = run.result("open").result["connection"], run.result("open another").result["connection"]
    assert list(opened) == list(web) == KEYS
    assert opened["service_id"] == DATABASE
    assert opened["api"] == api
    assert (opened["type"], web["type"]) == ("port", "reverse")
    assert run.result("open again").result["connection"]["id"] == opened["id"]
    assert run.result("close one").result["closed"] == [opened["id"]]
    assert writes(lab) == ["connect"] * 3 + [{"rest": "stop", "graphql": "disconnect"}[api]] * 3
    said = run.output.replace("\n", " ")
    assert "access=latching has no effect" in said
    assert "anyone who finds" in said
    assert lab.open_connections() == []


def test_a_second_run_changes_nothing(lab: Lab) -> None:
    task = connection("open", DATABASE)
    first, second = lab.run_tasks(task).result("open"), lab.run_tasks(task).result("open")
    assert (first.changed, second.changed) == (True, False)
    assert first.result["connection"]["id"] == second.result["connection"]["id"]
    assert writes(lab) == ["connect"]


@pytest.mark.one_core
def test_each_kind_of_access_is_a_connection_of_its_own(lab: Lab) -> None:
    run = lab.run_tasks(
        connection("latching", DATABASE),
        connection("public", DATABASE, access="public"),
        connection("latching again", DATABASE),
        connection("close", DATABASE, state="absent"),
    )
    assert [item.changed for item in run.results] == [True, True, False, True]
    assert len(run.result("close").result["closed"]) == 2
    assert lab.open_connections() == []


def test_check_mode_predicts_and_writes_nothing(lab: Lab) -> None:
    run = lab.run_tasks(connection("open", DATABASE), arguments=["--check", "--diff"])
    predicted = run.result("open").result
    assert predicted["changed"]
    assert set(predicted["connection"]) == set(KEYS)
    assert predicted["connection"]["id"] is None
    assert predicted["connection"]["access"] == "latching"
    assert lab.cloud.calls() == []
    assert not (lab.root / "registry").exists()

    opened = lab.run_tasks(connection("open", DATABASE)).result("open").result["connection"]
    before = writes(lab)
    run = lab.run_tasks(
        connection("open", DATABASE),
        connection("force", DATABASE, force=True),
        connection("close", DATABASE, state="absent"),
        arguments=["--check"],
    )
    assert [item.changed for item in run.results] == [False, True, True]
    assert run.result("open").result["connection"]["id"] == opened["id"]
    assert run.result("force").result["closed"] == [opened["id"]]
    assert run.result("close").result["closed"] == [opened["id"]]
    assert writes(lab) == before
    assert [item["id"] for item in lab.open_connections()] == [opened["id"]]


def test_diff_shows_what_is_held_before_and_after(lab: Lab) -> None:
    run = lab.run_tasks(
        connection("open", DATABASE), connection("close", DATABASE, state="absent"), arguments=["--diff"]
    )
    opened = run.result("open").result
    entry = {
        "id": opened["connection"]["id"],
        "access": "latching",
        "address": opened["connection"]["url"],
        "expires_at": opened["connection"]["expires_at"],
    }
    assert opened["diff"] == {"before": {"connections": []}, "after": {"connections": [entry]}}
    assert run.result("close").result["diff"] == {"before": {"connections": [entry]}, "after": {"connections": []}}
    assert f'+            "address": "{entry["address"]}"' in run.output


@pytest.mark.one_core
def test_force_closes_and_opens_anew(lab: Lab) -> None:
    run = lab.run_tasks(connection("open", DATABASE), connection("force", DATABASE, force=True))
    first, second = run.result("open").result["connection"], run.result("force").result["connection"]
    assert run.result("force").changed
    assert run.result("force").result["closed"] == [first["id"]]
    assert [item["id"] for item in lab.open_connections()] == [second["id"]]


@pytest.mark.one_core
def test_a_connection_closed_elsewhere_is_noticed(lab: Lab) -> None:
    first = lab.run_tasks(connection("open", DATABASE)).result("open").result["connection"]
    # Within its first seconds, a connection that is not listed may just be listed late.
    time.sleep(6)
    assert lab.cloud.close(first["id"])
    run = lab.run_tasks(
        connection("trusting", DATABASE, verify_after=3600), connection("checking", DATABASE, verify_after=0)
    )
    assert not run.result("trusting").changed
    assert run.result("checking").changed
    second = run.result("checking").result["connection"]
    assert second["id"] != first["id"]
    assert [item["id"] for item in lab.open_connections()] == [second["id"]]


@pytest.mark.one_core
def test_min_remaining_opens_anew_and_keeps_the_old_one_known(lab: Lab) -> None:
    run = lab.run_tasks(
        connection("open", DATABASE),
        connection("long", DATABASE, min_remaining=28801),
        connection("close", DATABASE, state="absent"),
    )
    assert run.result("long").changed
    assert len(run.result("close").result["closed"]) == 2
    assert lab.open_connections() == []


@pytest.mark.one_core
def test_times_are_true(lab: Lab) -> None:
    opened = lab.run_tasks(connection("open", DATABASE)).result("open").result["connection"]
    moments = [datetime.fromisoformat(opened[key]) for key in ("opened_at", "expires_at")]
    assert (moments[1] - moments[0]).total_seconds() == pytest.approx(28800, abs=2)
    assert 28700 < opened["expires_in"] <= 28800


@pytest.mark.one_core
def test_what_was_opened_elsewhere_is_left_alone_mentioned_and_closed_by_its_id(lab: Lab) -> None:
    elsewhere = {"REMOTEIT_REGISTRY": str(lab.root / "other registry")}
    theirs = lab.run_tasks(connection("open", DATABASE), environ=elsewhere).result("open").result["connection"]
    run = lab.run_tasks(connection("close", DATABASE, state="absent"), info("list"))
    assert not run.result("close").changed
    assert f"left alone: {theirs['id']}" in run.output.replace("\n", " ")
    listed = run.result("list").result["connections"]
    assert [(item["id"], item["held"], item["host"]) for item in listed] == [(theirs["id"], False, None)]
    run = lab.run_tasks(connection("close", DATABASE, state="absent", connection_id=theirs["id"]))
    assert run.result("close").result["closed"] == [theirs["id"]]
    assert lab.open_connections() == []


@pytest.mark.one_core
def test_info_lists_what_is_open_with_the_address_of_our_own(lab: Lab) -> None:
    run = lab.run_tasks(
        info("none"),
        connection("database", DATABASE),
        connection("other", OTHER),
        info("all"),
        info("one", service_id=OTHER.lower()),
    )
    assert run.result("none").result["connections"] == []
    opened = {name: run.result(name).result["connection"] for name in ("database", "other")}
    listed = run.result("all").result["connections"]
    assert {item["id"] for item in listed} == {item["id"] for item in opened.values()}
    assert not run.result("all").changed
    (one,) = run.result("one").result["connections"]
    assert {**one, "expires_in": None} == {**opened["other"], "held": True, "expires_in": None}


def test_module_defaults_of_the_action_group(lab: Lab) -> None:
    run = lab.run_tasks(
        connection("open", DATABASE),
        info("list"),
        module_defaults={"group/community.remoteit.remoteit": {"api": "graphql", "signature": "cavage"}},
    )
    assert run.result("open").result["connection"]["api"] == "graphql"
    assert {(call["wire"], call["dialect"]) for call in lab.cloud.calls()} == {("graphql", "cavage")}
