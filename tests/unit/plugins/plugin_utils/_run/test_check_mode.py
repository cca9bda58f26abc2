# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an expression is evaluated for a task in check mode."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from ansible import context
from ansible._internal._task import TaskContext
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.task import Task
from ansible.template import Templar, trust_as_template
from ansible.utils.context_objects import CLIArgs

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RemoteItError
from ansible_collections.community.remoteit.plugins.plugin_utils._run.check_mode import is_check_mode


def templar(**variables: Any) -> Templar:
    return Templar(loader=DataLoader(), variables=variables)


def running(check_mode: Any, kind: Any = TaskContext) -> Any:
    """What is around the evaluations of a task."""
    task = Task()
    task.check_mode = check_mode
    # since ansible-core 2.21
    if hasattr(kind, "create"):
        return kind.create(task=task, task_vars={}, host_name="pi")
    return kind(task)


@pytest.mark.parametrize(
    ("said", "expected"),
    [(True, True), (False, False), (None, False), ("yes", True), ("no", False), ("neither", True)],
)
def test_a_task_says_so_itself(said: Any, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "CLIARGS", CLIArgs({"check": not expected}))
    with running(said):
        assert is_check_mode(templar()) is expected


@pytest.mark.parametrize("expected", [True, False])
def test_what_it_says_may_be_a_template(expected: bool) -> None:
    with running(trust_as_template("{{ careful }}")):
        assert is_check_mode(templar(careful=expected)) is expected


@pytest.mark.parametrize("expected", [True, False])
def test_without_a_task_it_is_what_the_run_is(expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "CLIARGS", CLIArgs({"check": expected}))
    assert is_check_mode(templar()) is expected


def test_where_core_does_not_tell_nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ansible._internal._task", None)
    with pytest.raises(RemoteItError, match="cannot tell with this version of ansible-core"):
        is_check_mode(templar())
