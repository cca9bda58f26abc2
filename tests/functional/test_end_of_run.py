# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What befalls a run or others meanwhile: in the end no tunnel of it is open, neither SSH's own nor one that was opened until the end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import COLLECTION
from tests.lab.lab import Lab
from tests.lab.redis_server import RedisServer
from tests.lab.small_disk import small_disk
from tests.lab.world import DATABASE, OTHER, UNKNOWN

from .fleet import PERSIST, on_demand, operations, wait_until_nothing_is_open
from .tasks import WHO, connection, show
from .ways_to_end import wait_until

OPEN_TO_THE_END = connection("open", DATABASE, {"run_once": True}, close="at_end")
# Two by SSH, and the one of the task.
OPEN = 3


def play(*tasks: dict[str, Any], hosts: str = "pis") -> dict[str, Any]:
    """A play in which SSH and a task open tunnels, followed by *tasks*."""
    return {"name": "Kill", "hosts": hosts, "gather_facts": False, "tasks": [OPEN_TO_THE_END, WHO, *tasks]}


def run(lab: Lab, *plays: dict[str, Any]) -> Any:
    """Run *plays* on the fleet."""
    return lab.run(list(plays), *on_demand(lab), environ=PERSIST)


@pytest.mark.one_core
def test_nothing_stays_open_after_a_run_that_is_aborted(lab: Lab) -> None:
    ended = run(lab, play(), {"name": "Abort", "hosts": "{{ nobody }}", "tasks": []})
    assert ended.returncode == 4, ended.output
    assert operations(lab, "connect") == OPEN
    # when ansible-playbook returns
    assert lab.open_connections() == []
    assert lab.registry() == []


@pytest.mark.one_core
def test_nothing_stays_open_after_an_unreachable_host(lab: Lab) -> None:
    arguments = on_demand(lab)
    nowhere = lab.root / "nowhere.yml"
    program = COLLECTION / "plugins" / "plugin_utils" / "ssh_proxy.py"
    host = {"ansible_host": "nowhere", "ansible_ssh_args": f"-o ProxyCommand='{sys.executable} {program} {UNKNOWN}'"}
    nowhere.write_text(yaml.safe_dump({"pis": {"hosts": {"nowhere": host}}}))
    ended = lab.run([play()], *arguments, "-i", str(nowhere), environ=PERSIST)
    assert ended.result("who", "nowhere").status == "unreachable"
    assert ended.returncode == 4
    wait_until_nothing_is_open(lab)


@pytest.mark.one_core
def test_a_task_that_outlives_its_run_holds_nothing_open(lab: Lab) -> None:
    pause = {"name": "pause", "ansible.builtin.command": "sleep 40", "changed_when": False}
    process = lab.start([play(pause)], *on_demand(lab), environ=PERSIST)
    wait_until_open(lab, OPEN)
    time.sleep(1)
    process.kill()
    begun = time.monotonic()
    wait_until_nothing_is_open(lab)
    assert time.monotonic() - begun < 15
    process.communicate(timeout=60)


@pytest.mark.one_core
def test_another_run_on_the_same_hosts_is_not_cut_off(lab: Lab) -> None:
    """Its SSH connections are its own, although both runs use the same tunnel."""
    pause = {"name": "pause", "ansible.builtin.command": "sleep 8", "changed_when": False}
    other = lab.start(
        [{**play(pause), "tasks": [WHO, pause, {**WHO, "name": "after"}]}], *on_demand(lab), environ=PERSIST
    )
    wait_until_open(lab, OPEN - 1)
    time.sleep(1)
    ended = lab.run_tasks(WHO, hosts="pis", arguments=on_demand(lab), environ=PERSIST)
    assert ended.returncode == 0, ended.output
    assert len(lab.open_connections()) == OPEN - 1
    output, _nothing = other.communicate(timeout=60)
    assert other.returncode == 0, output
    assert lab.open_connections() == []
    assert operations(lab, "connect") == OPEN - 1


@pytest.mark.one_core
def test_who_wants_it_keeps_ssh_connections_beyond_the_run(lab: Lab) -> None:
    environ = {**PERSIST, "REMOTEIT_INVENTORY_CLOSE": "with_ssh"}
    for _number in range(2):
        ended = lab.run_tasks(WHO, hosts="pis", arguments=on_demand(lab), environ=environ)
        assert ended.returncode == 0, ended.output
        assert len(lab.open_connections()) == OPEN - 1
    assert operations(lab, "connect") == OPEN - 1
    wait_until_nothing_is_open(lab)


@pytest.mark.one_core
def test_a_signal_while_a_connection_is_being_opened_leaves_nothing(lab: Lab) -> None:
    lab.cloud.set_fault({"operation": "connect", "fault": "lost_answer", "how": "hang"})
    process = lab.start([play()], *on_demand(lab), environ=PERSIST)
    wait_until_open(lab, 1)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    lab.cloud.set_fault()
    wait_until_nothing_is_open(lab)


@pytest.mark.one_core
def test_nothing_stays_open_after_ad_hoc_commands(lab: Lab) -> None:
    ansible = [str(Path(sys.executable).with_name("ansible")), "-i", str(lab.inventory), *on_demand(lab)]
    environment = {**os.environ, **lab.environment(), **PERSIST}
    task = f"service_id={DATABASE} close=at_end"
    for words in (
        ["pis", "-m", "ansible.builtin.raw", "-a", "printenv DEVICE_NAME"],
        ["localhost", "-m", "community.remoteit.remoteit_connection", "-a", task],
    ):
        ended = subprocess.run([*ansible, *words], env=environment, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr
    assert operations(lab, "connect") == OPEN
    wait_until_nothing_is_open(lab)


@pytest.mark.one_core
def test_what_a_killed_run_left_is_closed_by_the_next_one(lab: Lab) -> None:
    """Killed with all that belongs to it, as in a container that is stopped."""
    tasks = [OPEN_TO_THE_END, connection("keep", OTHER), {"ansible.builtin.pause": {"seconds": 60}}]
    process = lab.start([{"name": "Kill", "hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    # What was opened last is to be kept once the registry says so.
    wait_until(lambda: len(lab.registry()) == 2)
    subprocess.run(["pkill", "-KILL", "-f", f"sweeper.py {process.pid}/"], check=False)
    process.kill()
    process.communicate(timeout=30)
    assert len(lab.open_connections()) == 2
    task = connection("something else", "{{ remoteit_service_id }}", close="at_end")
    following = lab.run_tasks(task, hosts="pi-kitchen")
    assert f"to {DATABASE} was left behind by a process that has ended" in " ".join(following.output.split())
    # What was to be kept is kept.
    assert [item["service_id"] for item in lab.open_connections()] == [OTHER]
    # What nobody wants to be kept any more is closed by a run that has no task for it.
    (path,) = lab.root.glob("registry/*/*.json")
    record = json.loads(path.read_text())
    record["connections"][0]["kept"] = False
    path.write_text(json.dumps(record))
    lab.run_tasks(show("nothing", "1"), arguments=on_demand(lab))
    assert lab.open_connections() == []


@pytest.mark.one_core
def test_what_others_need_is_left_to_them(lab: Lab) -> None:
    """A run that joins what a task opened to stay does not close it, nor does it close what another run still uses."""
    lab.run_tasks(connection("keep", OTHER))
    pause = {"name": "pause", "ansible.builtin.pause": {"seconds": 20}}
    with lab.start([{"hosts": "localhost", "gather_facts": False, "tasks": [OPEN_TO_THE_END, pause]}]) as other_run:
        wait_until_open(lab, 2)
        joined = lab.run_tasks(OPEN_TO_THE_END, connection("join", OTHER, close="at_end"))
        assert not joined.result("open").changed
        assert not joined.result("join").changed
        assert {item["service_id"] for item in lab.open_connections()} == {DATABASE, OTHER}
        other_run.send_signal(signal.SIGINT)
        other_run.communicate(timeout=30)
    assert [item["service_id"] for item in lab.open_connections()] == [OTHER]
    lab.run_tasks(connection("close", OTHER, state="absent"))


@pytest.mark.one_core
def test_what_cannot_be_closed_is_said_and_closed_by_the_next_run(lab: Lab) -> None:
    lab.cloud.set_fault({"operation": "stop", "fault": "status", "status": 503})
    first = lab.run_tasks(OPEN_TO_THE_END)
    assert f"A connection to {DATABASE} may have been left open: " in " ".join(first.output.split())
    lab.cloud.set_fault()
    lab.run_tasks(connection("something else", OTHER, close="at_end"))
    assert lab.open_connections() == []


@pytest.mark.one_core
@pytest.mark.parametrize("command", ["rm -r '{registry}'", "chmod 755 '{registry}'", "redis-cli -p {port} flushall"])
def test_a_registry_that_fails_or_is_lost_during_the_run_leaves_nothing_open(
    command: str, lab: Lab, request: pytest.FixtureRequest
) -> None:
    registry, port = str(lab.root / "registry"), 0
    if "redis" in command:
        server: RedisServer = request.getfixturevalue("redis_server")
        registry, port = server.url, server.port
    fail = {"name": "fail", "ansible.builtin.command": command.format(registry=registry, port=port)}
    ended = lab.run_tasks(OPEN_TO_THE_END, fail, environ={"REMOTEIT_REGISTRY": registry})
    assert ended.result("fail").status == "ok", ended.output
    assert lab.open_connections() == []
    (id_,) = [ended.result("open").result["connection"]["id"]]
    said = "".join(ended.output.split())
    assert (f"Closedallthesame:{id_}." in said) == ("chmod" in command)


@pytest.mark.one_core
def test_a_disk_that_is_full_by_the_end_of_the_run_leaves_nothing_open(lab: Lab, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        fill = {"name": "fill", "ansible.builtin.shell": f"cat /dev/zero > '{disk}/ballast' || true"}
        registry = {"REMOTEIT_REGISTRY": f"{disk}/registry"}
        ended = lab.run_tasks(OPEN_TO_THE_END, connection("keep", OTHER), fill, environ=registry)
        assert ended.returncode == 0, ended.output
        assert [item["service_id"] for item in lab.open_connections()] == [OTHER]
        closed = lab.run_tasks(connection("close", OTHER, state="absent"), environ=registry)
        assert closed.result("close").changed and lab.open_connections() == []


@pytest.mark.one_core
def test_check_mode_opens_nothing_and_closes_nothing(lab: Lab) -> None:
    predicted = lab.run_tasks(OPEN_TO_THE_END, arguments=["--check"])
    assert predicted.result("open").changed
    assert operations(lab, "connect") == 0


@pytest.mark.one_core
@pytest.mark.parametrize(
    ("options", "keywords", "message"),
    [
        ({"state": "absent"}, {}, "close=at_end says when to close what is opened: set state=present"),
        ({}, {"async": 10, "poll": 1}, "close=at_end can be kept in the controller only"),
    ],
)
def test_the_option_is_refused_where_it_means_nothing(
    lab: Lab, options: dict[str, Any], keywords: dict[str, Any], message: str
) -> None:
    refused = lab.run_tasks(connection("open", DATABASE, keywords, close="at_end", **options))
    assert message in refused.result("open").result["msg"]
    assert lab.open_connections() == []


def wait_until_open(lab: Lab, number: int) -> None:
    """Wait until so many connections are open."""
    end = time.monotonic() + 30
    while len(lab.open_connections()) < number:
        assert time.monotonic() < end
        time.sleep(0.1)
