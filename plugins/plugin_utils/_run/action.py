# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the action plugins do around their task: run it in the controller, or the module where the task is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase

from ...module_utils._base.environment import environment
from ...module_utils._base.errors import OptionError, RemoteItError
from ...module_utils._registry.journal import ENV_HOST

if TYPE_CHECKING:
    from ...module_utils._tasks.module import Task


class TaskAction(ActionBase):
    """Runs a task of the core in the controller's process, so that it needs neither the host nor a Python on it."""

    _supports_async = True
    _supports_check_mode = True
    TRANSFERS_FILES = False

    def run_task(
        self, task: Task, argument_spec: dict[str, Any], task_vars: dict[str, Any] | None, **rules: Any
    ) -> dict[str, Any]:
        """The result of *task*; *rules* go to the validator, such as ``mutually_exclusive``."""
        result: dict[str, Any] = super().run(None, task_vars)
        host = {ENV_HOST: str((task_vars or {}).get("inventory_hostname", ""))}
        if self._is_sent_elsewhere():
            # SSH on demand starts programs that are about another host.
            with environment(host if self._connection.transport == "local" else {}):
                result.update(self._execute_module(task_vars=task_vars, wrap_async=bool(self._task.async_val)))
            return result
        try:
            # As a module has it. This process runs no other task meanwhile.
            with environment({**self._environment(), **host}):
                result.update(self._run_here(task, argument_spec, **rules))
        except OptionError as error:
            result.update(error.as_result())
        return result

    def _environment(self) -> dict[str, str]:
        """The variables of the keyword ``environment`` of the task, its blocks and its play."""
        variables: dict[str, Any] = {}
        self._compute_environment_string(variables)
        return {str(name): str(value) for name, value in variables.items()}

    def _run_here(self, task: Task, argument_spec: dict[str, Any], **rules: Any) -> dict[str, Any]:
        # AnsibleModule's own: it tells of deprecated options, and of options that are set twice
        validated = ModuleArgumentSpecValidator(argument_spec, **rules).validate(dict(self._task.args))
        if validated.error_messages:
            message = "; ".join(validated.error_messages)
            if any(isinstance(error, UnsupportedError) for error in validated.errors):
                message = f"Unsupported parameters for ({self._task.action}) module: {message}"
            return OptionError(message).as_result()
        warnings: list[str] = []
        try:
            result = task(validated.validated_parameters, bool(self._task.check_mode), warnings.append)
        except RemoteItError as error:
            result = error.as_result()
        if warnings:
            result["warnings"] = warnings
        return result

    def _is_sent_elsewhere(self) -> bool:
        delegated = self._task.delegate_to and self._connection.transport != "local"
        return bool(self._task.async_val or delegated)
