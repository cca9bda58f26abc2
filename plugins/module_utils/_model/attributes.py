# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The attributes of a device or a service: JSON values by names, which whoever may manage it writes.

A path has dots between the names of values within values.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .._base.text import inert

# Where the vendor's application keeps what it shows below a name.
DESCRIPTION = "$remoteit.description"
# Long enough for people's notes.
_CHARACTERS = 4096
_VALUES = 1000
_DEPTH = 8


def shown_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of *attributes* whose names and texts are inert. Raises ValueError when they are too many or too deep."""
    left = _VALUES

    def copied(value: Any, depth: int) -> Any:
        nonlocal left
        left -= 1
        if left < 0 or depth > _DEPTH:
            raise ValueError("its attributes are too many or too deep")
        if isinstance(value, Mapping):
            return {inert(key): copied(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list):
            return [copied(item, depth + 1) for item in value]
        if isinstance(value, str):
            return inert(value, _CHARACTERS)
        # JSON has no such number, Python's parser takes it all the same.
        return None if isinstance(value, float) and not math.isfinite(value) else value

    result: dict[str, Any] = copied(attributes, 0)
    return result


def same_value(this: Any, other: Any) -> bool:
    """Whether two JSON values are the same: ``1`` is ``1.0``, but neither ``"1"`` nor ``true``."""
    if isinstance(this, bool) or isinstance(other, bool):
        return this is other
    if isinstance(this, Mapping) and isinstance(other, Mapping):
        return this.keys() == other.keys() and all(same_value(value, other[name]) for name, value in this.items())
    if isinstance(this, list) and isinstance(other, list):
        return len(this) == len(other) and all(map(same_value, this, other))
    return bool(this == other)


def value_at(attributes: Mapping[str, Any], path: str) -> Any:
    """The value at *path*, None if there is none."""
    found: Any = attributes
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
