# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of the user that would undo what leads to a service and to no other one.

Some from host_vars would win over the inventory's own and take away all that binds SSH to the service, its ProxyCommand
included. SSH arguments of groups are hidden by the inventory's own, or added to them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible import context
from ansible.errors import AnsibleError
from ansible.inventory.group import Group
from ansible.inventory.host import Host
from ansible.utils.collection_loader import AnsibleCollectionConfig
from ansible.vars.plugins import get_vars_from_inventory_sources, get_vars_from_path

from ...module_utils._base.errors import OptionError
from .._run.origin import origin
from .._ssh.binding import has_socket

_WINNING = ("ansible_ssh_args", "ansible_control_path")
# SSH has the address among its arguments, other connection plugins have these variables.
_ADDRESS = ("ansible_host", "ansible_port", "ansible_ssh_host", "ansible_ssh_port")
_ADDED = ("ssh_common_args", "ssh_extra_args", "sftp_extra_args", "scp_extra_args")


class UsersVariables:
    """What the user has beside the inventory at *path*, in files that *loader* reads and in *extra_vars*.

    Variables of plays and tasks, and those of inventories that are read later, are not known yet.
    """

    def __init__(self, path: str, loader: Any, extra_vars: Mapping[str, Any] | None) -> None:
        self._sources = [path, *(context.CLIARGS.get("inventory") or ())]
        self._loader = loader
        self._extra_vars = extra_vars or {}

    def check_hosts(self, names: Iterable[str], by_address: bool) -> None:
        """Raise OptionError for a variable that would win over ours of these hosts, which are reached *by_address* or not."""
        for variables in self._given([Host(name, gen_uuid=False) for name in names]):
            for name in (*_WINNING, *(_ADDRESS if by_address else ())):
                if name in variables:
                    raise OptionError(
                        f"{name} is set in {origin(variables[name])}, and would win over what leads to the services: "
                        "remove it there, and write SSH arguments as ansible_ssh_common_args or in ansible.cfg, or "
                        "choose connect=none."
                    )

    def of_groups(self, groups: Iterable[Group]) -> list[Mapping[str, Any]]:
        """The variables of the groups, from inventories and from files."""
        return [variables for group in groups for variables in (group.vars, *self._given([group]))]

    def hidden(self, of_groups: Iterable[Mapping[str, Any]]) -> Iterator[str]:
        """A sentence for each variable of groups that has no effect, because the hosts have the inventory's own."""
        for variables in of_groups:
            for name in _WINNING:
                if name in variables and name not in self._extra_vars:
                    yield (
                        f"{name} in {origin(variables[name])} has no effect, because the hosts of this inventory have "
                        "their own: write it as ansible_ssh_common_args, or in ansible.cfg."
                    )

    def check_sockets(self, of_groups: Iterable[Mapping[str, Any]], hosts: Iterable[str]) -> None:
        """Raise OptionError for a control socket among SSH arguments: the next device may get the same address."""
        for variables in (*of_groups, *self._given([Host(name, gen_uuid=False) for name in hosts])):
            for name in _ADDED:
                text = variables.get(f"ansible_{name}")
                if isinstance(text, str) and has_socket(name, text):
                    raise OptionError(
                        f"ansible_{name} is set in {origin(text)}, with a control socket that may lead to another device "
                        "when an address is used again: write ControlPath in ansible.cfg, where each device gets its own."
                    )

    def _given(self, entities: list[Any]) -> list[Mapping[str, Any]]:
        if not entities:
            return []
        given: list[Mapping[str, Any]] = [self._extra_vars]
        # Of what cannot be read, core tells when it needs it.
        with contextlib.suppress(AnsibleError):
            given.append(get_vars_from_inventory_sources(self._loader, self._sources, entities, "task"))
        for directory in AnsibleCollectionConfig.playbook_paths or [self._loader.get_basedir()]:
            with contextlib.suppress(AnsibleError):
                given.append(get_vars_from_path(self._loader, directory, entities, "task"))
        return given
