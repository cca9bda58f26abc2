# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""This start of the machine: what no other start has, and what shows that the clock was set since."""

from __future__ import annotations

import contextlib
import time


def boot_id() -> str:
    """The name of this start of the machine, the same in all its containers; empty where there is none."""
    with contextlib.suppress(OSError), open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read().strip()
    return ""


def booted_at() -> float:
    """When the machine was started, by its clock as it is set now, in seconds since the epoch; 0.0 where nobody knows."""
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else 0.0
