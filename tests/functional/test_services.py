# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task for several services, as a playbook sees it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.lab import Lab
from tests.lab.world import DATABASE, OFFLINE, OTHER

from .tasks import CONNECTION

pytestmark = pytest.mark.one_core


def services(name: str, *ids: Any, keywords: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    return {"name": name, CONNECTION: {"services": list(ids), **options}, **(keywords or {})}


def test_a_playbook_opens_uses_and_closes_several(lab: Lab) -> None:
    run = lab.run_tasks(
        services("open", DATABASE, {"service_id": OTHER, "access": "public"}, keywords={"register": "several"}),
        services("open again", DATABASE, {"service_id": OTHER, "access": "public"}, keywords={"diff": True}),
        services("fail", DATABASE, OFFLINE, keywords={"ignore_errors": True}),
        services("pass over", DATABASE, OFFLINE, on_error="continue"),
        services("close", "{{ several.services[0].service_id }}", OTHER, state="absent", keywords={"diff": True}),
        services("fail in a module", DATABASE, OFFLINE, keywords={"async": 60, "poll": 1, "ignore_errors": True}),
        services("close in a module", DATABASE, OFFLINE, state="absent", keywords={"async": 60, "poll": 1}),
    )
    assert run.returncode == 0, run.output
    assert run.result("open").result["msg"] == "2 services: 2 opened."
    assert (run.result("open again").changed, run.result("open again").result["msg"]) == (
        False,
        "2 services: 2 open already.",
    )
    for name in ("fail", "fail in a module"):
        failed = run.result(name)
        assert (failed.status, failed.result["services"][1]["failed"]) == ("failed", True)
        assert failed.result["services"][0]["connection"]["port"]
        assert f"1 failed. {OFFLINE}: No connection: the device of {OFFLINE} is offline" in failed.result["msg"]
    assert run.result("pass over").result["warnings"] == [run.result("pass over").result["msg"]]
    assert run.result("close").result["msg"] == "2 services: 2 closed."
    assert run.result("close in a module").changed
    assert lab.open_connections() == []
    # one who reads sees what changed for which service
    assert f'+    "{DATABASE}": []' in run.output
    assert "Traceback" not in run.output


def test_a_long_task_shows_its_progress_where_no_program_reads(lab: Lab) -> None:
    lab.cloud.set_fault({"operation": "connect", "fault": "latency", "seconds": 3})
    tasks = [services("open", DATABASE, OTHER, DATABASE, concurrency=1)]
    playbook = lab.root / "long.yml"
    playbook.write_text(yaml.safe_dump([{"name": "Long", "hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    program = Path(sys.executable).with_name("ansible-playbook")
    environ = {**os.environ, **lab.environment()}
    run = subprocess.run(
        [program, "-i", lab.inventory, playbook], env=environ, capture_output=True, text=True, timeout=60, check=True
    )
    said = [line for line in run.stderr.splitlines() if line.endswith("services done")]
    assert said
    assert set(said) <= {f"{number} of 3 remote.it services done" for number in (1, 2, 3)}
    assert "services done" not in run.stdout
