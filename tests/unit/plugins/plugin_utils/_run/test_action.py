# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an action plugin does around a task of the core; with real playbooks in tests/functional."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.task import Task as PlaybookTask
from ansible.plugins.loader import get_shell_plugin
from ansible.template import Templar

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    MissingLibraryError,
    OptionError,
    RemoteItError,
)
from ansible_collections.community.remoteit.plugins.module_utils._registry.journal import ENV_HOST
from ansible_collections.community.remoteit.plugins.module_utils._tasks.module import Task
from ansible_collections.community.remoteit.plugins.plugin_utils._run.action import TaskAction

SPEC: dict[str, dict[str, Any]] = {"name": {"type": "str", "required": True}, "number": {"type": "int", "default": 7}}


def echo(params: Mapping[str, Any], check_mode: bool, _warn: Callable[[str], None]) -> dict[str, Any]:
    return {"changed": True, "got": dict(params), "checked": check_mode, "host": os.environ.get(ENV_HOST)}


class Action(TaskAction):
    """The plugin of a task with *keywords*, which leads to a host by the connection plugin *transport*."""

    def __init__(self, transport: str = "ssh", **keywords: Any) -> None:
        task = PlaybookTask()
        task.action = "an_action"
        for name, value in {"args": {"name": "pi"}, "check_mode": False, **keywords}.items():
            setattr(task, name, value)
        loader = DataLoader()
        connection = SimpleNamespace(transport=transport, _shell=get_shell_plugin(shell_type="sh"))
        super().__init__(task, connection, None, loader, Templar(loader=loader), None)
        self.sent: list[tuple[bool, str | None]] = []

    def _execute_module(self, *_arguments: Any, **options: Any) -> dict[str, Any]:
        self.sent.append((options["wrap_async"], os.environ.get(ENV_HOST)))
        return {"changed": True, "sent": True}

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        return self.run_task(echo, SPEC, task_vars)

    def result(self, task: Task = echo, **rules: Any) -> dict[str, Any]:
        return self.run_task(task, SPEC, {"inventory_hostname": "pi-kitchen"}, **rules)


def test_a_task_runs_here_with_its_parameters_for_its_host() -> None:
    result = Action(args={"name": "pi", "number": "3"}).result()
    assert (result["got"], result["checked"], result["host"]) == ({"name": "pi", "number": 3}, False, "pi-kitchen")
    assert ENV_HOST not in os.environ


def test_it_is_told_that_it_only_predicts() -> None:
    assert Action(check_mode=True).result()["checked"] is True


@pytest.mark.parametrize(
    ("args", "rules", "message"),
    [
        ({}, {}, "missing required arguments: name"),
        ({"name": "pi", "number": "x"}, {}, "number"),
        (
            {"name": "pi", "other": "x"},
            {},
            "Unsupported parameters for (an_action) module: other. Supported parameters",
        ),
        ({"name": "a", "number": 1}, {"mutually_exclusive": [["name", "number"]]}, "mutually exclusive: name|number"),
    ],
)
def test_what_a_module_would_refuse_is_refused_before_anything_is_done(
    args: dict[str, Any], rules: dict[str, Any], message: str
) -> None:
    result = Action(args=args).result(lambda *_arguments: pytest.fail("it was run"), **rules)
    assert result["failed"] and message in result["msg"]


def test_the_environment_of_a_task_is_there_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("R3_PROFILE", "mine")

    def look(*_arguments: Any) -> dict[str, Any]:
        return {"profile": os.environ["R3_PROFILE"], "number": os.environ["A_NUMBER"]}

    result = Action(environment=[{"R3_PROFILE": "task"}, {"A_NUMBER": 7}]).result(look)
    assert (result["profile"], result["number"]) == ("task", "7")
    assert (os.environ["R3_PROFILE"], "A_NUMBER" in os.environ) == ("mine", False)


def test_an_environment_that_can_be_none_fails_the_task() -> None:
    result = Action(environment=[{"R3=PROFILE": "task"}]).result(lambda *_arguments: pytest.fail("it was run"))
    assert result["failed"] and "R3=PROFILE" in result["msg"]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OptionError("name is no name."), "name is no name."),
        (RemoteItError("not today."), "not today."),
        (MissingLibraryError("hiredis>=3.0,<4"), "Failed to import the required Python library (hiredis>=3.0,<4)"),
    ],
)
def test_an_error_fails_with_its_sentence_and_warnings_are_kept(error: RemoteItError, message: str) -> None:
    def fail(_params: Any, _check_mode: bool, warn: Callable[[str], None]) -> dict[str, Any]:
        warn("a word.")
        raise error

    result = Action().result(fail)
    assert (result["failed"], result["warnings"]) == (True, ["a word."])
    assert message in result["msg"]


@pytest.mark.parametrize(
    ("keywords", "sent"),
    [
        ({"async_val": 30}, [(True, None)]),
        ({"delegate_to": "elsewhere"}, [(False, None)]),
        ({"transport": "local", "async_val": 30}, [(True, "pi-kitchen")]),
        ({"transport": "local", "delegate_to": "localhost"}, []),
    ],
)
def test_a_task_that_is_sent_elsewhere_runs_as_a_module(
    keywords: dict[str, Any], sent: list[tuple[bool, str | None]]
) -> None:
    action = Action(**keywords)
    result = action.result()
    assert action.sent == sent
    assert result.get("sent", False) is bool(sent)
