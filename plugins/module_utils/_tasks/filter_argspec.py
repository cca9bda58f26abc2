# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options by which devices are chosen."""

from __future__ import annotations

from typing import Any

from .._fleet.filter import ANY, STATES, TAGS_MATCHES


def filter_argument_spec() -> dict[str, dict[str, Any]]:
    """The argument spec that the doc fragment ``community.remoteit._filters`` documents."""
    return {
        "account": {"type": "str"},
        "name": {"type": "str"},
        "tags": {"type": "list", "elements": "str"},
        "tags_match": {"type": "str", "choices": list(TAGS_MATCHES), "default": ANY},
        "state": {"type": "str", "choices": list(STATES)},
        "platform": {"type": "list", "elements": "str"},
        "application": {"type": "list", "elements": "str"},
        "owner": {"type": "list", "elements": "str"},
        "shared": {"type": "bool"},
    }
