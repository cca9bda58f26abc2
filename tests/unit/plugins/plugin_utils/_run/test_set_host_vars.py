# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task with set_host_vars refuses; where it leads to is tested with real playbooks in tests/functional."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play import Play
from ansible.plugins.action import ActionBase
from ansible.template import Templar
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.plugin_utils._run.set_host_vars import (
    set_host_variables,
    users_ssh_options,
)
from tests.doubles.material import SERVICE

CONNECTION = {"service_id": SERVICE, "host": "proxy18.rt3.io", "port": 38575}


class Site:
    """A play with one task on the host *name* of an inventory; *variables* are the host's, *keywords* the task's."""

    def __init__(self, directory: Path, name: str = "pi", variables: str = "", **keywords: Any) -> None:
        inventory = directory / "inventory"
        inventory.write_text(f"{name} {variables}\n")
        loader = DataLoader()
        hosts = InventoryManager(loader, [str(inventory)])
        manager = VariableManager(loader, hosts)
        HostVars(hosts, manager, loader)
        content = {"name": "play", "hosts": "all", "tasks": [{"ansible.builtin.debug": {"msg": "x"}, **keywords}]}
        play = Play().load(content, variable_manager=manager, loader=loader)
        self.task = play.get_tasks()[0][0]
        self.task.connection = "ssh"
        self.vars = manager.get_vars(play=play, host=hosts.get_host(name), task=self.task)
        self.action: Any = SimpleNamespace(_task=self.task, _templar=Templar(loader=loader, variables=self.vars))

    def options(self) -> dict[str, str | None]:
        return users_ssh_options(self.action, self.vars)

    def refused(self) -> str:
        with pytest.raises(OptionError) as caught:
            self.options()
        return str(caught.value)


def test_the_users_ssh_options_are_read(tmp_path: Path) -> None:
    site = Site(tmp_path, variables="ansible_ssh_common_args='-o LogLevel={{ level }}' level=ERROR")
    assert site.options()["ssh_common_args"] == "-o LogLevel=ERROR"


@pytest.mark.parametrize(
    ("keywords", "sentence"),
    [
        ({"async": 10}, "set_host_vars=true cannot be used with async"),
        ({"run_once": True}, "set_host_vars=true cannot be used with run_once"),
        ({"loop": [1, 2]}, "set_host_vars=true cannot be used with loop"),
    ],
)
def test_what_would_give_one_host_the_variables_of_another_is_refused(
    keywords: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    assert sentence in Site(tmp_path, **keywords).refused()


def test_a_tunnel_never_stands_for_the_controller(tmp_path: Path) -> None:
    assert "would have what is meant for localhost run on a device" in Site(tmp_path, "localhost").refused()
    message = Site(tmp_path, "here", "ansible_connection=local").refused()
    assert "has no effect on here, whose tasks run in the controller" in message


def test_a_variable_that_would_win_is_named_with_its_place(tmp_path: Path) -> None:
    site = Site(tmp_path, vars={"ansible_port": 22})
    # ssh has the address among its arguments
    assert site.options()
    site = Site(tmp_path, variables="ansible_connection=paramiko_ssh")
    site.vars["hostvars"]._variable_manager._extra_vars = {"ansible_host": "192.0.2.1"}
    message = site.refused()
    assert "set_host_vars=true would not lead pi through the connection, because ansible_host is set in " in message


def test_arguments_that_cannot_be_kept_are_refused(tmp_path: Path) -> None:
    assert "control socket" in Site(tmp_path, variables="ansible_ssh_common_args='-S /tmp/all'").refused()


def test_the_variables_are_set_for_the_host_and_for_nobody_else(tmp_path: Path) -> None:
    site = Site(tmp_path)
    result: dict[str, Any] = {"changed": True}
    registered: list[dict[str, Any]] = []
    set_host_variables(site.action, CONNECTION, site.options(), site.vars, result)
    # as ansible-core 2.21 and later have it
    site.action.register_host_variables = registered.append
    set_host_variables(site.action, CONNECTION, site.options(), site.vars, {})
    assert (result["add_host"]["host_name"], result["add_host"]["groups"]) == ("pi", [])
    assert site.task.changed_when == [True]
    for variables in (result["add_host"]["host_vars"], *registered):
        assert (variables["ansible_host"], variables["ansible_port"]) == ("proxy18.rt3.io", 38575)
        assert "HostKeyAlias=remoteit-8000000001020304" in variables["ansible_ssh_args"]
    assert len(registered) == 1


@pytest.mark.skipif(hasattr(ActionBase, "register_host_variables"), reason="there, nothing travels in the result")
def test_what_the_task_says_of_a_change_stays(tmp_path: Path) -> None:
    site = Site(tmp_path, changed_when=False)
    set_host_variables(site.action, CONNECTION, site.options(), site.vars, {"changed": True})
    assert site.task.changed_when == [False]
