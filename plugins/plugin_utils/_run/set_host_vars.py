# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task with ``set_host_vars`` refuses before it opens anything, and how it sets the variables of its host."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from ansible import constants
from ansible.plugins.action import ActionBase

from ...module_utils._base.errors import OptionError
from .._ssh.binding import SSH_OPTIONS
from .._ssh.host_variables import configured_ssh_options, ssh_variables
from .origin import origin

_LOCAL = ("local", "ansible.builtin.local")
# A play that opens tunnels for a later one may run in the controller.
_BOUND = {*_LOCAL, "ssh", "ansible.builtin.ssh", "smart"}
# Whatever will be opened, the same variables are set.
_SOME_CONNECTION = {"service_id": "00:00:00:00:00:00:00:00", "host": "connection.invalid", "port": 1}


def users_ssh_options(action: ActionBase, task_vars: dict[str, Any]) -> dict[str, str | None]:
    """The user's options of the ssh plugin, from variables, command line, environment or ansible.cfg.

    Raises OptionError where the variables could not be set, or not for just the play's host, or would have no effect.
    """
    _check_task(action)
    _check_host(task_vars)
    variables = {
        name: action._templar.template(task_vars[name])
        for name in (f"ansible_{option}" for option in SSH_OPTIONS)
        if name in task_vars
    }
    ssh_options = configured_ssh_options(variables)
    _check_effect(action, ssh_variables(_SOME_CONNECTION, {}, ssh_options), task_vars)
    return ssh_options


def set_host_variables(
    action: ActionBase,
    connection: Mapping[str, Any],
    ssh_options: Mapping[str, str | None],
    task_vars: dict[str, Any],
    result: dict[str, Any],
) -> None:
    """Set the variables by which ssh reaches the play's host through *connection*, for all that follows.

    *ssh_options* are the user's, *result* is the task's result so far; before ansible-core 2.21 the variables travel
    in it.
    """
    variables = ssh_variables(connection, task_vars, ssh_options)
    if hasattr(action, "register_host_variables"):
        # It refuses to work in an action that might run asynchronously; this one cannot any more.
        action._supports_async = False
        action.register_host_variables(variables)
        return
    result["add_host"] = {"host_name": task_vars["inventory_hostname"], "host_vars": variables, "groups": []}
    # With add_host, core replaces "changed" by whether a variable changed, unless the task says what a change is.
    if not action._task.changed_when:
        action._task.changed_when = [result["changed"]]


def _check_task(action: ActionBase) -> None:
    """Raise OptionError where the engine would give one host the variables of another, or keep those of the last item."""
    task = action._task
    if task.async_val:
        raise OptionError("set_host_vars=true cannot be used with async: leave one of them out.")
    # Whatever the strategy makes of run_once, it gives all hosts of the batch what one of them got.
    if task.run_once:
        raise OptionError(
            "set_host_vars=true cannot be used with run_once, which would lead all hosts of the play to one device: "
            "leave one of them out."
        )
    if _is_in_loop(task):
        raise OptionError(
            "set_host_vars=true cannot be used with loop, because a host is reached through one service: give each host "
            "the id of its own, and let the play's hosts be the loop."
        )


def _is_in_loop(task: Any) -> bool:
    """Whether the task, or a file or role that it is included with, is done for each item of a loop."""
    while task is not None:
        if getattr(task, "loop", None) is not None:
            return True
        task = task._parent
    return False


def _check_host(task_vars: Mapping[str, Any]) -> None:
    """Raise OptionError where the play's host is the controller, which a tunnel must never stand for."""
    name = task_vars["inventory_hostname"]
    if name in constants.LOCALHOST:
        raise OptionError(
            f"set_host_vars=true would have what is meant for {name} run on a device: run the task in a play on the "
            "device's own host, or open the tunnels of hosts with the role community.remoteit.tunnel."
        )
    # Not in task_vars, where core puts the connection of this very task.
    if task_vars["hostvars"][name].get("ansible_connection") in _LOCAL:
        raise OptionError(
            f"set_host_vars=true has no effect on {name}, whose tasks run in the controller by ansible_connection=local: "
            "remove this variable, or leave set_host_vars out."
        )


def _check_effect(action: ActionBase, ours: dict[str, Any], task_vars: Mapping[str, Any]) -> None:
    """Raise OptionError where a variable of the user would win over one of *ours* that decides where tasks run."""
    name = task_vars["inventory_hostname"]
    if {task_vars["hostvars"][name].get("ansible_connection", "ssh"), action._task.connection} <= _BOUND:
        # SSH has the address among its arguments.
        ours = {variable: ours[variable] for variable in ours if variable not in ("ansible_host", "ansible_port")}
    for variable, value in _winners(action, ours, task_vars).items():
        raise OptionError(
            f"set_host_vars=true would not lead {name} through the connection, because {variable} is set in "
            f"{origin(value)}, and wins: remove it there, and write SSH arguments as ansible_ssh_common_args or in "
            "ansible.cfg."
        )


def _winners(action: ActionBase, ours: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
    """The user's variables of the names of *ours* that would win, with their values, if the task set *ours*."""
    task, hostvars = action._task, task_vars["hostvars"]
    manager = hostvars._variable_manager
    if hasattr(action, "register_host_variables"):
        # As with set_fact, nothing else wins.
        parameters = task._role.get_role_params(task.get_dep_chain()) if task._role else {}
        stronger = {**parameters, **task.get_include_params(), **manager.extra_vars}
        return {variable: stronger[variable] for variable in ours if variable in stronger}
    host = copy.copy(hostvars._inventory.get_host(task_vars["inventory_hostname"]))
    host.vars = {**host.vars, **ours}
    found = manager.get_vars(play=task.get_play(), host=host, task=task, include_hostvars=False)
    return {variable: found[variable] for variable, value in ours.items() if found[variable] != value}
