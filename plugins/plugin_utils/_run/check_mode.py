# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a template is evaluated in check mode."""

from __future__ import annotations

from typing import Any

from ansible import context
from ansible.module_utils.parsing.convert_bool import boolean

from ...module_utils._base.errors import ControllerError


def is_check_mode(templar: Any) -> bool:
    """Whether the task that *templar* works for is in check mode, or the run, where it works for no task.

    Raises ControllerError where that cannot be known.
    """
    try:
        # The variable ansible_check_mode is about the command line, and nothing public is about the task.
        from ansible._internal._task import TaskContext

        current = TaskContext.current(optional=True)
        asked = context.CLIARGS.get("check") if current is None else current.task.check_mode
    except (ImportError, AttributeError, TypeError):
        raise ControllerError(
            "missing='open' cannot tell with this version of ansible-core whether the task is in check mode: open the "
            "connection with community.remoteit.remoteit_connection."
        ) from None
    if isinstance(asked, str):
        # It may be a template still: in a condition, or before ansible-core 2.21 in a loop.
        asked = templar.template(asked)
    try:
        return bool(boolean(asked or False))
    except TypeError:
        # For which the task will fail.
        return True
