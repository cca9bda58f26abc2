# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The measurements as text, as a table for the documentation, and as a chart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from .collections import ROOT
from .measure import Row

_TABLE = ROOT / "docs" / "benchmarks.md"
_CHART = ROOT / "docs" / "images" / "benchmarks.svg"

# the same as this file's
LICENCE = [line.removeprefix("# ") for line in Path(__file__).read_text(encoding="utf-8").splitlines()[:3]]

_WIDTH, _LINE, _BAR_FROM = 900, 28, 470


def as_text(row: Row) -> str:
    """One line."""
    verdict = "ok" if row.holds else "NOT KEPT"
    return f"{row.name:62}  {_figure(row.figure)} ({_spread(row)}) {row.unit}, {_bound(row)}: {verdict}; {row.how}"


def write(rows: Sequence[Row], versions: str) -> None:
    """Write the table and the chart anew."""
    lines = [
        *("<!--", *LICENCE, "-->"),
        "",
        "# Benchmarks",
        "",
        f"Written by `make bench ARGS=--write`. {versions}. Each figure is a median with its spread; what a colon divides",
        "was measured in turns in one run.",
        "",
        "| what | measured | spread | bound | how |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        kept = "" if row.holds else " **not kept**"
        cells = (row.name, f"{_figure(row.figure)} {row.unit}", _spread(row), _bound(row) + kept, row.how)
        lines.append(f"| {' | '.join(cells)} |")
    _TABLE.write_text("\n".join([*lines, "", "![chart](images/benchmarks.svg)", ""]), encoding="utf-8")
    _CHART.parent.mkdir(exist_ok=True)
    _CHART.write_text(_chart(rows), encoding="utf-8")


def _figure(value: float) -> str:
    return f"{value:.3g}"


def _spread(row: Row) -> str:
    return f"{_figure(row.low)} to {_figure(row.high)}"


def _bound(row: Row) -> str:
    return f"{'at least' if row.at_least else 'at most'} {_figure(row.bound)}"


def _chart(rows: Sequence[Row]) -> str:
    """How much of its bound each row uses up: a bar that ends before the line keeps it."""
    full = _WIDTH - _BAR_FROM - 60
    height = (len(rows) + 2) * _LINE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" font-family="sans-serif" font-size="13">',
        *("<!--", *LICENCE, "-->"),
        f'<rect width="{_WIDTH}" height="{height}" fill="white"/>',
        f'<text x="10" y="{_LINE * 0.7:.0f}" font-weight="bold">Share of the bound that is used up: shorter is better</text>',
    ]
    for number, row in enumerate(rows, 1):
        share = row.bound / row.figure if row.at_least else row.figure / row.bound
        y, width = number * _LINE, max(1.0, min(share, 1.2) * full)
        colour = "#2a7" if row.holds else "#c33"
        parts += [
            f'<text x="10" y="{y + 18}">{escape(row.name)}</text>',
            f'<rect x="{_BAR_FROM}" y="{y + 6}" width="{width:.0f}" height="16" fill="{colour}"/>',
            f'<text x="{_BAR_FROM + width + 6:.0f}" y="{y + 18}">{_figure(row.figure)} {escape(row.unit)}</text>',
        ]
    end = _BAR_FROM + full
    parts += [
        f'<line x1="{end}" y1="{_LINE}" x2="{end}" y2="{height - _LINE / 2:.0f}" stroke="#444" stroke-dasharray="4"/>',
        "</svg>",
        "",
    ]
    return "\n".join(parts)
