# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the hosts are that an inventory has already, when one more file of ours adds hosts to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible.inventory.helpers import get_group_vars
from ansible.inventory.host import Host
from ansible.utils.display import Display
from ansible.utils.vars import combine_vars
from ansible.vars.plugins import get_vars_from_path

from .hosts import FleetHost

_ADDRESS = re.compile(r"ansible_(?:\w+_)?(?:host|port)")
_HOST = re.compile(r"ansible_(?:\w+_)?host")
_CONNECTION = "ansible_connection"


class ListedHost(Host):
    """A host that a file of ours has listed.

    Small, because ansible-core pickles hosts with results of tasks.

    :ivar fleet_id: the id of the service or device that it stands for
    :ivar stranger: the owner of its device, if somebody else's; otherwise empty
    :ivar is_complete: whether the file that lists it has been read to the end
    """

    def __init__(self, plain: Host, listed: FleetHost) -> None:
        super().__init__(plain.name)
        self.vars.update(plain.vars)
        self.fleet_id = listed.id
        self.stranger = listed.device.owner if listed.device.shared else ""
        self.is_complete = False

    def set_variable(self, key: str, value: Any) -> None:
        """Take a variable of any inventory; warn if one that is read later has an address for this host."""
        if self.is_complete and _ADDRESS.fullmatch(key):
            Display().warning(
                f"Host {self.name} is a device of remote.it, and an inventory that is read later gives it an address "
                f"({key}): if that is another machine, let its inventory be read first, or set hostname; if it is the "
                "same, set the address by compose."
            )
        super().set_variable(key, value)


class KnownHosts:
    """The *hosts* of an inventory by name, for one of ours whose variables begin with *prefix*.

    *loader* reads ``host_vars``.
    """

    def __init__(self, hosts: Mapping[str, Host], prefix: str, loader: Any) -> None:
        self._hosts = hosts
        self._prefix = prefix
        self._loader = loader

    def is_other(self, name: str, ours: FleetHost) -> bool:
        """Whether the host *name* is another machine than *ours*, which must not take its name."""
        host = self._hosts.get(name)
        if host is None:
            return False
        if isinstance(host, ListedHost):
            # A stranger's device yields, whichever file is read first.
            yields = bool(host.stranger) and not ours.device.shared
            return host.fleet_id != ours.id and not yields
        variables = self._variables(host)
        said = self._said(variables, ours)
        if said is not None:
            return not said
        return ours.device.shared or any(key == _CONNECTION or _ADDRESS.fullmatch(key) for key in variables)

    def is_taken_for(self, name: str, ours: FleetHost) -> bool:
        """Whether the host *name*, if it is no other one, is taken for *ours* although nothing says so."""
        host = self._hosts.get(name)
        if host is None or isinstance(host, ListedHost):
            return False
        return self._said(self._variables(host), ours) is None

    def _said(self, variables: Mapping[str, Any], ours: FleetHost) -> bool | None:
        """Whether *variables* have the ids of *ours*; None if they have none."""
        names = [name for name in (f"{self._prefix}id", f"{self._prefix}service_id") if name in variables]
        if not names:
            return None
        return all(_plain(variables[name]) == _plain(ours.variables.get(name)) for name in names)

    def _variables(self, host: Host) -> dict[str, Any]:
        """The host's variables in inventories, and in the files beside its own, which ansible-core reads after all of them."""
        groups = host.get_groups()
        of_groups, own = get_group_vars(groups), host.vars
        directory = host.vars.get("inventory_dir")
        if directory:
            of_groups = combine_vars(of_groups, get_vars_from_path(self._loader, directory, groups, "all"))
            own = combine_vars(own, get_vars_from_path(self._loader, directory, [host], "all"))
        # What else groups have may be meant for devices as well, such as a port or a connection plugin.
        return {**{key: value for key, value in of_groups.items() if _HOST.fullmatch(key)}, **own}


def _plain(id_: Any) -> str:
    return str(id_).replace(":", "").lower()
