# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs community.remoteit.remoteit_connection in the controller."""

from __future__ import annotations

import functools
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ..module_utils._base.errors import OptionError
from ..module_utils._tasks.connection import RULES, argument_spec, run
from ..plugin_utils._run.action import TaskAction
from ..plugin_utils._run.end_of_run import END_OF_RUN


class ActionModule(TaskAction):
    """Opens, reuses or closes a connection."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The task's result; with O(set_host_vars), what follows in the play uses the connection."""
        task_vars = task_vars or {}
        ssh_options: dict[str, str | None] = {}
        sets_host_vars = boolean(self._task.args.get("set_host_vars", False), strict=False)
        if sets_host_vars:
            from ..plugin_utils._run.set_host_vars import users_ssh_options  # most tasks do without

            # Before anything is opened.
            try:
                ssh_options = users_ssh_options(self, task_vars)
            except OptionError as error:
                return error.as_result()
        task = functools.partial(run, watch=END_OF_RUN)
        if self._task.args.get("services"):
            from ..plugin_utils._run.terminal_progress import TerminalProgress  # one service is done at once

            task = functools.partial(task, progress=TerminalProgress())
        result = self.run_task(task, argument_spec(), task_vars, **RULES)
        connection = result.get("connection")
        if sets_host_vars and not result.get("failed") and connection and connection["host"]:
            from ..plugin_utils._run.set_host_vars import set_host_variables

            set_host_variables(self, connection, ssh_options, task_vars, result)
        return result
