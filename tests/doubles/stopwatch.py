# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long something takes by itself, and not because this machine is busy."""

from __future__ import annotations

import time
from collections.abc import Callable

TRIES = 3


def seconds_taken(limit: float, work: Callable[[], object]) -> float:
    """How long *work* takes; if that is not less than *limit*, it is tried again.

    A busy machine is slow now and then, and what takes too long by itself does so each time.
    """
    for _try in range(TRIES):
        begun = time.monotonic()
        work()
        taken = time.monotonic() - begun
        if taken < limit:
            break
    return taken
