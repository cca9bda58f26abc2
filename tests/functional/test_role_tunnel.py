# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role tunnel: a play on localhost opens, plays on the devices work, and localhost closes, whatever happened."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
import yaml

from tests.lab.lab import Lab
from tests.lab.playbook import Run
from tests.lab.world import DATABASE, OFFLINE, OTHER, WEB, service_id

from .fleet import operations
from .tasks import WHO, connection, show

ROLE = "community.remoteit.tunnel"
SERVICES: tuple[dict[str, Any], ...] = (
    {"name": "pi-kitchen", "service_id": service_id(1, 1), "groups": ["kitchens"], "variables": {"drawer": 7}},
    {"name": "pi-garage", "device": "pi-garage"},
)
OPEN = "community.remoteit.tunnel : Open the connections"
CLOSE = "community.remoteit.tunnel : Close the connections"
REFUSED = "community.remoteit.tunnel : Say what went wrong"


def role(services: Any = SERVICES, **variables: Any) -> dict[str, Any]:
    """A task that calls the role; *variables* are its variables without their prefix."""
    given = {f"tunnel_{name}": value for name, value in variables.items()}
    return {
        "name": "Tunnel",
        "ansible.builtin.include_role": {"name": ROLE},
        "vars": {"tunnel_services": services, **given},
    }


def rescued(services: Any) -> dict[str, Any]:
    """A call of the role after whose failure the play goes on; without *services*, the role gets none."""
    call = role(services) if services is not None else {**role(), "vars": {}}
    return {"name": "case", "block": [call], "rescue": [show("next", "1")]}


def play(hosts: str, *tasks: dict[str, Any], **keywords: Any) -> dict[str, Any]:
    """A play with *tasks*."""
    return {"name": hosts, "hosts": hosts, "gather_facts": False, **keywords, "tasks": list(tasks)}


def changes(run: Run) -> dict[str, bool]:
    """Which tasks changed something."""
    return {item.task: item.changed for item in run.results if item.changed}


def message(run: Run, task: str = REFUSED) -> str:
    """Why the task failed."""
    result = run.result(task)
    assert result.status == "failed", run.output
    return str(result.result["msg"])


def test_the_next_play_finds_the_devices_and_a_second_run_changes_nothing(lab: Lab) -> None:
    plays = [
        play("localhost", role(close="never")),
        play("tunnels", WHO),
        play("kitchens", show("drawer", "drawer")),
    ]
    first = lab.run(plays)
    second = lab.run(plays)
    assert first.returncode == second.returncode == 0, first.output + second.output
    for run in (first, second):
        assert {run.result("who", host).result["stdout"] for host in ("pi-kitchen", "pi-garage")} == {
            "pi-kitchen",
            "pi-garage",
        }
        assert run.result("who", "pi-kitchen").result["stdout"] == "pi-kitchen"
        assert run.result("drawer").result["msg"] == 7
    assert set(changes(first)) == {OPEN}
    assert changes(second) == {}
    closing = [play("localhost", role(state="absent"))]
    closed, again = lab.run(closing), lab.run(closing)
    assert set(changes(closed)) == {CLOSE}
    assert changes(again) == {}
    assert lab.open_connections() == []


@pytest.mark.one_core
def test_an_unreachable_device_does_not_keep_the_last_play_from_closing(lab: Lab) -> None:
    """Even if all devices are lost, because localhost is in the play that loses them."""
    nowhere = [{**item, "variables": {"ansible_user": "nobody"}} for item in SERVICES]
    stay = {"name": "stay", "ansible.builtin.meta": "end_host", "when": "inventory_hostname == 'localhost'"}
    for services, lost in ((nowhere, 2), ([nowhere[0], SERVICES[1]], 1)):
        run = lab.run(
            [
                play("localhost", role(services)),
                play("tunnels:localhost", stay, WHO),
                play("localhost", role(services, state="absent")),
            ]
        )
        assert run.returncode == 4
        assert [item.status for item in run.results if item.task == "who"].count("unreachable") == lost
        assert run.result(CLOSE).changed
        assert lab.open_connections() == []


@pytest.mark.one_core
def test_what_it_opened_is_closed_after_a_failure(lab: Lab) -> None:
    fail = {"name": "fail", "ansible.builtin.fail": {}}
    run = lab.run([play("localhost", role()), play("tunnels", WHO, fail)])
    assert run.returncode == 2
    assert run.result("who", "pi-garage").result["stdout"] == "pi-garage"
    assert lab.open_connections() == []


@pytest.mark.one_core
def test_a_block_closes_after_a_failure(lab: Lab) -> None:
    services = [{"name": "database", "service_id": DATABASE}]
    block = {
        "name": "block",
        "block": [
            role(services),
            show("where", "tunnel_connections.database.url"),
            {"name": "fail", "ansible.builtin.fail": {}},
        ],
        "always": [role(services, state="absent")],
    }
    run = lab.run([play("localhost", block)])
    assert run.returncode == 2
    assert run.result("where").result["msg"].startswith("tcp://127.0.0.1:")
    assert run.result(CLOSE).changed
    assert lab.open_connections() == []


@pytest.mark.one_core
def test_what_is_no_ssh_gets_an_address_and_no_ssh_variables(lab: Lab) -> None:
    services = [
        {"name": "database", "service_id": DATABASE, "ssh": False, "access": "restricted", "client_ip": "127.0.0.1"},
        {"name": "web", "service_id": WEB, "ssh": False, "access": "public"},
    ]
    seen = "hostvars[item] | dict2items | selectattr('key', 'match', 'ansible_(host|port|ssh|control)')"
    look = {**show("look", f"{seen} | items2dict"), "loop": ["database", "web"]}
    run = lab.run([play("localhost", role(services, group="cabinet", timeout=3), look), play("cabinet")])
    database, web = (item["msg"] for item in run.result("look").result["results"])
    opened = run.result(OPEN).result["results"][0]["connection"]
    assert database == {"ansible_host": "127.0.0.1", "ansible_port": opened["port"]}
    assert list(web) == ["ansible_host"]
    assert "PLAY [cabinet]" in run.output and "no hosts matched" not in run.output


@pytest.mark.one_core
def test_check_mode_predicts_and_opens_nothing(lab: Lab) -> None:
    plays = [play("localhost", role()), play("tunnels", WHO)]
    predicted = lab.run(plays, "--check", "--diff")
    assert predicted.returncode == 0, predicted.output
    assert set(changes(predicted)) == {OPEN}
    assert "no hosts matched" in predicted.output
    assert operations(lab, "connect") == 0

    assert lab.run([play("localhost", role(SERVICES[:1], close="never"))]).returncode == 0
    one_is_open = lab.run(plays, "--check")
    assert one_is_open.returncode == 0, one_is_open.output
    assert [item.host for item in one_is_open.results if item.task == "who"] == ["pi-kitchen"]

    closing = lab.run([play("localhost", role(state="absent"))], "--check")
    assert closing.result(CLOSE).changed
    assert len(lab.open_connections()) == 1


@pytest.mark.one_core
def test_all_or_none_also_where_a_run_in_check_mode_opens_after_all(lab: Lab) -> None:
    services = [SERVICES[0], {"name": "cellar", "service_id": OFFLINE}]
    run = lab.run([play("localhost", role(services), check_mode=False)], "--check")
    assert "is offline" in message(run)
    assert operations(lab, "connect") == 2
    assert lab.open_connections() == []


@pytest.mark.one_core
def test_defaults_of_the_module_reach_the_role(lab: Lab) -> None:
    defaults = {"group/community.remoteit.remoteit": {"api": "graphql"}}
    run = lab.run([play("localhost", role(SERVICES[:1]), module_defaults=defaults)])
    opened = run.result(OPEN).result["results"][0]["connection"]
    assert opened["api"] == "graphql"


@pytest.mark.one_core
def test_the_hosts_keep_their_own_ssh_arguments_and_are_bound_to_their_services(lab: Lab) -> None:
    own = {"ansible_ssh_args": "-o ControlMaster=no -o Compression=yes"}
    services = [{**SERVICES[0], "variables": own}, SERVICES[1]]
    look = show("look", "ansible_ssh_args")
    run = lab.run([play("localhost", role(services)), play("tunnels", look, WHO)])
    arguments = {host: run.result("look", host).result["msg"] for host in ("pi-kitchen", "pi-garage")}
    port = run.result(OPEN).result["results"][0]["connection"]["port"]
    assert arguments["pi-kitchen"] == (
        f"-o HostKeyAlias=remoteit-8000000000000101 -o CheckHostIP=no -o HostName=127.0.0.1 -o Port={port} "
        f"-o ControlPath=none {own['ansible_ssh_args']}"
    )
    assert arguments["pi-garage"].startswith("-o HostKeyAlias=remoteit-8000000000000201 -o CheckHostIP=no ")
    assert run.result("who", "pi-kitchen").result["stdout"] == "pi-kitchen"


@pytest.mark.one_core
def test_when_one_cannot_be_opened_none_stays_open(lab: Lab) -> None:
    cases = {
        f"the device of {OFFLINE} is offline": [*SERVICES, {"name": "cellar", "service_id": OFFLINE}],
        f"{WEB} is an HTTP(S) service behind a reverse proxy": [*SERVICES, {"name": "web", "service_id": WEB}],
        "service_id='kitchen' is not a service id": [{"name": "a", "service_id": "kitchen"}],
        "one of the following is required: service_id, device, device_tag": [{"name": "a"}],
        "The control sockets of devices cannot be kept apart with -S": [
            {"name": "a", "service_id": OTHER, "variables": {"ansible_ssh_args": "-S /tmp/x"}}
        ],
    }
    run = lab.run([play("localhost", *(rescued(services) for services in cases.values()))])
    messages = [item.result["msg"] for item in run.results if item.task == REFUSED]
    assert len(messages) == len(cases), run.output
    for text, expected in zip(messages, cases, strict=True):
        assert expected in text
    assert lab.open_connections() == []


@pytest.mark.one_core
def test_what_was_open_before_stays_open_when_another_cannot_be_opened(lab: Lab) -> None:
    lab.run_tasks(connection("open", SERVICES[0]["service_id"]))
    lab.run([play("localhost", role([*SERVICES, {"name": "cellar", "service_id": OFFLINE}]))])
    assert [item["service_id"] for item in lab.open_connections()] == [SERVICES[0]["service_id"]]


@pytest.mark.one_core
def test_a_service_that_does_not_answer_is_named(lab: Lab) -> None:
    """The sshd behind it is gone, as after a crash: the proxy accepts, and hangs up."""
    device = lab.devices[1]
    device.stop()
    try:
        run = lab.run([play("localhost", role(timeout=2))])
    finally:
        device.start()
    assert message(run).startswith("pi-garage did not answer at tcp://127.0.0.1:")
    assert lab.open_connections() == []


@pytest.mark.one_core
def test_bad_arguments_are_refused_before_anything_is_opened(lab: Lab) -> None:
    cases = {
        "missing required arguments: name found in tunnel_services": [{"service_id": DATABASE}],
        "tunnel_services.port. Supported parameters": [{"name": "x", "service_id": DATABASE, "port": 22}],
        "value of access must be one of: latching": [{"name": "x", "service_id": DATABASE, "access": "all"}],
        "Elements value for option 'tunnel_services' is of type": [DATABASE],
        "missing required arguments: tunnel_services": None,
    }
    run = lab.run([play("localhost", *(rescued(services) for services in cases.values()))])
    messages = ["; ".join(item.result["argument_errors"]) for item in run.results if item.status == "failed"]
    assert len(messages) == len(cases), run.output
    for text, expected in zip(messages, cases, strict=True):
        assert expected in text
    assert lab.cloud.calls() == []


@pytest.mark.one_core
def test_names_that_are_no_names_of_one_host_each_are_refused(lab: Lab) -> None:
    cases: list[list[Any]] = [
        ["a", "a"],
        ["a", "A"],
        ["localhost"],
        ["127.0.0.1"],
        ["a b"],
        ["a:22"],
        ["-a"],
        ["a\n"],
        [7],
    ]
    services = [[{"name": name, "service_id": DATABASE} for name in names] for names in cases]
    run = lab.run([play("localhost", *map(rescued, services))])
    messages = [item.result["msg"] for item in run.results if item.status == "failed"]
    assert len(messages) == len(cases), run.output
    assert all(text.startswith("tunnel_services needs a name of its own for each service") for text in messages)
    assert lab.cloud.calls() == []


def test_the_hosts_own_variables_do_not_lead_elsewhere(lab: Lab) -> None:
    """Variables in host_vars, of plays and of tasks lose; extra variables win, so they are refused."""
    elsewhere = {"ansible_host": "192.0.2.1", "ansible_port": 9, "ansible_ssh_args": "-o HostName=192.0.2.1"}
    own = lab.root / "host_vars" / "pi-kitchen.yml"
    own.parent.mkdir()
    own.write_text(
        yaml.safe_dump({**elsewhere, "ansible_ssh_host": "192.0.2.1", "ansible_ssh_args": "-o Compression=no"})
    )
    plays = [play("localhost", role()), play("tunnels", {**WHO, "vars": elsewhere}, vars=elsewhere)]
    try:
        run = lab.run(plays)
    finally:
        shutil.rmtree(own.parent)
    for host in ("pi-kitchen", "pi-garage"):
        assert run.result("who", host).result.get("stdout") == host, run.output

    lab.run([play("localhost", role(state="absent"))])
    local = [{**SERVICES[0], "variables": {"ansible_connection": "local"}}]
    refused = lab.run(
        [play("localhost", rescued(local), rescued(SERVICES[1:]))], "-e", "ansible_ssh_args='-o HostName=192.0.2.1'"
    )
    assert [item.result["msg"] for item in refused.results if item.task == REFUSED] == [
        f"{host} would not be reached through its connection, because {name} is set otherwise, and wins: leave it out of "
        "the extra variables and of the host's own, and write SSH arguments as ansible_ssh_common_args."
        for host, name in (("pi-kitchen", "ansible_ssh_args, ansible_connection"), ("pi-garage", "ansible_ssh_args"))
    ], refused.output
    assert lab.open_connections() == []
