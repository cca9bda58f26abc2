# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of the user beside an inventory, which would win over its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import context
from ansible.inventory.group import Group
from ansible.parsing.dataloader import DataLoader
from ansible.utils.context_objects import CLIArgs

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.plugin_utils._inventory.overrides import UsersVariables


@pytest.fixture(autouse=True)
def _no_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "CLIARGS", CLIArgs({}))


class Beside:
    """The files beside an inventory, which is the first of this place."""

    def __init__(self, root: Path) -> None:
        self.root = root / "site"
        self.root.mkdir()
        (self.root / "fleet.remoteit.yml").write_text("plugin: community.remoteit.remoteit\n")

    def write(self, kind: str, name: str, **variables: Any) -> Path:
        path = self.root / kind / f"{name}.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(variables))
        return path

    def variables(self, **extra: Any) -> UsersVariables:
        loader = DataLoader()
        # where nobody has variables
        loader.set_basedir(str(self.root.parent))
        return UsersVariables(str(self.root / "fleet.remoteit.yml"), loader, extra)

    def refused(self, *hosts: str, by_address: bool = False, **extra: Any) -> str:
        with pytest.raises(OptionError) as caught:
            self.variables(**extra).check_hosts(hosts, by_address)
        return str(caught.value)


@pytest.fixture
def beside(tmp_path: Path) -> Beside:
    return Beside(tmp_path)


@pytest.mark.parametrize("name", ["ansible_ssh_args", "ansible_control_path"])
def test_what_would_take_away_what_binds_ssh_is_refused_with_its_place(name: str, beside: Beside) -> None:
    path = beside.write("host_vars", "pi", **{name: "-v"})
    assert beside.refused("other", "pi").startswith(
        f"{name} is set in {path}:1:{len(name) + 3}, and would win over what leads to the services: remove it there"
    )
    beside.variables().check_hosts(["other"], False)


@pytest.mark.parametrize("name", ["ansible_host", "ansible_port", "ansible_ssh_host", "ansible_ssh_port"])
def test_an_address_counts_only_for_hosts_that_are_reached_by_one(name: str, beside: Beside) -> None:
    beside.write("host_vars", "pi", **{name: 9})
    beside.variables().check_hosts(["pi"], by_address=False)
    assert f"{name} is set in " in beside.refused("pi", by_address=True)


def test_variables_of_the_command_line_win_as_well(beside: Beside) -> None:
    assert beside.refused("pi", ansible_ssh_args="-v").startswith("ansible_ssh_args is set in another place")


def test_a_file_that_cannot_be_read_is_for_core_to_tell_of(beside: Beside) -> None:
    path = beside.write("host_vars", "pi")
    path.write_text("a: [")
    beside.variables().check_hosts(["pi"], True)


def test_arguments_of_a_group_that_have_no_effect_are_told(beside: Beside) -> None:
    path = beside.write("group_vars", "pis", ansible_ssh_args="-v", other=1)
    group = Group("pis")
    group.vars = {"ansible_control_path": "/tmp/%h"}
    users = beside.variables()
    told = list(users.hidden(users.of_groups([group])))
    assert len(told) == 2
    assert told[0].startswith(
        "ansible_control_path in another place has no effect, because the hosts of this inventory"
    )
    assert told[1].startswith(f"ansible_ssh_args in {path}:1:19 has no effect")
    # what is on the command line is refused instead
    extra = beside.variables(ansible_ssh_args="-q", ansible_control_path="/tmp/x")
    assert list(extra.hidden(extra.of_groups([group]))) == []


@pytest.mark.parametrize(
    ("name", "value", "is_refused"),
    [
        ("ansible_ssh_common_args", "-o ControlPath=/tmp/%r", True),
        ("ansible_ssh_extra_args", "-S /tmp/x", True),
        ("ansible_sftp_extra_args", "-o ControlPath=/tmp/%r", True),
        ("ansible_ssh_common_args", "-o ProxyJump=gate", False),
        ("ansible_ssh_common_args", 7, False),
        ("other", "-S /tmp/x", False),
    ],
)
def test_a_control_socket_that_may_lead_to_another_device_is_refused(
    name: str, value: Any, is_refused: bool, beside: Beside
) -> None:
    beside.write("host_vars", "pi", **{name: value})
    beside.write("group_vars", "pis", **{name: value})
    users = beside.variables()
    for of_groups, hosts in (([], ["pi"]), (users.of_groups([Group("pis")]), [])):
        if is_refused:
            with pytest.raises(
                OptionError, match=f"{name} is set in .*, with a control socket that may lead to another"
            ):
                users.check_sockets(of_groups, hosts)
        else:
            users.check_sockets(of_groups, hosts)
