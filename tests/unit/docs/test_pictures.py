# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pictures of the documentation are there, and show what their sources say."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

DOCS = Path(__file__).resolve().parents[3] / "docs"
SOURCES = sorted((DOCS / "pictures").glob("*.puml"))


def of(source: Path) -> Path:
    """The picture that was drawn from *source*."""
    return DOCS / "images" / source.with_suffix(".svg").name


def shown() -> set[Path]:
    """The pictures that the documentation shows."""
    found = set()
    for path in [DOCS.parent / "README.md", *DOCS.rglob("*.rst"), *DOCS.glob("*.md")]:
        for name in re.findall(r"(?:image:: |!\[[^]]*\]\()([^)\s]+\.svg)", path.read_text()):
            found.add((path.parent / name).resolve())
    return found


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_a_diagram_is_drawn_from_its_source(source: Path) -> None:
    # PlantUML keeps the source in a comment, where two dashes may not stand side by side.
    text = source.read_text().partition("@startuml")[2].strip()
    assert text.replace("--", "- -") in of(source).read_text()


def test_all_that_is_shown_is_a_picture_and_all_pictures_are_shown() -> None:
    for picture in shown():
        assert ElementTree.parse(picture).getroot().tag.endswith("}svg")
    assert shown() == set((DOCS / "images").glob("*.svg"))
