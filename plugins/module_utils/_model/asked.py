# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What remote.it was asked to open."""

from __future__ import annotations

from typing import NamedTuple

from .access import Access


class Asked(NamedTuple):
    """What remote.it was asked to open, *at* and *answered_at* by its own clock, in seconds since the epoch."""

    service_id: str
    access: Access
    at: float
    answered_at: float
