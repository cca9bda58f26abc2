# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the network and the API do wrong: no connection is lost sight of, and nothing untrue is said."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.lab.lab import Lab
from tests.lab.world import DATABASE

from .tasks import connection, info

pytestmark = pytest.mark.one_core


@pytest.mark.parametrize(("api", "close"), [("rest", "stop"), ("graphql", "disconnect")])
def test_lost_answers_lose_no_connection_and_no_truth(lab: Lab, api: str, close: str) -> None:
    # All kinds of them, on both wires, are in the fault table of tests/resilience.
    lab.cloud.set_fault(
        {"wire": api, "operation": "connect", "count": 1, "fault": "lost_answer", "how": "reset"},
        {"wire": api, "operation": close, "count": 1, "fault": "lost_answer", "how": "half"},
    )
    run = lab.run_tasks(
        connection("open", DATABASE, api=api), info("list"), connection("close", DATABASE, api=api, state="absent")
    )
    assert run.returncode == 0, run.output
    assert run.result("open").changed and run.result("close").changed
    opened = run.result("open").result["connection"]["id"]
    assert [(item["id"], item["held"]) for item in run.result("list").result["connections"]] == [(opened, True)]
    assert run.result("close").result["closed"] == [opened]
    assert lab.open_connections() == []


def test_when_recovery_is_impossible_the_message_says_what_may_be_open_and_the_next_task_closes_it(lab: Lab) -> None:
    lab.cloud.set_fault(
        {"wire": "rest", "operation": "connect", "fault": "lost_answer", "how": "reset"},
        {"wire": "graphql", "operation": "query", "fault": "status", "status": 503},
    )
    run = lab.run_tasks(connection("open", DATABASE))
    message = run.result("open").result["msg"]
    assert f"A connection to {DATABASE} may be open" in message
    assert len(lab.open_connections()) == 1
    lab.cloud.set_fault()
    run = lab.run_tasks(connection("close", DATABASE, state="absent"))
    assert run.result("close").changed
    assert lab.open_connections() == []


def descendants(pid: int) -> list[int]:
    """The processes below *pid*."""
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [*children, *(deeper for child in children for deeper in descendants(child))]


@pytest.mark.parametrize("api", ["rest", "graphql"])
def test_what_a_killed_run_left_open_is_closed_by_the_next_one(lab: Lab, api: str) -> None:
    lab.cloud.set_fault(
        {"wire": api, "operation": "connect", "count": 1, "fault": "lost_answer", "how": "hang", "seconds": 20}
    )
    play = {
        "name": "Lab",
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": [connection("open", DATABASE, api=api)],
    }
    with lab.start([play]) as process:
        end = time.monotonic() + 30
        while not lab.open_connections() and time.monotonic() < end:
            time.sleep(0.05)
        (orphan,) = lab.open_connections()
        # Ansible's workers have sessions of their own: a kill of the process group would spare them.
        for pid in [*descendants(process.pid), process.pid]:
            os.kill(pid, signal.SIGKILL)
    run = lab.run_tasks(connection("open", DATABASE, api=api))
    assert run.result("open").result["closed"] == [orphan["session_id"]]
    assert [item["id"] for item in lab.open_connections()] == [run.result("open").result["connection"]["id"]]


def test_a_redirect_is_never_followed(lab: Lab) -> None:
    lab.cloud.set_fault({"wire": "rest", "operation": "connect", "fault": "redirect"})
    run = lab.run_tasks(connection("open", DATABASE))
    assert "redirects to http://127.0.0.1:1/elsewhere, which is never followed" in run.result("open").result["msg"]


def test_a_server_that_is_not_there_is_named(lab: Lab) -> None:
    nowhere = "http://127.0.0.1:9"
    run = lab.run_tasks(connection("open", DATABASE), environ={"R3_REST_URL": nowhere, "R3_GRAPHQL_URL": nowhere})
    assert f"{nowhere}/device/connect could not be reached" in run.result("open").result["msg"]


def test_without_graphql_rest_still_opens_reuses_and_closes(lab: Lab) -> None:
    environ = {"R3_GRAPHQL_URL": "http://127.0.0.1:9"}
    run = lab.run_tasks(
        connection("open", DATABASE),
        connection("again", DATABASE, verify_after=0),
        connection("close", DATABASE, state="absent"),
        connection("close again", DATABASE, state="absent"),
        environ=environ,
    )
    assert [item.changed for item in run.results] == [True, False, True, False], run.output
    assert lab.open_connections() == []


def test_info_without_graphql_says_that_nothing_was_checked(lab: Lab) -> None:
    lab.run_tasks(connection("open", DATABASE))
    lab.cloud.set_fault({"wire": "graphql", "operation": "query", "fault": "status", "status": 503})
    run = lab.run_tasks(info("list"))
    assert "listed without a check" in run.output.replace("\n", " ")
    assert len(run.result("list").result["connections"]) == 1


def test_info_without_graphql_does_not_say_that_nothing_is_open(lab: Lab) -> None:
    run = lab.run_tasks(info("list"), environ={"R3_ACCESS_KEY_ID": "NOSUCHKEY00000000001"})
    assert run.result("list").status == "failed"
    assert "does not accept the access key or its signature" in run.result("list").result["msg"]


def test_a_timeout_bounds_the_whole_task(lab: Lab) -> None:
    lab.cloud.set_fault({"wire": "*", "operation": "*", "fault": "lost_answer", "how": "hang", "seconds": 20})
    began = time.monotonic()
    run = lab.run_tasks(connection("open", DATABASE, timeout=4))
    assert run.result("open").status == "failed"
    assert time.monotonic() - began < 25
    assert f"A connection to {DATABASE} may be open" in run.result("open").result["msg"]
