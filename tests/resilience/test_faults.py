# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Under every fault, on each wire, each operation keeps what is promised, and comes out as the guide says."""

from __future__ import annotations

import pytest

from .engine.cells import Bench
from .fault_table import TABLES, on_the_page, rendered, results


@pytest.mark.parametrize("table", TABLES)
def test_nothing_leaks_and_nothing_lies_and_the_guide_is_true(table: str, plain_bench: Bench) -> None:
    found = results(table, plain_bench)
    assert [result for result in found if result.broken] == []
    # python -m tests.resilience.fault_table writes it anew
    assert rendered(found) == on_the_page(table)
