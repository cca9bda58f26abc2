# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the user has set a variable."""

from __future__ import annotations

from typing import Any

try:
    from ansible._internal._datatag._tags import Origin
except ImportError:  # no part of core's API, and only told for convenience
    Origin = None


def origin(value: Any) -> str:
    """Where *value* was written, such as ``/site/host_vars/pi.yml:3:19``, or ``another place`` where core does not tell."""
    tag = Origin.get_tag(value) if Origin else None
    return str(tag) if tag else "another place"
