# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The keyword ``environment`` of a task, its blocks and its play counts as it does for any module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.certificates import Authority
from tests.lab.lab import Lab
from tests.lab.world import DATABASE, DISABLED_KEY_ID, KEY_ID, OTHER
from tests.resilience.engine.tls_front import TlsFront

from .tasks import DEVICES, connection, info


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """A CA that nobody trusts who is not told to."""
    return Authority(tmp_path)


@pytest.fixture
def front(lab: Lab, authority: Authority) -> Iterator[dict[str, str]]:
    """The variables that lead to the simulator by TLS, with a certificate of that CA."""
    with TlsFront(lab.cloud.rest_url, authority.server()) as made:
        yield {"R3_REST_URL": made.url(lab.cloud.rest_url), "R3_GRAPHQL_URL": made.url(lab.cloud.graphql_url)}


def test_it_counts_from_the_task_to_the_end_of_the_run(lab: Lab, front: dict[str, str], authority: Authority) -> None:
    registry = lab.root / "registry of the play"
    plain = {"R3_REST_URL": lab.cloud.rest_url, "R3_GRAPHQL_URL": lab.cloud.graphql_url}
    play: dict[str, Any] = {
        "name": "Environment",
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"here": str(registry)},
        "environment": [
            {"REQUESTS_CA_BUNDLE": "/dev/null", "R3_ACCESS_KEY_ID": KEY_ID},
            {"REMOTEIT_REGISTRY": "{{ here }}"},
        ],
        "tasks": [
            # It starts what closes at the end of the run, and could not reach remote.it as the others do.
            connection("first", DATABASE, {"environment": plain}, close="at_end"),
            {
                "name": "Block",
                "environment": {"REQUESTS_CA_BUNDLE": str(authority.path)},
                "block": [
                    connection("second", OTHER, close="at_end"),
                    info("list", service_id=OTHER),
                    {"name": "devices", DEVICES: {"name": "cabinet"}},
                ],
            },
        ],
    }
    # The controller's own key is another one.
    run = lab.run([play], environ={**front, "R3_ACCESS_KEY_ID": DISABLED_KEY_ID})
    assert run.returncode == 0, run.output
    assert run.result("second").changed
    assert [item["held"] for item in run.result("list").result["connections"]] == [True]
    assert len(run.result("devices").result["devices"]) == 1
    assert [path.name for path in registry.glob("*/*.json")] == []
    assert registry.is_dir() and not (lab.root / "registry").exists()
    assert lab.open_connections() == []
    assert "left open" not in run.output


@pytest.mark.one_core
def test_what_can_be_no_variable_is_refused_without_its_value(lab: Lab) -> None:
    run = lab.run_tasks(connection("open", DATABASE, {"environment": {"A=B": "a secret"}}))
    assert run.result("open").result["msg"].startswith("environment: 'A=B' cannot be set")
    assert "a secret" not in run.output
    assert lab.cloud.calls() == []
