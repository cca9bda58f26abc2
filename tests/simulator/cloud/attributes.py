# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attributes: JSON values by names, in which dots make a path (vendor page "Custom Attributes").

Whether that is so for all names is not published, and neither is what becomes of attributes that ``setAttributes`` does
not name: both are behaviours.
"""

from __future__ import annotations

from collections.abc import Mapping

Attributes = dict[str, object]
NESTED = "nested"


def read_attribute(attributes: Attributes, name: str, paths: str) -> object:
    """Return the value with this name, None when there is none.

    :param paths: the behaviour ``attribute_paths``.
    """
    found: object = attributes
    for step in _steps(name, paths):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def write_attribute(attributes: Attributes, name: str, value: object, paths: str) -> None:
    """Set one value; None removes it (vendor's sample "Remove Single Attribute"). See :func:`read_attribute`."""
    *parents, last = _steps(name, paths)
    for step in parents:
        child = attributes.get(step)
        if not isinstance(child, dict):
            child = attributes[step] = {}
        attributes = child
    _put(attributes, last, value)


def write_attributes(attributes: Attributes, values: Mapping[str, object], merge: bool) -> None:
    """Set many values; without *merge* the others go."""
    if not merge:
        attributes.clear()
    for name, value in values.items():
        _put(attributes, name, value)


def _steps(name: str, paths: str) -> list[str]:
    return name.split(".") if paths == NESTED else [name]


def _put(attributes: Attributes, name: str, value: object) -> None:
    if value is None:
        attributes.pop(name, None)
    else:
        attributes[name] = value
