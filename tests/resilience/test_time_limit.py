# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""However long remote.it takes, no task outlasts its timeout by more than a second, nor loses sight of anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import GRAPHQL, REST
from tests.doubles.stopwatch import TRIES

from .engine.api_faults import FAULTS
from .engine.cells import OPEN, REQUESTS, Bench, Cell
from .engine.promises import broken, is_late

# Long enough for one exchange on a busy machine, and shorter than any wait below.
TIMEOUT = 1.5
ENDLESS: list[dict[str, Any]] = [
    {"fault": "lost_answer", "how": "hang"},
    {"fault": "lost_request", "how": "hang"},
    {"fault": "drip", "seconds": 600},
    {"fault": "lost_answer", "how": "reset"},
    {"fault": "status", "status": 503},
    {"fault": "status", "status": 429, "retry_after": "1"},
]


def test_no_task_outlasts_its_timeout(plain_bench: Bench) -> None:
    # What is slow may take longer than the task has, and pauses are the real ones.
    cells = [
        Cell(operation, wire, ({"wire": "*", "operation": "*", **fault},), slow=True, timeout=TIMEOUT)
        for fault in ENDLESS
        for operation, wire in REQUESTS
    ]
    # Here it is the core that waits, for connections that are listed late.
    lost = {"operation": "connect", "fault": "lost_request", "how": "reset"}
    cells += [Cell(OPEN, wire, ({"wire": wire, **lost},), slow=True, timeout=TIMEOUT) for wire in (REST, GRAPHQL)]
    messages = "|".join(fault.says for fault in FAULTS if fault.says)
    # All at once are too much for a busy machine; what is late by itself is so each time.
    for _try in range(TRIES):
        seen = list(zip(cells, plain_bench.run(cells), strict=True))
        for cell, one in seen:
            assert broken(cell, replace(one, seconds=0.0), messages) == [], (cell, one)
        late = [(cell, one.seconds) for cell, one in seen if is_late(cell, one)]
        cells = [cell for cell, _seconds in late]
        if not late:
            break
    assert late == []
