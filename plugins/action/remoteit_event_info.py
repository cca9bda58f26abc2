# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs community.remoteit.remoteit_event_info in the controller."""

from __future__ import annotations

from typing import Any

from ..module_utils._tasks.event_info import RULES, argument_spec, run
from ..plugin_utils._run.action import TaskAction


class ActionModule(TaskAction):
    """Reads events."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The task's result."""
        return self.run_task(run, argument_spec(), task_vars, **RULES)
