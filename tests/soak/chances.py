# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong at the simulator, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# Shorter than what clients wait for, because the simulator does what it was asked even when nobody waits any more.
_LATE = 0.6

_FAULTS: tuple[dict[str, Any], ...] = (
    {"fault": "lost_answer", "how": "close"},
    {"fault": "lost_answer", "how": "reset"},
    {"fault": "lost_answer", "how": "half"},
    {"fault": "lost_answer", "how": "hang"},
    {"fault": "lost_request", "how": "reset"},
    {"fault": "status", "status": 503},
    {"fault": "status", "status": 502, "committed": True},
    {"fault": "status", "status": 429, "retry_after": "1"},
    {"fault": "status", "status": 429},
    {"fault": "html"},
    {"fault": "truncated"},
    {"fault": "empty"},
    {"fault": "wrong_type"},
    {"fault": "wrong_fields"},
    {"fault": "refused"},
    {"fault": "latency", "seconds": _LATE},
    {"fault": "drip", "seconds": _LATE},
    {"wire": "graphql", "fault": "errors"},
    {"wire": "graphql", "fault": "data_null"},
)
_PROXY_FAULTS = ("refuse", "close")


def faults(rate: float) -> Iterator[dict[str, Any]]:
    """Faults that together hit *rate* of the requests, and as many of the proxies' clients."""
    for fault in _FAULTS:
        yield {**fault, "probability": rate / len(_FAULTS)}
    for name in _PROXY_FAULTS:
        yield {"wire": "proxy", "fault": name, "probability": rate / len(_PROXY_FAULTS)}
