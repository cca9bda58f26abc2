# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables by which Ansible reaches a host through a connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import connection_loader

from ..module_utils._model import host_key_alias
from ._ssh_args import SSH_OPTIONS, bound_to, check

_SSH_PLUGIN = "ssh"
SSH_VARIABLES = tuple(f"ansible_{option}" for option in SSH_OPTIONS)


def users_ssh_options(variables: Mapping[str, Any]) -> dict[str, str | None]:
    """The user's options of the ssh plugin, from *variables*, command line, environment or ansible.cfg.

    *variables* are those of a host, without templates. Raises OptionError for options that cannot be kept.
    """
    connection_loader.get(_SSH_PLUGIN, class_only=True)
    given = {name: variables[name] for name in SSH_VARIABLES if name in variables}
    options = {
        option: constants.config.get_config_value(
            option, plugin_type="connection", plugin_name=_SSH_PLUGIN, variables=given
        )
        for option in SSH_OPTIONS
    }
    check(options)
    return options


def address(connection: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables that lead a host to *connection*, as a module returns it; *variables* are what the host has."""
    found = {}
    for name in ("host", "port"):
        if connection[name] is not None:
            found[f"ansible_{name}"] = connection[name]
            # The old name wins over the new one where an inventory still sets it.
            if f"ansible_ssh_{name}" in variables:
                found[f"ansible_ssh_{name}"] = connection[name]
    return found


def ssh_variables(
    connection: Mapping[str, Any], variables: Mapping[str, Any], ssh_options: Mapping[str, str | None]
) -> dict[str, Any]:
    """The variables by which ssh reaches a host through *connection*, and no other device.

    *variables* are what the host has, *ssh_options* what users_ssh_options() found.
    """
    return {**address(connection, variables), **bound_to(host_key_alias(connection["service_id"]), ssh_options)}


def set_host_variables(action: ActionBase, variables: dict[str, Any], host: str, result: dict[str, Any]) -> None:
    """Set *variables* of the play's host for all that follows in the run.

    *result* is the task's result so far; before ansible-core 2.21 the variables travel in it, with the name of the
    *host*.
    """
    if hasattr(action, "register_host_variables"):
        # It refuses to work in an action that might run asynchronously; this one cannot any more.
        action._supports_async = False
        action.register_host_variables(variables)
        return
    result["add_host"] = {"host_name": host, "host_vars": variables, "groups": []}
    # With add_host, core replaces "changed" by whether a variable changed, unless the task says what a change is.
    if not action._task.changed_when:
        action._task.changed_when = [result["changed"]]
