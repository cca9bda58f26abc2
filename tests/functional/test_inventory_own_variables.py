# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables that the user has for a host beside those by which the inventory leads to its service."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.lab import Lab

from .fleet_lab import Fleet
from .tasks import WHO

HOST = "pi-kitchen-ssh"
ELSEWHERE = {"ansible_host": "192.0.2.1", "ansible_port": 9, "ansible_ssh_host": "192.0.2.1", "ansible_ssh_port": 9}
ARGUMENTS = {"ansible_ssh_args": "-o LogLevel=ERROR"}


class OwnVariables:
    """Writes what a host has of its own beside the inventory, or beside the playbook."""

    def __init__(self, lab: Lab) -> None:
        self.inventory, self.playbook = (lab.root / part / "host_vars" for part in ("fleet", "."))
        self.remove()

    def write(self, directory: Path, variables: dict[str, Any] | str) -> Path:
        """The path of the host's file with *variables*."""
        directory.mkdir(exist_ok=True)
        path = directory / f"{HOST}.yml"
        path.write_text(variables if isinstance(variables, str) else yaml.safe_dump(variables))
        return path

    def remove(self) -> None:
        """Remove all."""
        for directory in (self.inventory, self.playbook):
            shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def own(lab: Lab) -> Iterator[OwnVariables]:
    """The host's own variables, for one test."""
    variables = OwnVariables(lab)
    yield variables
    variables.remove()


def test_an_address_leads_nobody_elsewhere(fleet: Fleet, own: OwnVariables) -> None:
    config = {"application": ["ssh"], "name": "kitchen"}
    for directory in (own.inventory, own.playbook):
        own.write(directory, ELSEWHERE)
    extra = ["-e", "ansible_host=192.0.2.1"]
    on_demand = fleet.run_tasks(config, {**WHO, "vars": ELSEWHERE}, vars=ELSEWHERE, arguments=extra)
    assert on_demand.result("who").result.get("stdout") == "pi-kitchen", on_demand.output
    own.remove()
    # Those of plays and tasks are not known when the connection is opened.
    by_address = fleet.run_tasks({**config, "connect": "open"}, {**WHO, "vars": ELSEWHERE}, vars=ELSEWHERE)
    assert by_address.result("who").result.get("stdout") == "pi-kitchen", by_address.output


def test_an_old_address_is_refused_before_anything_is_opened(fleet: Fleet, own: OwnVariables) -> None:
    """A connection plugin other than ssh would go there."""
    path = own.write(own.inventory, {"ansible_port": 2222})
    errors = fleet.show({"connect": "open", "name": "kitchen"}).errors
    assert f"ansible_port is set in {path}:1:15, and would win over what leads to the services" in errors
    own.remove()
    errors = fleet.show({"connect": "existing", "name": "kitchen"}, "--list", "-e", "ansible_host=192.0.2.1").errors
    assert "ansible_host is set in <CLI option '-e'>, and would win" in errors
    assert fleet.open_connections() == []


@pytest.mark.one_core
def test_arguments_of_a_group_that_have_no_effect_are_told(fleet: Fleet, own: OwnVariables) -> None:
    path = fleet.root / "group_vars" / "remoteit_tag_production.yml"
    path.write_text(yaml.safe_dump({"ansible_ssh_args": "-o ProxyJump=gate"}))
    try:
        for connect in ("on_demand", "open"):
            listing = fleet.show({"connect": connect, "name": "kitchen"})
            assert f"ansible_ssh_args in {path}:1:19 has no effect" in listing.errors
            assert HOST in listing.content()["_meta"]["hostvars"]
    finally:
        path.unlink()


def test_arguments_that_would_win_are_refused_before_anything_is_opened(fleet: Fleet, own: OwnVariables) -> None:
    path = own.write(own.inventory, {"ansible_control_path": "%(directory)s/%%h"})
    # Each in a process of its own: core looks for files of variables once.
    for connect in ("open", "on_demand"):
        errors = fleet.show({"connect": connect, "application": ["ssh"]}).errors
        assert f"ansible_control_path is set in {path}:1:23, and would win over" in errors
    assert fleet.open_connections() == []
    # another host's, and another way to reach this one
    for config in ({"name": "garage", "connect": "on_demand"}, {"connect": "none"}):
        assert fleet.show(config).content()["remoteit"]["hosts"]

    own.write(own.inventory, "what: [is this")
    assert "would win over" not in fleet.show({}).errors


@pytest.mark.one_core
def test_a_control_socket_of_a_group_or_host_is_refused_by_address(fleet: Fleet, own: OwnVariables) -> None:
    """The address is the next device's as well. On demand the ProxyCommand looks after it."""
    config = {"connect": "open", "name": "kitchen"}
    path = fleet.root / "group_vars" / "remoteit_tag_production.yml"
    path.write_text(yaml.safe_dump({"ansible_ssh_extra_args": "-S /tmp/x"}))
    # Each in a process of its own: core looks for files of variables once.
    try:
        errors = fleet.show(config).errors
        assert f"ansible_ssh_extra_args is set in {path}:1:25, with a control socket" in errors
        assert HOST in fleet.show({**config, "connect": "on_demand"}).content()["_meta"]["hostvars"]
    finally:
        path.unlink()
    own.write(own.inventory, {"ansible_ssh_common_args": "-o ControlPath=/tmp/%h"})
    assert "ansible_ssh_common_args is set in" in fleet.show(config).errors
    assert fleet.open_connections() == []


def test_arguments_beside_the_playbook_and_of_the_command_line_are_refused(fleet: Fleet, own: OwnVariables) -> None:
    path = own.write(own.playbook, ARGUMENTS)
    run = fleet.run_tasks({}, WHO)
    assert f"ansible_ssh_args is set in {path}:1:19, and would win over" in " ".join(run.output.split())
    assert run.results == []
    own.remove()
    listing = fleet.show({}, "--list", "-e", "ansible_ssh_args=-C")
    assert "ansible_ssh_args is set in <CLI option '-e'>, and would win over" in " ".join(listing.errors.split())
    assert fleet.open_connections() == []
