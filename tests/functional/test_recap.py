# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The callback that tells what became of connections, as people and programs read it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.lab.lab import Lab
from tests.lab.playbook import CALLBACKS, Run
from tests.lab.world import DATABASE, NEIGHBOUR, OTHER, OWNER, WEB, service_id

from .fleet import PERSIST, on_demand, wait_until_nothing_is_open
from .tasks import CONNECTION, LOOKUP, WHO, connection, show

ENABLED = {"ANSIBLE_CALLBACKS_ENABLED": "lab_record,community.remoteit.remoteit_recap"}
KITCHEN, GARAGE = service_id(1, 1), service_id(2, 1)


def told(run: Run) -> list[str]:
    """The lines of the recap."""
    return run.output.partition("REMOTE.IT RECAP ***")[2].partition("\n\n")[0].splitlines()[1:]


def written(path: Path) -> dict[str, dict[str, Any]]:
    """The services of the recap that was written, by their ids."""
    return {service["service_id"]: service for service in json.loads(path.read_text())["services"]}


def test_everything_that_a_run_did_is_counted_for_its_host(lab: Lab) -> None:
    path = lab.root / "recap.json"
    tasks = [
        connection("open", DATABASE, {"run_once": True}, access="public"),
        connection("again", DATABASE, {"run_once": True}, access="public"),
        connection("close", DATABASE, {"run_once": True}, state="absent"),
        connection("at end", OTHER, {"run_once": True}, close="at_end"),
        show("look", f"lookup('{LOOKUP}', '{OTHER}').port"),
        {**show("look and open", f"lookup('{LOOKUP}', '{WEB}', missing='open').host"), "run_once": True},
        connection("close what the lookup opened", WEB, {"run_once": True}, state="absent"),
        # Last, so that its tunnels are still there when the recap comes.
        WHO,
    ]
    play = {"name": "Recap", "hosts": "pis", "gather_facts": False, "tasks": tasks}
    environ = {**PERSIST, **ENABLED, "REMOTEIT_RECAP_PATH": str(path)}
    run = lab.run([play], *on_demand(lab), environ=environ)
    assert run.returncode == 0, run.output
    assert told(run) == [
        f"pi-garage {GARAGE}  : opened=1    reused=0    closed=0    open until the end of the run",
        f"pi-garage {DATABASE}  : opened=1    reused=1    closed=1",
        f"pi-garage {OTHER}  : opened=1    reused=0    closed=0    open until the end of the run",
        f"pi-garage {WEB}  : opened=1    reused=0    closed=1",
        f"pi-kitchen {KITCHEN} : opened=1    reused=0    closed=0    open until the end of the run",
    ]
    services = written(path)
    assert [services[id_]["open"][0]["closes"] for id_ in (KITCHEN, OTHER)] == ["end_of_run", "end_of_run"]
    events = json.loads(path.read_text())["events"]
    assert [one["event"] for one in events if one["service_id"] == DATABASE] == ["opened", "reused", "closed"]
    wait_until_nothing_is_open(lab)


def test_the_hosts_are_known_whatever_is_shown_of_results(lab: Lab) -> None:
    path, variables, password = (lab.root / name for name in ("hosts.json", "vault.yml", "vault password"))
    variables.write_text(json.dumps({"database": DATABASE, "kitchen": KITCHEN}))
    password.write_text("only for this test")
    program = Path(sys.executable).with_name("ansible-vault")
    subprocess.run([program, "encrypt", "--vault-password-file", password, variables], check=True, capture_output=True)
    here = {"delegate_to": "localhost"}
    garage = {"when": "inventory_hostname == 'pi-garage'"}
    tasks = [
        connection("encrypted", "{{ database }}", garage, close="at_end"),
        connection("loop", "{{ item }}", {**here, "loop": [OTHER], "no_log": True}, close="at_end"),
        {"name": "bulk", "no_log": True, **garage, CONNECTION: {"services": [WEB], "close": "at_end"}},
        connection("async", "{{ kitchen }}", {**here, **garage, "async": 30, "poll": 1}),
        # Who closes is not who it was for.
        connection("close", KITCHEN, {"run_once": True, "when": "true", **here}, state="absent"),
    ]
    play = {"name": "Hosts", "hosts": "pis", "gather_facts": False, "tasks": tasks}
    arguments = ["-e", f"@{variables}", "--vault-password-file", str(password)]
    run = lab.run([play], *arguments, environ={**ENABLED, "REMOTEIT_RECAP_PATH": str(path)})
    assert run.returncode == 0, run.output
    assert {id_: service["hosts"] for id_, service in written(path).items()} == {
        DATABASE: ["pi-garage"],
        OTHER: ["pi-garage", "pi-kitchen"],
        WEB: ["pi-garage"],
        KITCHEN: ["pi-garage"],
    }


def test_the_standard_output_is_left_to_others(lab: Lab) -> None:
    playbook = lab.root / "json.yml"
    tasks = [connection("open", DATABASE, close="at_end")]
    playbook.write_text(json.dumps([{"name": "JSON", "hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    environ = {
        "ANSIBLE_STDOUT_CALLBACK": "lab_json",
        "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
        "ANSIBLE_NOCOLOR": "1",
    }
    run = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,", playbook],
        env={
            **os.environ,
            **lab.environment(),
            **environ,
            "ANSIBLE_CALLBACKS_ENABLED": "community.remoteit.remoteit_recap",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(run.stdout)["localhost"]["changed"] == 1
    assert "REMOTE.IT RECAP ***" in run.stderr and f"localhost {DATABASE} : opened=1" in run.stderr


@pytest.mark.one_core
def test_what_stays_open_is_told_with_its_end(lab: Lab) -> None:
    bulk = {"name": "bulk", CONNECTION: {"services": [DATABASE, OTHER]}}
    run = lab.run_tasks(bulk, environ=ENABLED)
    (first, second) = told(run)
    until = r"localhost \S+ : opened=1    reused=0    closed=0    open until \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    assert re.fullmatch(until, first), run.output
    assert re.fullmatch(until, second), run.output


@pytest.mark.one_core
def test_what_is_only_predicted_is_not_told(lab: Lab) -> None:
    run = lab.run_tasks(connection("open", DATABASE), arguments=["--check"], environ=ENABLED)
    assert run.result("open").changed
    assert "REMOTE.IT RECAP" not in run.output


@pytest.mark.one_core
def test_it_can_be_silent(lab: Lab) -> None:
    path = lab.root / "silent.json"
    environ = {**ENABLED, "REMOTEIT_RECAP_SHOW": "false", "REMOTEIT_RECAP_PATH": str(path)}
    run = lab.run_tasks(connection("open", DATABASE, close="at_end"), environ=environ)
    assert "REMOTE.IT RECAP" not in run.output
    assert written(path)[DATABASE]["opened"] == 1
    (playbook,) = json.loads(path.read_text())["run"]["playbooks"]
    assert Path(playbook).name == "playbook.yml"


@pytest.mark.one_core
def test_runs_with_one_file_are_told_apart(lab: Lab) -> None:
    path, gate = lab.root / "shared.json", lab.root / "gate"
    os.mkfifo(gate)
    environ = {**ENABLED, "REMOTEIT_RECAP_PATH": str(path)}
    wait = {"name": "wait", "ansible.builtin.command": {"argv": ["cat", str(gate)]}}
    play = {"name": "Long", "hosts": "localhost", "gather_facts": False, "tasks": [wait]}
    with lab.start([play], environ=environ) as longer:
        # To open the pipe waits for the task that reads it, and to close it ends the task.
        with gate.open("w"):
            shorter = lab.run_tasks(connection("open", DATABASE, close="at_end"), environ=environ)
            first = json.loads(path.read_text())["run"]
        output = " ".join(longer.communicate(timeout=60)[0].split())
    second = json.loads(path.read_text())["run"]
    assert first["id"] != second["id"] and second["began"] < first["ended"] <= second["ended"]
    assert "was written by another run" not in shorter.output
    assert f"path={path} of remoteit_recap was written by another run while this one lasted" in output
    assert f"playbook.yml, {first['began']} to {first['ended']}" in output
    # What another one wrote before this one began is as any other file.
    later = lab.run_tasks(connection("open", DATABASE, close="at_end"), environ=environ)
    assert "was written by another run" not in later.output


@pytest.mark.one_core
def test_a_file_that_cannot_be_written_is_named(lab: Lab) -> None:
    environ = {**ENABLED, "REMOTEIT_RECAP_PATH": str(lab.root)}
    run = lab.run_tasks(connection("open", DATABASE, close="at_end"), environ=environ)
    assert run.returncode == 0
    assert f"path={lab.root} of remoteit_recap cannot be written: Is a directory" in " ".join(run.output.split())


@pytest.mark.one_core
def test_what_a_task_closed_before_it_failed_is_not_told_as_open(lab: Lab) -> None:
    lab.cloud.set_fault({"wire": "rest", "operation": "connect", "after": 1, "fault": "status", "status": 400})
    run = lab.run_tasks(
        connection("open", DATABASE),
        connection("again", DATABASE, {"ignore_errors": True}, force=True),
        environ=ENABLED,
    )
    assert run.result("again").status == "failed"
    assert lab.open_connections() == []
    assert told(run) == [f"localhost {DATABASE} : opened=1    reused=0    closed=1"]


OTHERS = {**ENABLED, "REMOTEIT_RECAP_CONNECTIONS_BY_OTHERS": "true"}


def happen(lab: Lab, *happening: dict[str, Any]) -> dict[str, Any]:
    """A task in which somebody connects to something."""
    program = (
        "import datetime, json, sys, urllib.request\n"
        "now = datetime.datetime.now(datetime.timezone.utc).isoformat()\n"
        "events = [{'time': now, 'state': 'connected', **event} for event in json.loads(sys.argv[2])]\n"
        "urllib.request.urlopen(sys.argv[1] + '/events', json.dumps({'events': events}).encode())\n"
    )
    argv = [sys.executable, "-c", program, lab.cloud.admin_url, json.dumps(happening)]
    return {"name": "happen", "ansible.builtin.command": {"argv": argv}}


@pytest.mark.one_core
def test_who_else_was_connected_is_told_if_that_is_wanted(lab: Lab) -> None:
    path = lab.root / "others.json"
    by = [{"target": target, "actor": actor} for target in (DATABASE, WEB) for actor in (NEIGHBOUR, OWNER)]
    tasks = [connection("open", DATABASE), happen(lab, *by), connection("close", DATABASE, state="absent")]
    run = lab.run_tasks(*tasks, environ={**OTHERS, "REMOTEIT_RECAP_PATH": str(path)})
    counts, other = told(run)
    assert counts == f"localhost {DATABASE} : opened=1    reused=0    closed=1"
    assert re.fullmatch(rf"localhost {DATABASE} : {NEIGHBOUR} has been connected since [0-9TZ:-]+", other), run.output
    (data,) = json.loads(path.read_text())["others"]
    assert (data["service_id"], data["by"], data["ended"]) == (DATABASE, NEIGHBOUR, None)
    assert NEIGHBOUR not in lab.run_tasks(*tasks, environ=ENABLED).output


@pytest.mark.one_core
def test_who_else_was_connected_is_asked_once_and_not_without_need(lab: Lab) -> None:
    tasks = [connection("open", DATABASE), connection("other", OTHER), connection("close", DATABASE, state="absent")]
    lab.run_tasks(*tasks, environ=ENABLED)
    without = len(lab.cloud.calls())
    lab.reset()
    run = lab.run_tasks(*tasks, environ=OTHERS)
    assert (len(told(run)), len(lab.cloud.calls())) == (2, without + 1)
    lab.reset()
    lab.run_tasks(connection("predict", DATABASE), arguments=["--check"], environ=ENABLED)
    without = len(lab.cloud.calls())
    lab.reset()
    lab.run_tasks(connection("predict", DATABASE), arguments=["--check"], environ=OTHERS)
    assert len(lab.cloud.calls()) == without


@pytest.mark.one_core
def test_that_nobody_can_be_asked_is_a_warning(lab: Lab) -> None:
    variables = {
        "access_key_id": "R3_ACCESS_KEY_ID",
        "secret_access_key": "R3_SECRET_ACCESS_KEY",
        "developer_key": "R3_DEVELOPER_API_KEY",
    }
    options: dict[str, Any] = {option: lab.environment()[name] for option, name in variables.items()}
    environ = {**OTHERS, **dict.fromkeys(variables.values(), ""), "HOME": str(lab.root)}
    run = lab.run_tasks(connection("open", DATABASE, **options), environ=environ)
    assert run.returncode == 0, run.output
    assert told(run)
    assert "remoteit_recap cannot tell who else was connected: No remote.it credentials" in " ".join(run.output.split())
