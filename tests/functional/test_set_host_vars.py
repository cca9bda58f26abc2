# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""set_host_vars reaches the host whose service it is and no other, whatever the engine does with a result."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.plugins.action import ActionBase

from tests.lab.lab import Lab
from tests.lab.playbook import Run
from tests.lab.world import WEB, service_id

from .fleet import operations
from .tasks import WHO, connection

SERVICE = "{{ remoteit_service_id }}"
NAMES = ("pi-kitchen", "pi-garage")
OPEN = connection("open", SERVICE, set_host_vars=True)
ELSEWHERE = {"ansible_host": "192.0.2.1", "ansible_port": 9}
OWN_ARGUMENTS = {"ansible_ssh_args": "-o HostName=192.0.2.1"}


def play(hosts: str, *tasks: dict[str, Any], **keywords: Any) -> dict[str, Any]:
    """A play with *tasks*."""
    return {"name": hosts, "hosts": hosts, "gather_facts": False, **keywords, "tasks": list(tasks)}


def block(*tasks: dict[str, Any], **keywords: Any) -> dict[str, Any]:
    """A block with *tasks*."""
    return {"name": "block", **keywords, "block": list(tasks)}


def messages(run: Run) -> list[str]:
    """What failed tasks said, each item of a loop for itself."""
    failed = [item.result for item in run.results if item.status == "failed"]
    return [item["msg"] for result in failed for item in result.get("results", [result])]


def devices(run: Run) -> dict[str, str]:
    """Which device ran the task ``who`` for each host."""
    return {item.host: item.result.get("stdout", item.status) for item in run.results if item.task == "who"}


@pytest.fixture
def host_vars(lab: Lab) -> Iterator[Path]:
    """The directory of the hosts' own variables, for one test."""
    path = lab.root / "host_vars"
    path.mkdir()
    yield path
    shutil.rmtree(path)


def test_what_would_lead_a_host_to_the_device_of_another_is_refused(lab: Lab) -> None:
    """With ansible-core 2.21 and later, what a task with run_once registers goes to all hosts."""
    (lab.root / "open.yml").write_text(yaml.safe_dump([OPEN]))
    each = {"loop": list(NAMES)}
    of_the_item = connection("open", "{{ hostvars[item].remoteit_service_id }}", each, set_host_vars=True)
    run = lab.run(
        [
            play(
                "pis",
                {**OPEN, "run_once": True},
                {**OPEN, "run_once": "{{ inventory_hostname in ansible_play_hosts_all }}"},
                block(OPEN, run_once=True),
                {"name": "import", "ansible.builtin.import_tasks": "open.yml", "run_once": True},
                {**OPEN, "run_once": True, "delegate_to": "localhost", "delegate_facts": True},
                ignore_errors=True,
            ),
            play("pis", OPEN, run_once=True, ignore_errors=True),
            play("pis", {**OPEN, "run_once": True}, strategy="free", ignore_errors=True),
            play("pi-kitchen", of_the_item, ignore_errors=True),
            play("pis", {"name": "include", "ansible.builtin.include_tasks": "open.yml", **each}, ignore_errors=True),
        ]
    )
    assert [text.split(",")[0] for text in messages(run)] == [
        *["set_host_vars=true cannot be used with run_once"] * 8,
        *["set_host_vars=true cannot be used with loop"] * (2 + 2 * len(NAMES)),
    ], run.output
    assert lab.cloud.calls() == []


@pytest.mark.one_core
def test_what_cannot_lead_to_a_device_is_refused_with_the_way_out(lab: Lab) -> None:
    cases = (
        connection("absent", service_id(1, 1), set_host_vars=True, state="absent"),
        connection("web", WEB, set_host_vars=True),
    )
    run = lab.run([play("pi-kitchen", *cases, ignore_errors=True)])
    absent, web = messages(run)
    assert absent.startswith("set_host_vars=true needs an open connection: set state=present")
    assert web.startswith("set_host_vars=true needs a service that SSH can use")
    assert lab.open_connections() == []


def test_what_stands_for_the_controller_is_refused(lab: Lab) -> None:
    local = {"name": "add", "ansible.builtin.add_host": {"name": "nearby", "ansible_connection": "local"}}
    itself = {"name": "add", "ansible.builtin.add_host": {"name": "127.0.0.1", "ansible_connection": "ssh"}}
    open_kitchen = connection("open", service_id(1, 1), set_host_vars=True)
    run = lab.run(
        [
            play("localhost", local, itself, open_kitchen, ignore_errors=True),
            play("nearby:127.0.0.1", open_kitchen, ignore_errors=True),
            play("localhost", WHO),
        ]
    )
    assert sorted(messages(run)) == [
        "set_host_vars=true has no effect on nearby, whose tasks run in the controller by ansible_connection=local: "
        "remove this variable, or leave set_host_vars out.",
        *(
            f"set_host_vars=true would have what is meant for {name} run on a device: run the task in a play on the "
            "device's own host, or open the tunnels of hosts with the role community.remoteit.tunnel."
            for name in ("127.0.0.1", "localhost")
        ),
    ], run.output
    assert devices(run) == {"localhost": ""}
    assert lab.cloud.calls() == []


def test_each_host_keeps_its_device_whatever_comes_between(lab: Lab) -> None:
    between: list[dict[str, Any]] = [
        {"name": "clear", "ansible.builtin.meta": "clear_facts"},
        {"name": "add", "ansible.builtin.add_host": {"name": "other", "ansible_host": "192.0.2.1"}},
        {"name": "group", "ansible.builtin.group_by": {"key": "some"}},
        {"name": "refresh", "ansible.builtin.meta": "refresh_inventory"},
    ]
    delegated = {**OPEN, "delegate_to": "localhost", "delegate_facts": True, "throttle": 1}
    run = lab.run(
        [
            play("pis", delegated, *between, WHO, connection="local"),
            play("pis", WHO, strategy="free"),
            play("localhost", *({**WHO, "name": f"as {name}", "delegate_to": name} for name in NAMES)),
        ]
    )
    assert devices(run) == {name: name for name in NAMES}, run.output
    assert [run.result(f"as {name}").result["stdout"] for name in NAMES] == list(NAMES)
    assert operations(lab, "connect") == len(NAMES)


def test_an_address_of_the_users_leads_nobody_elsewhere(lab: Lab, host_vars: Path) -> None:
    old = {"ansible_ssh_host": "192.0.2.1", "ansible_ssh_port": 9}
    (host_vars / "pi-kitchen.yml").write_text(yaml.safe_dump({**ELSEWHERE, **old}))
    run = lab.run(
        [
            play("pis", {"name": "fact", "ansible.builtin.set_fact": ELSEWHERE}, OPEN, {**WHO, "vars": old}),
            play("pis", WHO, vars={**ELSEWHERE, **old}),
            play("localhost", {**WHO, "name": "delegated", "delegate_to": "pi-kitchen"}),
        ],
        *("-e", "ansible_host=192.0.2.1"),
    )
    assert run.returncode == 0, run.output
    assert devices(run) == {name: name for name in NAMES}
    assert run.result("delegated").result["stdout"] == "pi-kitchen"


def test_arguments_that_would_win_are_refused_with_the_place_where_they_are(lab: Lab, host_vars: Path) -> None:
    own = host_vars / "pi-kitchen.yml"
    own.write_text(yaml.safe_dump(OWN_ARGUMENTS))
    run = lab.run(
        [
            play("pi-kitchen", OPEN, ignore_errors=True),
            play("pi-garage", OPEN, ignore_errors=True, vars=OWN_ARGUMENTS),
            play("pis", WHO),
        ]
    )
    extra = lab.run([play("pi-kitchen", OPEN)], "-e", "ansible_ssh_args='-o HostName=192.0.2.1'")
    assert [text.partition(" is set in ")[2].partition(", and wins")[0] for text in messages(extra)] == [
        "<CLI option '-e'>"
    ]
    if hasattr(ActionBase, "register_host_variables"):
        # Only the arguments of the command line win there, and what the user has is kept behind ours.
        assert devices(run) == {name: name for name in NAMES}, run.output
        return
    assert messages(run)[0] == (
        "set_host_vars=true would not lead pi-kitchen through the connection, because ansible_ssh_args is set in "
        f"{own}:1:19, and wins: remove it there, and write SSH arguments as ansible_ssh_common_args or in ansible.cfg."
    ), run.output
    assert str(lab.root / "playbook.yml") in messages(run)[1]
    assert lab.cloud.calls() == []


@pytest.mark.one_core
def test_with_another_connection_plugin_the_address_counts(lab: Lab) -> None:
    add = {"name": "add", "ansible.builtin.add_host": {"name": "pi-kitchen", "ansible_connection": "psrp"}}
    run = lab.run([play("localhost", add), play("pi-kitchen", OPEN)], "-e", "ansible_host=192.0.2.1")
    assert "because ansible_host is set in" in messages(run)[0], run.output
    assert lab.cloud.calls() == []
