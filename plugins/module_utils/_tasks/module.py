# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each module does around its task: AnsibleModule in, errors as Ansible shows them.

This file alone in module_utils knows Ansible, which sends nothing but module_utils along with a module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from .._base.errors import OptionError, RemoteItError

Task = Callable[[Mapping[str, Any], bool, Callable[[str], None]], dict[str, Any]]


class _Module(AnsibleModule):
    """AnsibleModule, whose own failures before a task begins are about its options."""

    def fail_json(self, msg: str, **details: Any) -> None:
        """End the module; ``error`` among *details* says why, if it is not an option."""
        super().fail_json(**{**OptionError(msg).as_result(), **details})


def run_module(task: Task, argument_spec: dict[str, Any], **rules: Any) -> None:
    """Run *task* as a module; *rules* go to AnsibleModule, such as ``mutually_exclusive``."""
    module = _Module(argument_spec=argument_spec, supports_check_mode=True, **rules)
    try:
        result = task(module.params, module.check_mode, module.warn)
    except RemoteItError as error:
        result = error.as_result()
    (module.fail_json if result.get("failed") else module.exit_json)(**result)
