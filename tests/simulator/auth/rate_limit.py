# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Throttling: the service answers 429 to keys that ask too often; no limit is published."""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque

from ..config.settings import RateLimit


class RateLimiter:
    """Counts the requests of each access key in a sliding window of real time."""

    def __init__(self, limit: RateLimit | None) -> None:
        self._limit = limit
        self._times: defaultdict[str, deque[float]] = defaultdict(deque)

    @property
    def tells(self) -> bool:
        """Whether answers say when to come back."""
        return self._limit is not None and self._limit.retry_after

    def check(self, key_id: str) -> int | None:
        """Count a request; return None when it may pass, else after how many whole seconds the next one may."""
        if self._limit is None:
            return None
        now, times = time.monotonic(), self._times[key_id]
        while times and times[0] <= now - self._limit.window:
            times.popleft()
        if len(times) < self._limit.requests:
            times.append(now)
            return None
        return math.ceil(times[0] + self._limit.window - now) if times else math.ceil(self._limit.window)

    def clear(self) -> None:
        """Forget everything."""
        self._times.clear()
