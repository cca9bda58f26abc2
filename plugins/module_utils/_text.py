# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text from outside, as it may be shown."""

from __future__ import annotations

_SHOWN_CHARACTERS = 200


def printable(text: str, limit: int = _SHOWN_CHARACTERS) -> str:
    """*text* from outside on one line of at most *limit* characters, with all that is not printable escaped."""
    shown = text.strip()[:limit]
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in shown)[:limit]
