# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whoever searches the troubleshooting guide for an error that they see finds it there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_troubleshooting.rst"
ERRORS = {
    "OptionError",
    "CredentialsError",
    "RegistryError",
    "ControllerError",
    "NotSentError",
    "AnswerLostError",
    "RefusedError",
    "OutOfTimeError",
    "RemoteItError",
    "warn",
    "_warn",
    "warning",
}


def constant_parts(node: ast.expr) -> list[str]:
    """The parts of a text that are the same each time."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return [part.value for part in node.values if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    if isinstance(node, ast.IfExp):
        return constant_parts(node.body) + constant_parts(node.orelse)
    return []


def sentences() -> Iterator[tuple[str, list[str]]]:
    """Where each error and warning is raised, and its constant parts."""
    for path in sorted((ROOT / "plugins").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            parts = [" ".join(part.split()) for text in node.args[:1] for part in constant_parts(text)]
            if name in ERRORS and any(" " in part for part in parts):
                yield f"{path.name}:{node.lineno}", [part for part in parts if len(part) > 3]


SENTENCES = dict(sentences())


def test_there_are_sentences() -> None:
    assert len(SENTENCES) > 40


@pytest.mark.parametrize("where", SENTENCES)
def test_the_guide_has_the_sentence(where: str) -> None:
    guide = " ".join(GUIDE.read_text(encoding="utf-8").split())
    missing = [part for part in SENTENCES[where] if part not in guide]
    assert not missing
