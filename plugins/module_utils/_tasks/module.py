# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What both modules do around their task: AnsibleModule in, errors as Ansible shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from .._base.errors import MissingLibraryError, RemoteItError

Task = Callable[[Mapping[str, Any], bool, Callable[[str], None]], dict[str, Any]]


def failure_message(error: RemoteItError) -> str:
    """The sentence that the user reads."""
    if isinstance(error, MissingLibraryError) and not error.cause:
        return str(missing_required_lib(error.library))
    return str(error)


def run_module(task: Task, argument_spec: dict[str, Any], **rules: Any) -> None:
    """Run *task* as a module; *rules* go to AnsibleModule, such as ``mutually_exclusive``."""
    module = AnsibleModule(argument_spec=argument_spec, supports_check_mode=True, **rules)
    try:
        result = task(module.params, module.check_mode, module.warn)
    except RemoteItError as error:
        module.fail_json(msg=failure_message(error))
    (module.fail_json if result.get("failed") else module.exit_json)(**result)
