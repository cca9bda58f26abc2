# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the documentation tells of a play over a fleet is what the arithmetic gives."""

from __future__ import annotations

import re

from tests.bench.collections import ROOT
from tests.bench.fleet_plan import Plan
from tests.bench.fleet_run import WAYS, line

TABLE = (ROOT / "docs" / "fleet-run.md").read_text(encoding="utf-8").splitlines()
GUIDE = (ROOT / "docs" / "docsite" / "rst" / "guide_at_scale.rst").read_text(encoding="utf-8")
SHOWN = "10,000"


def test_the_table_is_up_to_date() -> None:
    # Larger fleets take their time.
    for name, how in WAYS.items():
        assert line(Plan(1000, **how), name) in TABLE


def test_the_guide_tells_what_the_table_does() -> None:
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in TABLE if row.startswith(f"| {SHOWN} |")]
    told = {(forks, asked, rate, most, takes) for _hosts, forks, _how, asked, _each, rate, most, _unused, takes in rows}
    table = GUIDE.partition("This is a play of ten tasks")[2].partition("The requests of small plays")[0]
    figures = re.findall(r"\* - .*((?:\n     - [\d,]+){5})", table)
    assert len(figures) == 5
    for row in figures:
        *cells, minutes = re.findall(r"[\d,]+", row)
        assert (*cells, f"{minutes} min") in told
