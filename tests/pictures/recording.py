# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A program's output as a terminal shows it, in the program's own time: an animated SVG."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

_COLUMNS, _ROWS = 118, 30
_WIDTH, _HEIGHT = 8.4, 18
_MARGIN = 16
# How long the end is shown before it begins anew.
_REST = 6.0


class Line(NamedTuple):
    """A line of output, and the second at which it came."""

    at: float
    text: str


def record(command: Sequence[str]) -> list[Line]:
    """Run *command* to its end. Raises CalledProcessError."""
    begun = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        lines = [Line(time.monotonic() - begun, text.rstrip("\n")) for text in process.stdout]
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return lines


def as_svg(title: str, lines: Sequence[Line], licence: Sequence[str]) -> str:
    """The recording; it scrolls as soon as the screen is full."""
    width, height = _COLUMNS * _WIDTH + 2 * _MARGIN, _ROWS * _HEIGHT + 2 * _MARGIN
    whole = lines[-1].at + _REST
    # What is not printed yet lies below a cover that moves down; of lines that come together, the last one counts.
    printed = {f"{line.at / whole * 100:.2f}%": number for number, line in enumerate(lines, 1)}
    cover, scroll = (
        [f"{share} {{ transform: translateY({shift(number)}px) }}" for share, number in {"0%": 0, **printed}.items()]
        for shift in (_shown, _scrolled)
    )
    texts = [
        f'<text x="{_MARGIN}" y="{_MARGIN + number * _HEIGHT - 4}" xml:space="preserve">{escape(line.text[:_COLUMNS])}</text>'
        for number, line in enumerate(lines, 1)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" role="img" aria-label="{escape(title)}">',
            *("<!--", *licence, "-->"),
            "<style>",
            "text { font: 14px ui-monospace, Menlo, Consolas, monospace; fill: #ddd }",
            # What does not move pictures shows the end.
            f".lines {{ transform: translateY({_scrolled(len(lines))}px); animation: scroll {whole:.1f}s step-end infinite }}",
            f".cover {{ transform: translateY({_shown(len(lines))}px); animation: cover {whole:.1f}s step-end infinite }}",
            *("@keyframes scroll {", *scroll, "}"),
            *("@keyframes cover {", *cover, "}"),
            "</style>",
            f'<clipPath id="screen"><rect x="0" y="{_MARGIN}" width="{width:.0f}" height="{_ROWS * _HEIGHT}"/></clipPath>',
            f'<rect width="{width:.0f}" height="{height}" rx="8" fill="#1b1f24"/>',
            '<g clip-path="url(#screen)"><g class="lines">',
            *texts,
            f'<rect class="cover" x="0" y="{_MARGIN}" width="{width:.0f}" height="{(len(lines) + 1) * _HEIGHT}" fill="#1b1f24"/>',
            "</g></g>",
            "</svg>",
            "",
        ]
    )


def _shown(number: int) -> int:
    """How far down the first *number* lines reach."""
    return number * _HEIGHT


def _scrolled(number: int) -> int:
    """How far everything has moved when that many lines are printed."""
    return -max(0, number - _ROWS) * _HEIGHT
