# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the hosts of one file come into Ansible's inventory: all of them, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.inventory.group import Group

from .hosts import FleetHost
from .known import ListedHost


class Addition:
    """What one file adds to *inventory*. ansible-core goes on without a file that fails, but keeps what it has added.

    *warn* takes one sentence for the user.
    """

    def __init__(self, inventory: Any, warn: Callable[[str], None]) -> None:
        self._inventory = inventory
        self._warn = warn
        # The variables and groups of those that were there.
        self._before: dict[str, tuple[dict[str, Any], list[Group]] | None] = {}

    def add(self, name: str, listed: FleetHost, variables: Mapping[str, Any], groups: Iterable[str]) -> None:
        """Add a host, or add to the host of this name, which must be the same machine or a stranger's."""
        hosts = self._inventory.hosts
        host = hosts.get(name)
        if isinstance(host, ListedHost) and host.fleet_id != listed.id:
            self._leave_out(host, "a device of your own has its name: set hostname.")
        if name in hosts:
            self._before[name] = dict(hosts[name].vars), list(hosts[name].groups)
        else:
            self._before[name] = None
            self._inventory.add_host(name)
            hosts[name] = ListedHost(hosts[name], listed)
        # The host itself, because inventory.set_variable() would prefer a group of this name, and takes much longer.
        hosts[name].vars.update(variables)
        self._set_complete(name, False)
        for group in groups:
            self._inventory.add_child(group, name)

    def yield_to_groups(self) -> None:
        """Leave out strangers' hosts that are called as a group: a pattern would find them instead of it."""
        for name in self._before:
            host = self._inventory.hosts[name]
            if name in self._inventory.groups and isinstance(host, ListedHost) and host.stranger:
                self._leave_out(host, "a group of keyed_groups has its name: give the groups a prefix.")

    def complete(self) -> None:
        """Say that nothing more comes."""
        for name in self._before:
            self._set_complete(name, True)

    def take_back(self) -> None:
        """Leave the hosts as they were. Groups stay, without them."""
        for name, before in self._before.items():
            host = self._inventory.hosts.get(name)
            if host is None:
                continue
            if before is None:
                self._inventory.remove_host(host)
                continue
            host.vars, groups = before
            for group in [group for group in host.groups if group not in groups]:
                group.remove_host(host)
        self.complete()

    def _set_complete(self, name: str, value: bool) -> None:
        host = self._inventory.hosts.get(name)
        if isinstance(host, ListedHost):
            host.is_complete = value

    def _leave_out(self, host: ListedHost, reason: str) -> None:
        self._inventory.remove_host(host)
        self._warn(f"Host {host.name} on a device that {host.stranger} shares is left out, because {reason}")
