# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The code imports along the arrows of the table in CONTRIBUTING.md and along no others, and its tests mirror it."""

from __future__ import annotations

import ast
import graphlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import pytest

from tests import documents

ROOT = Path(__file__).resolve().parents[3]
PLUGINS = ROOT / "plugins"
OURS = "ansible_collections.community.remoteit.plugins."
FILES = {
    path.relative_to(PLUGINS).as_posix(): path.read_text(encoding="utf-8")
    for part in ("module_utils", "plugin_utils")
    for path in sorted((PLUGINS / part).rglob("*.py"))
}

# from a room to one that it imports
Arrow = tuple[str, str]


def table(document: str) -> list[str]:
    """The lines of the table of rooms in a document."""
    (text,) = (text for _language, text in documents.blocks(ROOT / document) if text.startswith("_base "))
    return text.rstrip().splitlines()


def rule(lines: list[str]) -> dict[str, set[str]]:
    """Each room of the table, and the rooms it may import; for plugin_utils, those of its own besides all others."""
    allowed: dict[str, set[str]] = {}
    for line in lines:
        left, right = re.split("  +", line, maxsplit=1)
        if left.startswith("plugin_utils: "):
            names = [f"plugin_utils/{name}" for name in re.findall(r"_\w+", left.partition(":")[2])]
            allowed |= {name: set(names[:number]) for number, name in enumerate(names)}
        else:
            targets = {f"module_utils/{name}" for name in re.findall(r"\b_\w+", right)}
            allowed |= {f"module_utils/{name}": targets for name in re.findall(r"\b_\w+", left)}
    return allowed


def room(path: str) -> str:
    """The room of a path below plugins/, or its part where it lies in none: ``module_utils/_api``, ``plugin_utils``."""
    part, *rest = PurePosixPath(path).parts
    return f"{part}/{rest[0]}" if rest and rest[0].startswith("_") else part


def imports(path: str, source: str) -> Iterator[str]:
    """What a file imports, anywhere in it, as a path below plugins/ if it is ours, else as ``package/module/name``."""
    package = PurePosixPath(path).parent.parts
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) + 1 - node.level] if node.level else ()
            names = [".".join(filter(None, [*start, node.module, alias.name])) for alias in node.names]
        else:
            continue
        for name in names:
            yield name.removeprefix(OURS).replace(".", "/")


def arrows(files: Mapping[str, str]) -> set[Arrow]:
    """The arrows that the table is about: all but those from plugin_utils down to module_utils, which are free."""
    found = {(room(path), room(target)) for path, source in files.items() for target in imports(path, source)}
    return {
        (start, end)
        for start, end in found
        if start != end
        and end.startswith(("module_utils", "plugin_utils"))
        and (start.startswith("module_utils") or end.startswith("plugin_utils"))
    }


def drawn(allowed: Mapping[str, set[str]]) -> set[Arrow]:
    return {(start, end) for start, ends in allowed.items() for end in ends}


def importers_of_ansible(files: Mapping[str, str]) -> list[str]:
    """The files of the core that import Ansible."""
    core = {path: source for path, source in files.items() if path.startswith("module_utils/")}
    return [
        path for path, source in core.items() if any(re.match("ansible(/|$)", name) for name in imports(path, source))
    ]


def test_the_table_names_every_room() -> None:
    assert len(table("CONTRIBUTING.md")) <= 10
    assert set(rule(table("CONTRIBUTING.md"))) == {room(path) for path in FILES} - {"plugin_utils"}


def test_no_import_goes_another_way() -> None:
    beyond = sorted(arrows(FILES) - drawn(rule(table("CONTRIBUTING.md"))))
    assert beyond == []


def test_the_table_allows_nothing_that_no_import_needs() -> None:
    unneeded = sorted(drawn(rule(table("CONTRIBUTING.md"))) - arrows(FILES))
    assert unneeded == []


def test_no_room_comes_back_to_itself() -> None:
    graphlib.TopologicalSorter(rule(table("CONTRIBUTING.md"))).prepare()


def test_one_file_of_the_core_imports_ansible() -> None:
    assert importers_of_ansible(FILES) == ["module_utils/_tasks/module.py"]


def test_the_guide_shows_the_same_table() -> None:
    assert table("docs/docsite/rst/guide_design.rst") == table("CONTRIBUTING.md")


@pytest.mark.parametrize(
    ("path", "source", "arrow"),
    [
        ("module_utils/_base/new.py", "from .._api.rest import sent", "module_utils/_api"),
        ("module_utils/_base/new.py", "from .._api import rest", "module_utils/_api"),
        ("module_utils/_base/new.py", "from .. import _api", "module_utils/_api"),
        (
            "module_utils/_base/new.py",
            f"from {OURS}module_utils._api import rest",
            "module_utils/_api",
        ),
        ("module_utils/_base/new.py", f"import {OURS}module_utils._api.rest as rest", "module_utils/_api"),
        ("module_utils/_base/new.py", "def late():\n    from .._api import rest", "module_utils/_api"),
        ("module_utils/_base/new.py", "if TYPE_CHECKING:\n    from .._api import rest", "module_utils/_api"),
        ("module_utils/_tasks/new.py", "from ...plugin_utils._run import recap", "plugin_utils/_run"),
        ("plugin_utils/_ssh/new.py", "from .._run import recap", "plugin_utils/_run"),
        ("plugin_utils/_ssh/new.py", "from ..sweeper import __doc__", "plugin_utils"),
    ],
)
def test_an_import_that_goes_another_way_is_seen(path: str, source: str, arrow: str) -> None:
    found = arrows({path: source})
    assert found == {(room(path), arrow)}
    assert not found & drawn(rule(table("CONTRIBUTING.md")))


def test_a_file_of_the_core_that_imports_ansible_is_seen() -> None:
    late = "def late():\n    from ansible.errors import AnsibleError"
    assert importers_of_ansible({"module_utils/_base/new.py": late})


def test_plugin_utils_may_import_any_room_of_the_core() -> None:
    assert not arrows({"plugin_utils/_ssh/new.py": "from ...module_utils._tunnels import relay"})


def imports_of_unit_tests(files: Mapping[str, str]) -> list[str]:
    """The files that import a test of a single part, or what stands beside it."""
    return [
        path
        for path, source in files.items()
        if any(re.match("tests/unit(/|$)", name) for name in imports(path, source))
    ]


def test_no_other_tests_import_from_the_unit_tests() -> None:
    others = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if not path.is_relative_to(ROOT / "tests" / "unit")
    }
    assert len(others) > 100
    assert not imports_of_unit_tests(others)
    assert imports_of_unit_tests({"tests/soak/new.py": "from tests.unit.plugins import conftest"})


def untested(files: Mapping[str, str]) -> list[str]:
    """The files with functions that have no test of their name in the same room of tests/unit/plugins."""
    tests = ROOT / "tests" / "unit" / "plugins"
    return [
        path
        for path, source in files.items()
        if any(isinstance(node, ast.FunctionDef) for node in ast.walk(ast.parse(source)))
        and not (tests / path).with_name(f"test_{PurePosixPath(path).name}").is_file()
    ]


def test_each_file_has_its_test() -> None:
    assert untested(FILES) == []
    assert untested({"module_utils/_base/new.py": "def new() -> None: ..."}) == ["module_utils/_base/new.py"]
    assert untested({"module_utils/_base/fields.py": "class Fields(NamedTuple):\n    id: str"}) == []
