# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Configuring devices through the tunnel: the main job, and never on the wrong device."""

from __future__ import annotations

import os
from typing import Any

import pytest
import yaml

from tests.lab.lab import Lab
from tests.lab.world import service_id
from tests.simulator.threaded import ThreadedSimulator

from .tasks import WHO, connection, info, show

SERVICE = "{{ remoteit_service_id }}"
NAMES = ("pi-kitchen", "pi-garage")


def device_of(run: Any, task: str, host: str) -> str:
    """The name of the device that ran *task* for *host*."""
    result = run.result(task, host).result
    assert "stdout" in result, run.output
    return str(result["stdout"])


def test_what_is_to_stay_is_found_by_a_second_run_which_changes_nothing(lab: Lab) -> None:
    line = {"path": "~/.profile", "line": "export TZ=UTC", "create": True, "mode": "0644"}
    tasks = [
        connection("open", SERVICE, set_host_vars=True, close="never"),
        {"name": "configure", "ansible.builtin.lineinfile": line},
        {"name": "configure in a loop", "ansible.builtin.command": "printenv DEVICE_NAME", "loop": [1, 2, 3]},
        WHO,
    ]
    first = lab.run_tasks(*tasks, hosts="pis")
    second = lab.run_tasks(*tasks, hosts="pis")
    for host, device in zip(NAMES, lab.devices, strict=True):
        assert (device.home / ".profile").read_text() == "export TZ=UTC\n"
        assert device_of(first, "who", host) == device_of(second, "who", host) == host
        assert first.result("open", host).changed
        assert not second.result("open", host).changed
        assert not second.result("configure", host).changed
    closed = lab.run_tasks(connection("close", SERVICE, state="absent"), hosts="pis")
    assert closed.returncode == 0
    assert lab.open_connections() == []
    assert [call["operation"] for call in lab.cloud.calls()].count("connect") == len(NAMES)


def test_what_the_variables_lead_to_ends_with_the_run(lab: Lab) -> None:
    for _time in range(2):
        run = lab.run_tasks(connection("open", SERVICE, set_host_vars=True), WHO, hosts="pis")
        for host in NAMES:
            assert run.result("open", host).changed
            assert device_of(run, "who", host) == host
        assert (lab.open_connections(), lab.registry()) == ([], [])


def test_register_and_set_fact_reach_the_device_as_well(lab: Lab) -> None:
    facts = {"ansible_host": "{{ tunnel.connection.host }}", "ansible_port": "{{ tunnel.connection.port }}"}
    run = lab.run_tasks(
        connection("open", SERVICE, {"register": "tunnel"}),
        {"name": "facts", "ansible.builtin.set_fact": facts},
        WHO,
        hosts="pi-kitchen",
        vars={"ansible_ssh_extra_args": "-o HostKeyAlias=remoteit-8000000000000101"},
    )
    assert device_of(run, "who", "pi-kitchen") == "pi-kitchen", run.output


@pytest.mark.one_core
def test_a_new_play_and_handlers_and_facts_use_the_tunnel(lab: Lab) -> None:
    first = {
        "name": "Open",
        "hosts": "pis",
        "gather_facts": False,
        "tasks": [connection("open", SERVICE, set_host_vars=True)],
    }
    second = {
        "name": "Use",
        "hosts": "pis",
        "tasks": [
            {"name": "notify", "ansible.builtin.command": "true", "notify": "handler"},
            show("from facts", "ansible_env.DEVICE_NAME"),
        ],
        "handlers": [{**WHO, "name": "handler"}],
    }
    run = lab.run([first, second])
    for host in NAMES:
        assert run.result("from facts", host).result["msg"] == host
        assert device_of(run, "handler", host) == host


@pytest.mark.one_core
def test_a_reused_proxy_address_never_leads_to_the_wrong_device(lab: Lab) -> None:
    """With stock settings, the second play runs on the first device: the control socket is known by its address."""
    stock = {"ansible_host": "{{ tunnel.connection.host }}", "ansible_port": "{{ tunnel.connection.port }}"}
    unchecked = {"ansible_ssh_common_args": "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"}

    def play(host: str, ours: bool) -> dict[str, Any]:
        tasks = [connection(f"open {host}", SERVICE, {"register": "tunnel"}, set_host_vars=ours)]
        if not ours:
            tasks.append({"name": "facts", "ansible.builtin.set_fact": stock})
        tasks += [{**WHO, "name": f"who {host}"}, connection(f"close {host}", SERVICE, state="absent")]
        keywords = {} if ours else {"vars": unchecked}
        return {"name": host, "hosts": host, "gather_facts": False, **keywords, "tasks": tasks}

    with ThreadedSimulator(lab.simulator_config(reuse_ports=True, cut_on_close=False)) as cloud:
        for ours in (False, True):
            run = lab.run([play(host, ours) for host in NAMES], environ=lab.environment(cloud))
            ports = {run.result(f"open {host}").result["connection"]["port"] for host in NAMES}
            assert len(ports) == 1, "the proxy port was not reused"
            answers = [device_of(run, f"who {host}", host) for host in NAMES]
            assert answers == (list(NAMES) if ours else ["pi-kitchen", "pi-kitchen"]), run.output


@pytest.mark.one_core
@pytest.mark.parametrize(
    "ssh_args",
    [
        "-C -o ControlMaster=auto -o ControlPersist=60s",
        "-o ControlMaster=auto -o ControlPersist=60s -o ControlPath={sockets}/own-%h",
        "-o ControlMaster=no",
        "-o HostKeyAlias=something-else",
    ],
)
def test_the_users_own_ssh_arguments_are_kept(lab: Lab, ssh_args: str) -> None:
    environ = {"ANSIBLE_SSH_ARGS": ssh_args.format(sockets=lab.environment()["ANSIBLE_SSH_CONTROL_PATH_DIR"])}
    task = connection("open", SERVICE, set_host_vars=True)
    used = show("args", "ansible_ssh_args")
    run = lab.run_tasks(
        task, used, {**task, "name": "again"}, {**used, "name": "args again"}, WHO, hosts="pis", environ=environ
    )
    for host in NAMES:
        arguments = run.result("args", host).result["msg"]
        assert arguments.endswith(environ["ANSIBLE_SSH_ARGS"])
        assert arguments == run.result("args again", host).result["msg"]
        assert device_of(run, "who", host) == host


@pytest.mark.one_core
@pytest.mark.parametrize(
    ("ssh_args", "expected"),
    [
        ("-o ControlPersist=60s -S /tmp/x", "write -o ControlPath= instead."),
        ("-o 'Control", "ansible_ssh_args cannot be read: it has a quote that is not closed."),
    ],
)
def test_arguments_that_cannot_be_kept_are_refused_before_anything_is_opened(
    lab: Lab, ssh_args: str, expected: str
) -> None:
    task = connection("open", SERVICE, {"vars": {"ansible_ssh_args": ssh_args}}, set_host_vars=True)
    run = lab.run_tasks(task, hosts="pi-kitchen")
    assert run.result("open").result["msg"].endswith(expected)
    assert lab.cloud.calls() == []


@pytest.mark.one_core
def test_set_host_vars_wins_over_old_names_in_the_inventory(lab: Lab) -> None:
    inventory = yaml.safe_load(lab.inventory.read_text())
    inventory["pis"]["vars"].update(ansible_ssh_host="192.0.2.1", ansible_ssh_port=9)
    old = lab.root / "old inventory.yml"
    old.write_text(yaml.safe_dump(inventory))
    # The vars of the second inventory win.
    run = lab.run_tasks(
        connection("open", SERVICE, set_host_vars=True), WHO, hosts="pi-kitchen", arguments=["-i", str(old)]
    )
    assert run.returncode == 0, run.output
    assert device_of(run, "who", "pi-kitchen") == "pi-kitchen"


@pytest.mark.one_core
def test_delegated_to_localhost_it_still_sets_the_hosts_variables(lab: Lab) -> None:
    run = lab.run_tasks(connection("open", SERVICE, {"delegate_to": "localhost"}, set_host_vars=True), WHO, hosts="pis")
    assert [device_of(run, "who", host) for host in NAMES] == list(NAMES)


@pytest.mark.one_core
def test_delegated_to_another_host_the_module_runs_there(lab: Lab) -> None:
    """The other host is reached through its own tunnel, and opens one to the database from there."""
    there = str(lab.root / "registry there")
    run = lab.run_tasks(
        connection("open", SERVICE, set_host_vars=True),
        connection(
            "open from there",
            service_id(0x90, 1),
            {"delegate_to": "pi-kitchen", "environment": {**lab.environment(), "REMOTEIT_REGISTRY": there}},
            set_host_vars=False,
        ),
        hosts="pi-kitchen",
    )
    assert run.returncode == 0, run.output
    assert run.result("open from there").changed
    assert os.path.isdir(there)
    lab.run_tasks(connection("close", service_id(0x90, 1), state="absent"), environ={"REMOTEIT_REGISTRY": there})
    lab.run_tasks(connection("close", SERVICE, state="absent"), hosts="pis")
    assert lab.open_connections() == []


def test_asynchronous_tasks_run_the_module(lab: Lab) -> None:
    sent = {"async": 30, "poll": 1}
    run = lab.run_tasks(connection("open", service_id(0x90, 1), sent), {**info("look"), **sent})
    assert run.returncode == 0, run.output
    assert run.result("open").result["connection"]["port"] == lab.open_connections()[0]["port"]
    (listed,) = run.result("look").result["connections"]
    assert listed["id"] == run.result("open").result["connection"]["id"]
    refused = lab.run_tasks(
        connection("open", SERVICE, {"async": 30, "poll": 1}, set_host_vars=True), hosts="pi-kitchen"
    )
    assert (
        refused.result("open").result["msg"] == "set_host_vars=true cannot be used with async: leave one of them out."
    )


@pytest.mark.one_core
def test_many_hosts_that_share_a_service_open_it_once(lab: Lab) -> None:
    hosts = {f"host{number}": {"ansible_connection": "local"} for number in range(30)}
    inventory = lab.root / "many.yml"
    inventory.write_text(yaml.safe_dump({"many": {"hosts": hosts}}))
    run = lab.run_tasks(
        connection("open", service_id(0x90, 1), access="public"),
        hosts="many",
        arguments=["-i", str(inventory), "--forks", "15"],
    )
    assert run.output.count("lets anyone who finds the address connect") == 1
    assert sum(item.changed for item in run.results) == 1
    assert len({item.result["connection"]["id"] for item in run.results}) == 1
    assert [call["operation"] for call in lab.cloud.calls()] == ["connect"]
