# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Charts of what changes with time, one above the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

Line = Sequence[tuple[float, float]]

_WIDTH, _HEIGHT, _LEFT, _TOP = 900, 300, 70, 60
_COLOURS = ("#c33", "#27a", "#2a7", "#a6a", "#888")


def as_svg(charts: Mapping[str, Mapping[str, Line]], licence: Sequence[str]) -> str:
    """Charts by title, each with lines by name, of points in minutes and whatever the title says."""
    height = _HEIGHT * len(charts)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" font-family="sans-serif" font-size="13">',
        *("<!--", *licence, "-->"),
        f'<rect width="{_WIDTH}" height="{height}" fill="white"/>',
    ]
    for number, (title, lines) in enumerate(charts.items()):
        parts += [f'<g transform="translate(0 {number * _HEIGHT})">', *_chart(title, lines), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _chart(title: str, lines: Mapping[str, Line]) -> list[str]:
    right, bottom = _WIDTH - 20, _HEIGHT - 40
    longest = max(x for line in lines.values() for x, _y in line)
    highest = max(y for line in lines.values() for _x, y in line)

    def at(x: float, y: float) -> str:
        return f"{_LEFT + x / longest * (right - _LEFT):.1f},{bottom - y / highest * (bottom - _TOP):.1f}"

    parts = [
        f'<text x="10" y="20" font-weight="bold">{escape(title)}</text>',
        f'<path d="M{_LEFT},{_TOP} V{bottom} H{right}" fill="none" stroke="#444"/>',
        f'<text x="{_LEFT - 6}" y="{_TOP + 5}" text-anchor="end">{highest:,.0f}</text>',
        f'<text x="{_LEFT - 6}" y="{bottom + 5}" text-anchor="end">0</text>',
        f'<text x="{right}" y="{bottom + 18}" text-anchor="end">{longest:.0f} minutes</text>',
    ]
    for number, (name, line) in enumerate(lines.items()):
        colour = _COLOURS[number]
        points = " ".join(at(x, y) for x, y in line)
        parts += [
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>',
            f'<text x="{_LEFT + number * 205}" y="42" fill="{colour}">{escape(name)}</text>',
        ]
    return parts
