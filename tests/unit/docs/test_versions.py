# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The README promises the versions that are checked, no more and no less."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]
_ROW = re.compile(r"^\| (2\.\d+) \| ([\d., ]+) \| (2\.\d+)\.(\d+) on (3\.\d+) \| \w+ \d{4} \|$", re.M)


def rows() -> list[tuple[str, list[str], str, str]]:
    """The branch of ansible-core, its Pythons, the version that is checked, and with which Python."""
    found = _ROW.findall((ROOT / "README.md").read_text())
    return [(branch, pythons.split(", "), f"{checked}.{patch}", on) for branch, pythons, checked, patch, on in found]


def test_each_branch_is_checked_with_one_of_its_versions() -> None:
    gate = (ROOT / ".ci" / "run").read_text()
    assert rows()
    for branch, pythons, checked, on in rows():
        assert checked.startswith(f"{branch}.")
        assert on in pythons
        assert f"environment {on} {checked}" in gate


def test_the_gate_checks_no_other_released_version() -> None:
    released = re.findall(r"environment 3\.\d+ (2\.\d+\.\d+)\b(?!rc)", (ROOT / ".ci" / "run").read_text())
    assert sorted(released) == [checked for _branch, _pythons, checked, _on in rows()]


def test_the_oldest_branch_is_what_the_collection_requires() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())
    assert runtime["requires_ansible"] == f">={rows()[0][0]}.0"


def requirements(text: str) -> set[str]:
    """The libraries with bounds in *text*, as pip writes them."""
    bare = text.replace(" ", "").replace("`", "").replace('"', "\n")
    return set(re.findall(r"\b((?:requests-http-signature|requests|hiredis)[<>=][0-9.,<>=]*[0-9])", bare))


def test_everybody_names_the_same_bounds_of_a_library() -> None:
    needed = requirements((ROOT / "meta" / "ee-requirements.txt").read_text())
    assert len(needed) == 3
    assert all(">=" in one and "<" in one for one in needed)
    documents = [ROOT / "README.md", *ROOT.glob("docs/docsite/rst/*.rst"), *ROOT.glob("roles/*/README.md")]
    for path in (*ROOT.glob("plugins/**/*.py"), *documents, ROOT / "tests" / "requirements" / "test.in"):
        assert requirements(path.read_text()) <= needed, path
    assert requirements((ROOT / "plugins" / "doc_fragments" / "_remoteit.py").read_text()) == needed


def test_the_oldest_and_the_newest_of_each_library_are_checked() -> None:
    gate = (ROOT / ".ci" / "run").read_text()
    pinned = (ROOT / "tests" / "requirements" / "test.txt").read_text()
    for one in requirements((ROOT / "meta" / "ee-requirements.txt").read_text()):
        name, least, below = re.findall(r"^([a-z-]+)>=([0-9.]+),<([0-9]+)$", one)[0]
        assert re.search(rf"^{name}=={int(below) - 1}\.", pinned, re.M), f"no {name} below {below}"
        assert re.search(rf"\b{name}=={re.escape(least)}(?![.\d])", pinned + gate), f"no {name} {least}"
