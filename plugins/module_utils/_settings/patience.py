# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For how long the core waits, and how often it tries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Patience(NamedTuple):
    """For how long the core waits, and how often it tries; all times are in seconds.

    It tries a request *requests* times, the second time after *pause*, and twice as long after each further one; and it
    tries *connects* times to open a connection where answers are lost. *looks* is when it looks for a session that may be
    listed late, each after the one before. *silence* is how long a proxy may take to accept a connect.

    A sign of life ends after *life_lease* unless it is renewed, and in Redis, a lock after *lock_lease*. Each question to Redis
    may take *redis_timeout*, and is asked again after each of *redis_pauses* while Redis is not there.
    """

    requests: int = 4
    pause: float = 0.5
    connects: int = 3
    looks: tuple[float, ...] = (0.0, 1.0, 2.0, 3.0)
    silence: float = 5.0
    lock_lease: float = 15.0
    life_lease: float = 60.0
    redis_timeout: float = 5.0
    redis_pauses: tuple[float, ...] = (0.1, 0.3, 0.9, 1.8)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Patience:
        """The inverse of _asdict(), after JSON has made lists of the tuples."""
        return cls(**{**record, "looks": tuple(record["looks"]), "redis_pauses": tuple(record["redis_pauses"])})


PATIENCE = Patience()
