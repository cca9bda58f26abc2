# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task returns of each error, that each kind is documented, and what is said of a library that is missing."""

from __future__ import annotations

import ast
import importlib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    AnswerLostError,
    ApiError,
    ControllerError,
    CredentialsError,
    MissingLibraryError,
    NotSentError,
    OptionError,
    OutOfTimeError,
    RefusedError,
    RegistryError,
    RemoteItError,
)

ROOT = Path(__file__).resolve().parents[5]
GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_troubleshooting.rst"
# Of what the lookup and SSH raise, nobody sees more than the sentence.
WITHOUT_KIND = {
    "plugins/lookup/remoteit_proxy.py",
    "plugins/module_utils/_model/failure.py",
    "plugins/module_utils/_tunnels/tunnel.py",
}


def classes(base: type[RemoteItError] = RemoteItError) -> Iterator[type[RemoteItError]]:
    """The classes of errors below *base*."""
    for one in base.__subclasses__():
        yield one
        yield from classes(one)


KINDS = {one.kind for one in classes()} - {RemoteItError.kind}


@pytest.mark.parametrize(
    ("error", "kind", "status", "reason"),
    [
        (OptionError("No."), "options", None, ""),
        (CredentialsError("No."), "credentials", None, ""),
        (RegistryError("No."), "registry", None, ""),
        (ControllerError("No."), "controller", None, ""),
        (NotSentError("No."), "not_sent", None, ""),
        (NotSentError("No.", status=408), "not_sent", 408, ""),
        (AnswerLostError("No."), "answer_lost", None, ""),
        (AnswerLostError("No.", 1.0, 503), "answer_lost", 503, ""),
        (RefusedError("No.", 200, "inactive"), "refused", 200, "inactive"),
        (RefusedError("No.", 429, "", 1.0), "refused", 429, ""),
        (OutOfTimeError("No."), "out_of_time", None, ""),
    ],
)
def test_what_a_task_returns(error: RemoteItError, kind: str, status: int | None, reason: str) -> None:
    told = {"kind": kind, "status": status, "reason": reason}
    assert error.as_result() == {"failed": True, "msg": "No.", "error": told}


def test_what_was_done_before_is_told_where_a_task_tells_it() -> None:
    error = OptionError("No.")
    assert "done" not in error.as_result()
    error.done = ["Tags added: a."]
    assert error.as_result()["done"] == ["Tags added: a."]
    error.done = []
    assert error.as_result()["done"] == []


def test_each_class_has_a_kind_of_its_own() -> None:
    kinds = [one.kind for one in classes() if "kind" in vars(one)]
    assert len(set(kinds)) == len(kinds)
    assert RemoteItError.kind not in kinds


def test_what_a_task_can_fail_with_has_a_kind() -> None:
    raised = set()
    for path in (ROOT / "plugins").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("RemoteItError", "ApiError"):
                raised.add(str(path.relative_to(ROOT)))
    assert raised == WITHOUT_KIND


def test_the_guide_has_each_kind() -> None:
    table = GUIDE.read_text(encoding="utf-8").partition("What ``kind`` can be")[2].partition("\n\nThese kinds")[0]
    assert set(re.findall(r"^   \* - ``([a-z_]+)``$", table, re.M)) == KINDS | {"kind"}


@pytest.mark.parametrize(
    ("module", "without"),
    [
        ("remoteit_connection", set()),
        ("remoteit_connection_info", {"controller"}),
        ("remoteit_device", {"controller"}),
        # It opens nothing that would be remembered.
        ("remoteit_device_info", {"controller", "registry"}),
        ("remoteit_device_wait", {"controller", "registry"}),
        ("remoteit_connect_link", {"controller", "registry"}),
        ("remoteit_event_info", {"controller", "registry"}),
    ],
)
def test_the_documentation_of_the_module_has_each_kind(module: str, without: set[str]) -> None:
    name = f"ansible_collections.community.remoteit.plugins.modules.{module}"
    kind = yaml.safe_load(importlib.import_module(name).RETURN)["error"]["contains"]["kind"]
    documented = [line.partition(" - ")[0] for line in kind["description"] if " - " in line]
    assert {one.removeprefix("V(").removesuffix(")") for one in documented} == KINDS - without


def test_a_missing_library_is_named_with_the_python_the_host_and_the_way_out() -> None:
    error = MissingLibraryError("requests>=2.34.2,<3")
    host, python = os.uname().nodename, sys.executable
    assert str(error) == (
        f"Failed to import the required Python library (requests>=2.34.2,<3) on {host}'s Python {python}. Install it "
        f"there: {python} -m pip install 'requests>=2.34.2,<3'; or, where a task is sent to a host, let "
        "ansible_python_interpreter name a Python that has it."
    )
    assert error.as_result()["error"] == {"kind": "library", "status": None, "reason": ""}
    shown = str(error).replace("on " + host, "on …").replace(python, "…").replace("'requests>=2.34.2,<3'", "'…'")
    assert f"``{shown}``" in GUIDE.read_text(encoding="utf-8")


def test_a_library_that_does_not_work_is_named_with_the_python_and_the_cause() -> None:
    error = MissingLibraryError("hiredis>=3.0,<4", "AttributeError: no")
    assert str(error) == (
        f"The Python library hiredis>=3.0,<4 cannot be used by {sys.executable} (AttributeError: no); install it anew, "
        "with all that it needs."
    )
    assert error.as_result()["error"]["kind"] == "library"


@pytest.mark.parametrize("kind", [NotSentError, AnswerLostError, OutOfTimeError])
def test_what_remote_it_did_not_do_may_be_asked_for_again_at_once_unless_it_said_when(kind: type[ApiError]) -> None:
    assert kind("a sentence").retry_after == 0.0
    assert kind("a sentence", 7.5).retry_after == 7.5
    assert str(kind("a sentence", 7.5)) == "a sentence"
