# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draw the pictures of the documentation anew: the diagrams by PlantUML, and a recording of the demo."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.bench.table import LICENCE

from . import recording

_DOCS = Path(__file__).resolve().parents[2] / "docs"
_IMAGES = _DOCS / "images"
_MACHINE = re.compile(r"\n*PlantUML version .*?-->", re.S)


def main() -> None:
    """Write them all. Raises CalledProcessError, or FileNotFoundError where PlantUML is not installed."""
    sources = sorted((_DOCS / "pictures").glob("*.puml"))
    subprocess.run(["plantuml", "-tsvg", "-o", str(_IMAGES), *map(str, sources)], check=True)
    for source in sources:
        picture = _IMAGES / source.with_suffix(".svg").name
        # It keeps its source in a comment, and what it was drawn with, which is another one on each machine.
        picture.write_text(_MACHINE.sub("-->", picture.read_text()) + "\n")
    lines = recording.record([sys.executable, "-u", "-m", "tests.demo"])
    (_IMAGES / "demo.svg").write_text(recording.as_svg("make demo", lines, LICENCE))


if __name__ == "__main__":
    main()
