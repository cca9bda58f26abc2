# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs that have nothing in common but a Redis, as those of several controllers and of AWX have."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.lab import Lab
from tests.lab.redis_server import RedisServer
from tests.lab.world import DATABASE

from .fleet import wait_until_nothing_is_open
from .tasks import CONNECTION, WHO

DEMO = Path(__file__).resolve().parents[1] / "demo"
CONFIGURE = DEMO / "configure.yml"


class Runner:
    """A private data directory of ansible-runner, as AWX makes one for each job, with a home of its own."""

    def __init__(self, lab: Lab, server: RedisServer, root: Path) -> None:
        self._root = root
        for name in ("env", "project", "inventory", "home"):
            (root / name).mkdir(parents=True)
        shutil.copy(CONFIGURE, root / "project")
        shutil.copy(lab.inventory, root / "inventory")
        environ = {**lab.environment(), "HOME": str(root / "home"), "REMOTEIT_REGISTRY": server.url}
        (root / "env" / "envvars").write_text(yaml.safe_dump(environ))

    def run(self, **extra: Any) -> dict[str, bool]:
        """Whether each host was changed by each task, by ``host: task``."""
        (self._root / "env" / "extravars").write_text(yaml.safe_dump(extra))
        program = [sys.executable, "-m", "ansible_runner", "run", str(self._root), "-p", CONFIGURE.name, "-i", "job"]
        shutil.rmtree(self._root / "artifacts", ignore_errors=True)
        done = subprocess.run(program, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        events = [json.loads(path.read_text()) for path in self._root.glob("artifacts/job/job_events/*.json")]
        return {
            f"{event['event_data']['host']}: {event['event_data']['task']}": event["event_data"]["res"]["changed"]
            for event in events
            if event["event"] == "runner_on_ok"
        }


def ids(lab: Lab) -> list[str]:
    return [connection["id"] for connection in lab.open_connections()]


@pytest.mark.one_core
def test_a_run_elsewhere_uses_what_another_one_opened_and_may_close_it(
    lab: Lab, redis_server: RedisServer, tmp_path: Path
) -> None:
    first, second = (Runner(lab, redis_server, tmp_path / name) for name in ("first", "second"))
    changed = first.run()
    assert changed["pi-kitchen: Tunnel"] and changed["pi-garage: Tunnel"]
    opened = ids(lab)
    assert second.run() == {
        f"{host}: {task}": False for host in ("pi-kitchen", "pi-garage") for task in ("Tunnel", "Time zone")
    }
    assert ids(lab) == opened
    assert len(lab.cloud.calls(operation="connect")) == 2
    closed = second.run(tunnel="absent")
    assert closed == {"pi-kitchen: Tunnel": True, "pi-garage: Tunnel": True}
    assert lab.open_connections() == []
    assert list(redis_server.client().scan_iter(_type="hash")) == []


def test_the_end_of_a_run_and_of_ssh_close_what_redis_remembers(lab: Lab, redis_server: RedisServer) -> None:
    password = "n0t-t0-be-sh0wn"
    plays: list[dict[str, Any]] = [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {"port": f"{{{{ lookup('community.remoteit.remoteit_proxy', '{DATABASE}').port }}}}"},
            "tasks": [
                {"name": "Open", CONNECTION: {"service_id": DATABASE, "close": "at_end"}},
                {"name": "Look", "ansible.builtin.debug": {"var": "port"}},
            ],
        },
        {
            "hosts": "all",
            "gather_facts": False,
            "tasks": [{**WHO, "name": "Say who is there"}],
        },
    ]
    environ = {
        "REMOTEIT_REGISTRY": redis_server.url,
        "REMOTEIT_REGISTRY_PASSWORD": password,
        "ANSIBLE_SSH_ARGS": "-o ControlMaster=auto -o ControlPersist=1s",
    }
    redis_server.client().config_set("requirepass", password)
    try:
        run = lab.run(plays, "-vvv", "-i", str(DEMO / "fleet.remoteit.yml"), environ=environ)
        wait_until_nothing_is_open(lab)
    finally:
        redis_server.client(password=password).config_set("requirepass", "")
    assert run.returncode == 0, run.output
    assert password not in run.output
    assert run.result("Look").result["port"] == run.result("Open").result["connection"]["port"]
    names = {item.result["stdout"] for item in run.results if item.task == "Say who is there"}
    assert names == {"pi-kitchen", "pi-garage"}
    assert len(lab.cloud.calls(operation="connect")) == 3


@pytest.mark.one_core
def test_a_redis_that_is_away_is_told_in_one_sentence(lab: Lab) -> None:
    nowhere = "redis://127.0.0.1:1/0"
    run = lab.run_tasks({"name": "Open", CONNECTION: {"service_id": DATABASE, "registry": nowhere}})
    answer = run.result("Open")
    assert answer.status == "failed"
    assert answer.result["msg"] == (
        f"The registry {nowhere} cannot be used (Connection refused); start or mend it, or set registry to another one."
    )
    assert "Traceback" not in run.output
    assert lab.open_connections() == []
