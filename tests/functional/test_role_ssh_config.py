# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role ssh_config: ssh and its friends reach the devices by name, and leave nothing open."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.lab.lab import Lab
from tests.lab.playbook import Run
from tests.lab.world import DEVELOPER_KEY, KEY_ID, NEIGHBOUR, OWNER, SECRET, SSH_APPLICATION, service_id
from tests.simulator.admin_client import AdminClient
from tests.simulator.threaded import ThreadedSimulator

from .fleet import wait_until_nothing_is_open

USERS_OWN = b"# mine\r\nHost github.com\n\tUser git\n\n\nHost *\n  ServerAliveInterval 7"
WRITE = "community.remoteit.ssh_config : Write the configuration"


class Home:
    """A user's SSH directory, and the role's variables that lead there."""

    def __init__(self, lab: Lab, root: Path) -> None:
        self.lab = lab
        self.directory = root / "new directory"
        self.path = self.directory / "remoteit.conf"
        self.config = root / "config"
        self.variables: dict[str, Any] = {
            "path": str(self.path),
            "user_path": str(self.config),
            "user": lab.devices[0].user,
            "identity_file": str(lab.devices[0].user_key),
            "options": {
                "UserKnownHostsFile": str(lab.inventory.with_name("known_hosts")),
                "StrictHostKeyChecking": True,
                "IdentitiesOnly": True,
            },
        }

    def included(self) -> bytes:
        """What the role puts at the beginning of the user's configuration."""
        mark = f"{self.path} of community.remoteit.ssh_config"
        return f'# BEGIN {mark}\nInclude "{self.path}"\n# END {mark}\n'.encode()

    def role(self, *arguments: str, cloud: AdminClient | None = None, **variables: Any) -> Run:
        """Run the role; *variables* are its variables without their prefix."""
        return self.roles([variables], *arguments, cloud=cloud)

    def roles(self, calls: Sequence[dict[str, Any]], *arguments: str, cloud: AdminClient | None = None) -> Run:
        """Run the role several times in a play, which goes on after a failure but for the last call."""
        tasks = [self._call(variables) for variables in calls]
        rescue = [{"name": "Go on", "ansible.builtin.meta": "noop"}]
        blocks = [{"name": "Call", "block": [task], "rescue": rescue} for task in tasks[:-1]]
        play = {"name": "Configure SSH", "hosts": "localhost", "gather_facts": False, "tasks": [*blocks, tasks[-1]]}
        return self.lab.run([play], *arguments, environ=self.lab.environment(cloud))

    def _call(self, variables: dict[str, Any]) -> dict[str, Any]:
        given = {f"ssh_config_{name}": value for name, value in {**self.variables, **variables}.items()}
        return {
            "name": "SSH",
            "ansible.builtin.include_role": {"name": "community.remoteit.ssh_config"},
            "vars": given,
        }

    def use(self, *command: str, cloud: AdminClient | None = None) -> str:
        """Run ssh or one of its friends with the user's configuration; what it says."""
        program, *arguments = command
        done = subprocess.run(
            [program, "-F", str(self.config), *arguments],
            env={**os.environ, **self.lab.environment(cloud)},
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture
def home(lab: Lab, tmp_path: Path) -> Home:
    """The directory of a user who has a configuration already."""
    found = Home(lab, tmp_path)
    found.config.write_bytes(USERS_OWN)
    found.config.chmod(0o644)
    return found


def changes(run: Run) -> list[str]:
    """The tasks that changed something."""
    return [item.task.partition(" : ")[2] for item in run.results if item.changed]


def test_ssh_and_scp_reach_the_devices_by_name_and_leave_nothing_open(home: Home) -> None:
    run = home.role()
    assert run.returncode == 0, run.output
    names = {"pi-kitchen": "pi-kitchen", "pi-garage": "pi-garage", "remoteit-8000000000000201": "pi-garage"}
    for name, device in names.items():
        assert home.use("ssh", name, "printenv", "DEVICE_NAME") == device
    copied = home.lab.devices[0].home / "copied"
    home.use("scp", str(home.config), f"pi-kitchen:{copied}")
    assert copied.read_bytes() == home.config.read_bytes()
    wait_until_nothing_is_open(home.lab)
    assert home.use("ssh", "-G", "github.com").count("user git") == 1


@pytest.mark.one_core
def test_it_comes_and_goes_and_a_second_run_changes_nothing(home: Home) -> None:
    twice = home.roles([{}, {}])
    assert changes(twice) == [
        "Create the directory of the configuration",
        "Write the configuration",
        "Include the configuration",
    ], twice.output
    assert home.path.stat().st_mode & 0o777 == 0o600
    assert home.config.stat().st_mode & 0o777 == 0o644
    assert home.config.read_bytes() == home.included() + USERS_OWN
    for secret in (KEY_ID, SECRET, DEVELOPER_KEY):
        assert secret not in home.path.read_text()

    twice = home.roles([{"state": "absent"}, {"state": "absent"}])
    assert changes(twice) == ["Do not include the configuration", "Remove the configuration"], twice.output
    assert home.config.read_bytes() == USERS_OWN
    assert not home.path.exists()


@pytest.mark.one_core
def test_check_mode_shows_what_would_be_written(home: Home) -> None:
    predicted = home.role("--check", "--diff")
    assert predicted.returncode == 0, predicted.output
    assert {"Write the configuration", "Include the configuration"} <= set(changes(predicted))
    assert "+Host pi-kitchen remoteit-8000000000000101" in predicted.output
    assert f'+Include "{home.path}"' in predicted.output
    assert not home.directory.exists()
    assert home.config.read_bytes() == USERS_OWN

    assert home.role().returncode == 0
    removed = home.roles([{}, {"state": "absent"}], "--check", "--diff")
    assert changes(removed) == ["Do not include the configuration", "Remove the configuration"], removed.output
    assert f'-Include "{home.path}"' in removed.output
    assert home.path.exists()


@pytest.mark.one_core
def test_a_user_without_a_configuration_gets_one(home: Home) -> None:
    home.config.unlink()
    predicted = home.role("--check")
    assert predicted.returncode == 0, predicted.output
    assert not home.config.exists()
    twice = home.roles([{}, {}])
    assert home.config.read_bytes() == home.included()
    assert home.config.stat().st_mode & 0o777 == 0o600
    assert changes(twice)[2:] == ["Include the configuration"], twice.output


@pytest.mark.one_core
def test_filters_choose_and_a_strangers_names_stay_out_until_they_are_wanted(home: Home) -> None:
    config = home.lab.simulator_config()
    target = f"127.0.0.1:{home.lab.devices[0].port}"
    hostile = "x\nHost *\n  ProxyCommand touch {{ 1 + 1 }}"
    devices: list[tuple[str, dict[str, Any]]] = [
        (hostile, {"owner": NEIGHBOUR, "shared_with": [{"account": OWNER}]}),
        ("pi-kitchen", {"owner": NEIGHBOUR, "shared_with": [{"account": OWNER}]}),
        ("pi-tagged", {"owner": OWNER, "tags": ["{{ 1 + 1 }}"]}),
    ]
    for number, (name, more) in enumerate(devices, start=0xA0):
        service = {"id": service_id(number, 1), "name": "SSH", "application": SSH_APPLICATION, "target": target}
        config["devices"].append({"id": service_id(number, 0), "name": name, "services": [service], **more})
    with ThreadedSimulator(config) as cloud:
        calls: list[dict[str, Any]] = [
            {},
            {"tags": ["other", "{% raw %}{{ 1 + 1 }}{% endraw %}"]},
            {"name": "garage", "prefix": "r-"},
            {"shared": True},
        ]
        written = [home.directory / f"{number}.conf" for number, _call in enumerate(calls)]
        paths = [{"path": str(path), "include": False} for path in written]
        run = home.roles([{**call, **path} for call, path in zip(calls, paths, strict=True)], cloud=cloud)
    assert run.returncode == 0, run.output
    # without include, the user's configuration is left alone
    assert home.config.read_bytes() == USERS_OWN
    hosts = [re.findall("^Host (.*) remoteit-", path.read_text(), re.M) for path in written]
    assert hosts[0] == ["pi-garage", "pi-kitchen", "pi-tagged"]
    assert hosts[1] == ["pi-tagged"]
    assert hosts[2] == ["r-pi-garage"]
    assert sorted(hosts[3]) == [
        "pi-garage",
        "pi-kitchen-8000000000000101",
        f"pi-kitchen-{service_id(0xA1, 1).replace(':', '').lower()}",
        "pi-tagged",
        "x-nhost-n-proxycommand-touch-x7b-1-1",
    ]
    assert "\nHost *" not in written[3].read_text()


@pytest.mark.one_core
def test_api_options_are_used_to_list_and_to_connect(home: Home, tmp_path: Path) -> None:
    credentials = tmp_path / "my credentials"
    credentials.write_text(f"[site]\nR3_ACCESS_KEY_ID={KEY_ID}\nR3_SECRET_ACCESS_KEY={SECRET}\n")
    options = {"credentials_file": str(credentials), "profile": "site", "api": "graphql", "registry": f"{tmp_path}/r"}
    assert home.role(api_options=options).returncode == 0
    assert home.use("ssh", "pi-kitchen", "printenv", "DEVICE_NAME") == "pi-kitchen"
    connects = [call for call in home.lab.cloud.calls() if call["operation"] == "connect"]
    assert [call["wire"] for call in connects] == ["graphql"]
    assert (tmp_path / "r").is_dir()


@pytest.mark.one_core
def test_bad_input_leaves_everything_as_it_is(home: Home) -> None:
    cases: list[tuple[str, dict[str, Any]]] = [
        ("value of ssh_config_state must be one of: present, absent", {"state": "gone"}),
        ("ssh_config_api_options", {"api_options": {"secret_access_key": "x"}}),
        ("access=restricted needs client_ip", {"api_options": {"access": "restricted"}}),
        ("The option HostName leads SSH to the right device", {"options": {"HostName": "example.com"}}),
        ("cannot begin a host name", {"prefix": "*"}),
        ("application='shh' is no type that remote.it knows", {"application": ["shh"]}),
        ("Bad configuration option: people", {"options": {"People": "pi"}}),
    ]
    run = home.roles([variables for _expected, variables in cases])
    failures = [str(item.result) for item in run.results if item.status == "failed"]
    assert len(failures) == len(cases), run.output
    for text, (expected, _variables) in zip(failures, cases, strict=True):
        assert expected in text
    assert not home.path.exists()
    assert home.config.read_bytes() == USERS_OWN
