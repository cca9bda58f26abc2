# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of the user that would win over those by which the inventory leads SSH to a service.

Of these, one from host_vars takes away all that binds SSH to the service, its ProxyCommand included. An address does not:
it has no effect beside ours.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

from ansible import context
from ansible.errors import AnsibleError
from ansible.inventory.host import Host
from ansible.utils.collection_loader import AnsibleCollectionConfig
from ansible.vars.plugins import get_vars_from_inventory_sources, get_vars_from_path

from ..module_utils._errors import OptionError
from ._origin import origin

_NAMES = ("ansible_ssh_args", "ansible_control_path")


def check_overrides(path: str, hosts: Iterable[str], loader: Any, extra_vars: Mapping[str, Any] | None) -> None:
    """Raise OptionError for a variable that would win over ours of the *hosts*, which the inventory at *path* lists.

    Variables of plays and tasks, and those of inventories that are read later, are not known yet.
    """
    entities = [Host(name, gen_uuid=False) for name in hosts]
    if not entities:
        return
    sources = [path, *(context.CLIARGS.get("inventory") or ())]
    given: list[Mapping[str, Any]] = [extra_vars or {}]
    # Of what cannot be read, core tells when it needs it.
    with contextlib.suppress(AnsibleError):
        given.append(get_vars_from_inventory_sources(loader, sources, entities, "task"))
    for directory in AnsibleCollectionConfig.playbook_paths or [loader.get_basedir()]:
        with contextlib.suppress(AnsibleError):
            given.append(get_vars_from_path(loader, directory, entities, "task"))
    for variables in given:
        for name in _NAMES:
            if name in variables:
                raise OptionError(
                    f"{name} is set in {origin(variables[name])}, and would win over what leads SSH to the services: "
                    "remove it there, and write SSH arguments as ansible_ssh_common_args or in ansible.cfg, or choose "
                    "connect=none."
                )
