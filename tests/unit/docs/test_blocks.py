# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the documentation shows and tests/functional/test_examples.py does not run is at least what it says it is."""

from __future__ import annotations

import configparser
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests import documents

ROOT = Path(__file__).resolve().parents[3]
# There is no shebang, and whoever types commands sees that one fails.
_SHELLCHECK = ["shellcheck", "--shell=bash", "--exclude=SC2148,SC2155,SC2164", "-"]


DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("roles/*/README.md"), *ROOT.glob("docs/**/*.rst")]
BLOCKS = {
    f"{path.relative_to(ROOT)} {number}": block
    for path in sorted(DOCUMENTS)
    for number, block in enumerate(documents.blocks(path), 1)
}


def of(*languages: str) -> list[str]:
    """The names of the blocks in one of the languages."""
    return [name for name, (language, _text) in BLOCKS.items() if language in languages]


def test_every_language_is_checked() -> None:
    checked = {"bash", "console", "ini", "python", "text", "yaml", "yaml+jinja"}
    assert {language for language, _text in BLOCKS.values()} <= checked


@pytest.mark.parametrize("name", of("bash", "console"))
def test_commands(name: str) -> None:
    text = BLOCKS[name][1]
    if BLOCKS[name][0] == "console":
        text = "\n".join(line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ "))
    program = Path(sys.executable).with_name(_SHELLCHECK[0])
    done = subprocess.run([program, *_SHELLCHECK[1:]], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", of("yaml", "yaml+jinja"))
def test_yaml(name: str) -> None:
    assert list(yaml.safe_load_all(BLOCKS[name][1]))


@pytest.mark.parametrize("name", of("ini"))
def test_ini(name: str) -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(BLOCKS[name][1])


@pytest.mark.parametrize("name", of("python"))
def test_python(name: str) -> None:
    compile(BLOCKS[name][1], name, "exec")


@pytest.mark.parametrize(
    ("key", "schema"), [("runs-on:", "vendor.github-workflows"), ("resource_group:", "vendor.gitlab-ci")]
)
def test_pipelines_are_what_their_services_take(key: str, schema: str, tmp_path: Path) -> None:
    (text,) = [text for language, text in BLOCKS.values() if language == "yaml" and key in text]
    pipeline = tmp_path / "pipeline.yml"
    pipeline.write_text(text)
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(pipeline)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
