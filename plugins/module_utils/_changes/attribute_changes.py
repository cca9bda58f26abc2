# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attributes that a device is to get and to lose, by paths: a name at the root, or names with dots between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._base.text import inert
from .._model.attributes import same_value, shown_attributes, value_at
from .device_wish import DeviceWish


def attribute_changes(present: Mapping[str, Any], wish: DeviceWish) -> dict[str, Any]:
    """The value of each path at which *present* is not as wished for; None for what is to be removed."""
    return {path: value for path, value in _managed(present, wish).items() if not is_there(present, path, value)}


def managed_values(present: Mapping[str, Any], attributes: Mapping[str, Any], wish: DeviceWish) -> dict[str, Any]:
    """Of *attributes*, what the wish is about, as it may be shown; *present* are those before the task."""
    values = {path: value_at(attributes, path) for path in sorted(_managed(present, wish))}
    return shown_attributes({path: value for path, value in values.items() if value is not None})


def is_there(attributes: Mapping[str, Any], path: str, value: Any) -> bool:
    """Whether the value at *path* is this one, or is shown like it; None is for no value."""
    found = value_at(attributes, path)
    try:
        return same_value(found, value) or same_value(shown_attributes({"value": found})["value"], value)
    except ValueError:  # it is never shown
        return False


def with_changes(attributes: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """*attributes* as they are after *changes*."""
    result = dict(attributes)
    for path, value in changes.items():
        name, dot, rest = path.partition(".")
        if dot:
            inner = result.get(name)
            value = with_changes(inner if isinstance(inner, Mapping) else {}, {rest: value})
        if value is None:
            result.pop(name, None)
        else:
            result[name] = value
    return result


def _managed(present: Mapping[str, Any], wish: DeviceWish) -> dict[str, Any]:
    """The value that is wished for at each path that the wish is about."""
    # Whoever writes down what remoteit_device_info shows means the attribute itself.
    names = {inert(name): name for name in present}
    managed = {names.get(name, name): value for name, value in (wish.attributes or {}).items()}
    if wish.purge_attributes:
        # A name with a dot cannot be named to remote.it, and what begins with a $ is remote.it's own.
        others = (name for name in present if not name.startswith("$") and "." not in name)
        managed = {**dict.fromkeys(others), **managed}
    return {**managed, **wish.texts}
