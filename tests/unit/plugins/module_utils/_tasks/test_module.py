# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task as a module: AnsibleModule in, JSON and an exit code out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError, RefusedError
from ansible_collections.community.remoteit.plugins.module_utils._tasks.module import Task, run_module

SPEC: dict[str, dict[str, Any]] = {"name": {"type": "str"}, "number": {"type": "int", "default": 7}}


def told(
    task: Task, capfd: pytest.CaptureFixture[str], args: dict[str, Any] | None = None, **rules: Any
) -> tuple[int, dict[str, Any]]:
    """The exit code, and what the module says."""
    with patch_module_args(args or {}), pytest.raises(SystemExit) as ended:
        run_module(task, SPEC, **rules)
    result: dict[str, Any] = json.loads(capfd.readouterr().out)
    return int(ended.value.code or 0), result


def echo(params: Mapping[str, Any], check_mode: bool, _warn: Callable[[str], None]) -> dict[str, Any]:
    return {"changed": True, "got": dict(params), "checked": check_mode}


def test_a_task_gets_its_parameters_and_its_result_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    code, result = told(echo, capfd, {"name": "pi"})
    assert (code, result["changed"], result["checked"]) == (0, True, False)
    assert result["got"] == {"name": "pi", "number": 7}


def test_it_knows_whether_it_only_predicts(capfd: pytest.CaptureFixture[str]) -> None:
    _code, result = told(echo, capfd, {"_ansible_check_mode": True})
    assert result["checked"] is True


def test_an_error_fails_with_its_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    def fail(*_arguments: Any) -> dict[str, Any]:
        raise OptionError("name is no name.")

    code, result = told(fail, capfd)
    assert (code, result["failed"], result["msg"]) == (1, True, "name is no name.")


def test_a_result_that_failed_is_told_whole(capfd: pytest.CaptureFixture[str]) -> None:
    code, result = told(lambda *_arguments: {"failed": True, "msg": "one of two failed", "services": [1, 2]}, capfd)
    assert (code, result["failed"], result["services"]) == (1, True, [1, 2])


def test_rules_are_those_of_ansible(capfd: pytest.CaptureFixture[str]) -> None:
    code, result = told(echo, capfd, {"name": "pi", "number": 1}, mutually_exclusive=[["name", "number"]])
    assert (code, result["msg"]) == (1, "parameters are mutually exclusive: name|number")


def test_of_what_kind_a_failure_is_is_told_also_of_those_before_the_task_begins(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def refuse(*_arguments: Any) -> dict[str, Any]:
        raise RefusedError("Not today.", 403, "not today")

    _code, result = told(refuse, capfd)
    assert result["error"] == {"kind": "refused", "status": 403, "reason": "not today"}
    _code, result = told(echo, capfd, {"number": "many"})
    assert (result["failed"], result["error"]["kind"]) == (True, "options")
