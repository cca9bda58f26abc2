# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables by which Ansible reaches a host through a connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible import constants
from ansible.plugins.loader import connection_loader

from ...module_utils._base.errors import OptionError
from ...module_utils._base.text import printable
from ...module_utils._model.ids import host_key_alias, is_plain_host
from ...module_utils._settings.checks import checked_service_id
from .binding import SSH_OPTIONS, bound_to, check_kept

_SSH_PLUGIN = "ssh"


def configured_ssh_options(variables: Mapping[str, Any], on_demand: bool = False) -> dict[str, str | None]:
    """The options of the ssh plugin from *variables*, command line, environment or ansible.cfg.

    Raises OptionError for options that cannot be kept.
    """
    connection_loader.get(_SSH_PLUGIN, class_only=True)
    options = {
        option: constants.config.get_config_value(
            option, plugin_type="connection", plugin_name=_SSH_PLUGIN, variables=variables
        )
        for option in SSH_OPTIONS
    }
    check_kept(options, on_demand)
    return options


def address_variables(connection: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """The variables that lead a host, which has the variables *known*, to *connection* as a module returns it.

    Raises OptionError for an address that is none: a playbook may have it from elsewhere.
    """
    host, port = connection["host"], connection["port"]
    if not is_plain_host(str(host)) or not (port is None or str(port).isdecimal()):
        raise OptionError(
            f"{printable(f'{host}:{port}')!r} is not the address of a connection: give one as it was returned."
        )
    variables = {}
    for name in ("host", "port"):
        if connection[name] is not None:
            variables[f"ansible_{name}"] = connection[name]
            # The old name wins over the new one where an inventory still sets it.
            if f"ansible_ssh_{name}" in known:
                variables[f"ansible_ssh_{name}"] = connection[name]
    return variables


def ssh_variables(
    connection: Mapping[str, Any], known: Mapping[str, Any], ssh_options: Mapping[str, str | None]
) -> dict[str, Any]:
    """The variables by which ssh reaches a host, which has the variables *known*, and no other through *connection*.

    Raises OptionError for an address that is none, or arguments that cannot be kept.
    """
    alias = host_key_alias(checked_service_id(connection["service_id"]))
    address = address_variables(connection, known)
    return {**address, **bound_to(alias, ssh_options, address=(connection["host"], connection["port"]))}
