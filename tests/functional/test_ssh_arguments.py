# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The user's own SSH arguments: a host to jump through, control sockets, and long paths."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.lab import Lab
from tests.lab.playbook import Run
from tests.lab.ssh_device import SshDevice

from .fleet import PERSIST, on_demand, operations, wait_until_closed, wait_until_nothing_is_open
from .tasks import WHO, connection

NAMES = ("pi-kitchen", "pi-garage")
SERVICE = "{{ remoteit_service_id }}"


class Bastion:
    """An SSH server to jump through, and the arguments that do it."""

    def __init__(self, lab: Lab, device: SshDevice) -> None:
        self._device = device
        # ssh passes nothing but -F on to the ssh that it starts for the jump.
        self._config = device.root / "ssh_config"
        self._config.write_text(
            f"Host bastion\n  HostName 127.0.0.1\n  Port {device.port}\n  User {device.user}\n"
            f"  IdentityFile {device.user_key}\n  UserKnownHostsFile {device.root}/known_hosts\n"
        )
        (device.root / "known_hosts").write_text(f"[127.0.0.1]:{device.port} {device.host_key}\n")
        common: str = yaml.safe_load(lab.inventory.read_text())["pis"]["vars"]["ansible_ssh_common_args"]
        self.arguments = f"{common} -F {self._config}"

    def passed(self) -> int:
        """How many came by until now."""
        return (self._device.root / "log").read_text().count("Accepted publickey")


@pytest.fixture(scope="module")
def bastion(started_lab: Lab) -> Iterator[Bastion]:
    with SshDevice("bastion", started_lab.root / "bastion", started_lab.devices[0].user_key) as device:
        yield Bastion(started_lab, device)


def answers(run: Run) -> dict[str, Any]:
    """The device that answered for each host."""
    return {item.host: item.result.get("stdout", item.result.get("msg")) for item in run.results if item.task == "who"}


@pytest.mark.parametrize(
    "way", ["-o ProxyJump=bastion", "-J bastion", "-o ProxyCommand='ssh -F {config} -W %h:%p bastion'"]
)
@pytest.mark.one_core
def test_a_connection_is_reached_through_a_jump_host(lab: Lab, bastion: Bastion, way: str) -> None:
    arguments = f"{bastion.arguments} {way.format(config=bastion._config)}"
    before = bastion.passed()
    opened = lab.run_tasks(
        connection("open", SERVICE, set_host_vars=True, close="at_end"),
        WHO,
        hosts="pis",
        vars={"ansible_ssh_common_args": arguments},
    )
    assert answers(opened) == {name: name for name in NAMES}, opened.output
    assert bastion.passed() == before + len(NAMES)
    listed = lab.run_tasks(
        WHO, hosts="pis", arguments=on_demand(lab, connect="open"), vars={"ansible_ssh_common_args": arguments}
    )
    assert answers(listed) == {name: name for name in NAMES}, listed.output
    assert bastion.passed() == before + 2 * len(NAMES)
    wait_until_nothing_is_open(lab)


@pytest.mark.one_core
@pytest.mark.parametrize("way", ["-o ProxyJump=bastion", "-J bastion", "-o 'ProxyCommand=ssh -W %h:%p bastion'"])
def test_on_demand_the_inventory_refuses_a_jump_host_that_it_sees(lab: Lab, way: str) -> None:
    for environ in ({"ANSIBLE_SSH_COMMON_ARGS": way}, {"ANSIBLE_SSH_ARGS": way}):
        run = lab.run_tasks(WHO, hosts="pis", arguments=on_demand(lab), environ=environ)
        assert "among the SSH arguments cannot be kept with connect=on_demand" in run.output
    run = lab.run_tasks(WHO, hosts="pis", arguments=[*on_demand(lab), f"--ssh-common-args={way}"])
    assert "among the SSH arguments cannot be kept with connect=on_demand" in run.output
    assert operations(lab, "connect") == 0


REFUSED = {
    "-o ProxyJump=bastion": "-o ProxyJump= among the SSH arguments cannot be kept with connect=on_demand",
    "-o 'ProxyCommand=ssh -W %h:%p bastion'": "-o ProxyCommand= among the SSH arguments cannot be kept",
    "-J bastion": "Cannot specify -J with ProxyCommand",
    "-S {sockets}/%r": "cannot be kept apart with -S among the SSH arguments",
    "-o ControlPath={sockets}/%r": "is one control socket for all devices",
}


@pytest.mark.parametrize(
    "arguments",
    [
        # Ansible adds a path of its own where there is none, which another version could do otherwise.
        pytest.param(key, id=re.sub("[^A-Za-z]+", " ", key), marks=[] if "ControlPath" in key else pytest.mark.one_core)
        for key in REFUSED
    ],
)
def test_on_demand_ssh_refuses_what_the_inventory_could_not_see(
    lab: Lab, bastion: Bastion, arguments: str, request: pytest.FixtureRequest
) -> None:
    """These are variables of the play, as they might be in group_vars. No device answers for another one."""
    sockets = lab.environment()["ANSIBLE_SSH_CONTROL_PATH_DIR"]
    before = bastion.passed()
    run = lab.run_tasks(
        WHO,
        hosts="pis",
        arguments=[*on_demand(lab), "--forks", "1"],
        environ=PERSIST,
        vars={"ansible_ssh_common_args": f"{bastion.arguments} {arguments.format(sockets=sockets)}"},
    )
    for name in NAMES:
        assert REFUSED[arguments] in " ".join(answers(run)[name].split()), run.output
    assert operations(lab, "connect") == 0
    assert bastion.passed() == before


@pytest.mark.one_core
@pytest.mark.parametrize(
    "arguments",
    [
        "-o CanonicalizeHostname=always -o NoHostAuthenticationForLocalhost=yes -o HostKeyAlias=mine -4 -b 127.0.0.1",
        "-o ControlPath={sockets}/%C",
        "-o ControlPath={sockets}/%h -o HostName=one -p 1",
        "-o ProxyJump=none -o ProxyUseFdpass=yes",
    ],
)
def test_on_demand_ssh_keeps_what_tells_the_devices_apart(lab: Lab, bastion: Bastion, arguments: str) -> None:
    sockets = lab.environment()["ANSIBLE_SSH_CONTROL_PATH_DIR"]
    common = f"{bastion.arguments} {arguments.format(sockets=sockets)}"
    run = lab.run_tasks(
        WHO, hosts="pis", arguments=on_demand(lab), environ=PERSIST, vars={"ansible_ssh_common_args": common}
    )
    assert answers(run) == {name: name for name in NAMES}, run.output
    wait_until_nothing_is_open(lab)


@pytest.fixture
def long_home() -> Iterator[str]:
    """A home directory whose path has 56 characters."""
    with tempfile.TemporaryDirectory(prefix="h", ignore_cleanup_errors=True) as root:
        yield f"{root}/{'x' * (56 - 1 - len(root))}"


def test_in_a_long_home_there_is_room_for_control_sockets(lab: Lab, long_home: str) -> None:
    environ = {**PERSIST, "HOME": long_home, "ANSIBLE_SSH_CONTROL_PATH_DIR": "~/.ansible/cp"}
    run = lab.run_tasks(WHO, hosts="pis", arguments=on_demand(lab), environ=environ)
    assert answers(run) == {name: name for name in NAMES}, run.output
    task = connection("open", SERVICE, set_host_vars=True, close="at_end")
    run = lab.run_tasks(task, WHO, hosts="pis", environ=environ)
    assert answers(run) == {name: name for name in NAMES}, run.output


@pytest.mark.one_core
@pytest.mark.parametrize("ssh_args", ["-o ControlMaster=auto -o ControlPersist=2s", "-o ControlMaster=no"])
def test_where_ssh_does_not_wait_long_enough_it_says_what_to_raise(lab: Lab, ssh_args: str) -> None:
    lab.cloud.set_fault({"operation": "connect", "fault": "latency", "seconds": 6, "count": 1})
    run = lab.run_tasks(
        WHO,
        hosts="pi-kitchen",
        arguments=[*on_demand(lab), "--timeout", "3"],
        environ={"ANSIBLE_SSH_ARGS": ssh_args},
    )
    expected = (
        "the connection takes longer than the 3 seconds that SSH waits: raise Ansible's timeout, or ConnectTimeout"
    )
    assert expected in answers(run)["pi-kitchen"]
    assert operations(lab, "connect") == 1
    wait_until_closed(lab)
    wait_until_nothing_is_open(lab)


@pytest.mark.one_core
def test_an_inventory_that_was_made_elsewhere_works_as_long_as_the_collection_is_there(lab: Lab) -> None:
    """As in AWX, where one container makes the inventory and another one uses it, as the output of a script."""
    elsewhere = lab.root / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "ansible_collections").symlink_to(lab.root / "collections" / "ansible_collections")
    made = subprocess.run(
        [Path(sys.executable).with_name("ansible-inventory"), *on_demand(lab), "--list"],
        env={**os.environ, **lab.environment(), **PERSIST, "ANSIBLE_COLLECTIONS_PATH": str(elsewhere)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert str(elsewhere) in made.stdout
    script = lab.root / "synced.py"
    script.write_text(f"#!{sys.executable}\nprint({made.stdout!r})\n")
    script.chmod(0o755)
    arguments = ["-i", str(script)]
    assert answers(lab.run_tasks(WHO, hosts="pis", arguments=arguments)) == {name: name for name in NAMES}
    wait_until_nothing_is_open(lab)
    (elsewhere / "ansible_collections").unlink()
    for name, message in answers(lab.run_tasks(WHO, hosts="pis", arguments=arguments)).items():
        assert (
            "remote.it: Python or collection not found: make the inventory or ssh_config where SSH runs" in message
        ), name
