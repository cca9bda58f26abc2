# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports for servers of the lab."""

from __future__ import annotations

import random
from collections.abc import Callable

# Below those that systems hand out themselves, so that no proxy, client or other listener of this machine takes one.
_PORTS = range(20_000, 32_000)
_ATTEMPTS = 5


def has_started(on_port: Callable[[int], bool]) -> bool:
    """Whether the server started on one of a few ports; *on_port* tries one, which somebody else may have."""
    return any(on_port(random.choice(_PORTS)) for _attempt in range(_ATTEMPTS))
