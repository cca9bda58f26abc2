# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the documentation shows as code."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

_MARKDOWN = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.M | re.S)
_RST = re.compile(r"^ *\.\. code-block:: (\S+)\n\n((?: +.*\n|\n)+)", re.M)


def blocks(path: Path) -> Iterator[tuple[str, str]]:
    """The language and the text of each block of a guide, in Markdown or reStructuredText."""
    pattern = _MARKDOWN if path.suffix == ".md" else _RST
    for language, text in pattern.findall(path.read_text(encoding="utf-8")):
        yield language, textwrap.dedent(text)
