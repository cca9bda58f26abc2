# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The execution environment of the guide, as far as it can be made without a container engine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import documents

pytestmark = pytest.mark.one_core

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_several_controllers.rst"
BUILDER = Path(sys.executable).with_name("ansible-builder")


def builder(*arguments: str | Path) -> str:
    done = subprocess.run([BUILDER, *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_definition_of_the_guide_makes_a_build_context(tmp_path: Path) -> None:
    (block,) = [text for _language, text in documents.blocks(GUIDE) if text.startswith("version: 3\n")]
    definition = tmp_path / "execution-environment.yml"
    definition.write_text(block)
    builder("create", "-f", definition, "-c", tmp_path / "context", "--output-filename", "Containerfile")
    assert "community.remoteit" in (tmp_path / "context" / "_build" / "requirements.yml").read_text()
    assert "python3.12" in (tmp_path / "context" / "Containerfile").read_text()


def test_the_collection_names_what_it_needs(tmp_path: Path) -> None:
    place = tmp_path / "ansible_collections" / "community"
    place.mkdir(parents=True)
    (place / "remoteit").symlink_to(ROOT)
    needs = builder("introspect", tmp_path)
    for need in (
        "hiredis>=3.0,<4",
        "requests>=2.34.2,<3",
        "requests-http-signature>=2.0.0,<3",
        "openssh-clients [platform:rpm]",
    ):
        assert f"'{need}  # from collection community.remoteit'" in needs
