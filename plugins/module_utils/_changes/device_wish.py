# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a device is to be like: the options of a task, checked before anything is asked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from .._base.errors import OptionError
from .._model.attributes import DESCRIPTION, shown_attributes
from .service_set import ServiceItem
from .tag_changes import folded
from .texts import check_description, check_name

LETTERS = ("a", "b", "c", "d", "e")
# A dot would make a path, and what begins with the other is remote.it's.
_RESERVED = (".", "$")


class DeviceWish(NamedTuple):
    """What is wanted of a device; what is None is not managed.

    *attributes* are those at the root, in which None is for one that shall not be there; *texts* are those that the vendor's
    application shows, by their paths, in the same way.
    """

    name: str | None
    tags: tuple[str, ...] | None
    purge_tags: bool
    attributes: Mapping[str, Any] | None
    purge_attributes: bool
    texts: Mapping[str, str | None]
    services: tuple[ServiceItem, ...] | None
    purge_services: bool

    @classmethod
    def from_options(cls, options: Mapping[str, Any], services: tuple[ServiceItem, ...] | None) -> DeviceWish:
        """The wish in the options of a task, in which *services* have been read already. Raises OptionError."""
        tags, attributes = options["tags"], options["attributes"]
        if options["name"] is not None:
            check_name(options["name"], "device")
        if options["description"] is not None:
            check_description(options["description"])
        return cls(
            name=options["name"],
            tags=None if tags is None else _checked_tags(tags),
            purge_tags=options["purge_tags"],
            attributes=None if attributes is None else _checked_attributes(attributes),
            purge_attributes=options["purge_attributes"],
            texts=_texts(options),
            services=services,
            purge_services=options["purge_services"],
        )


def _checked_tags(tags: list[str]) -> tuple[str, ...]:
    """Each tag once, whatever its case. Raises OptionError."""
    for tag in tags:
        if not tag or not tag.isprintable() or any(map(str.isspace, tag)):
            raise OptionError(
                f"tags has {tag!r}, which cannot be a tag: give at least one character, and no white space, which the "
                "remote.it application would take out."
            )
    return tuple({folded(tag): tag for tag in reversed(tags)}.values())[::-1]


def _checked_attributes(attributes: Mapping[Any, Any]) -> dict[str, Any]:
    for name in attributes:
        if not str(name) or any(character in str(name) for character in _RESERVED):
            raise OptionError(
                f"attributes has the name {str(name)!r}: remote.it takes dots for a path, and keeps names with $ for itself. "
                "Give another name, a dict for a path, and description, categories or statuses for what its application shows."
            )
    plain: dict[str, Any] = _plain(attributes, "attributes")
    try:
        shown_attributes(plain)
    except ValueError:
        raise OptionError(
            "attributes has too many values, or nests them too deep: give at most 1000 in 8 levels, so that they can be read."
        ) from None
    return plain


def _plain(value: Any, where: str) -> Any:
    """*value* as JSON has it. Raises OptionError that names its place when JSON has no such value."""
    if isinstance(value, Mapping):
        return {str(name): _plain(item, f"{where}.{name}") for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, f"{where}[{index}]") for index, item in enumerate(value)]
    is_number = isinstance(value, (int, float)) and math.isfinite(value)
    if value is None or is_number or isinstance(value, str):
        return value
    raise OptionError(f"{where}={str(value)!r} is no value of JSON: write it as text, in quotes.")


def _texts(options: Mapping[str, Any]) -> dict[str, str | None]:
    """The texts that the vendor's application shows, by the paths at which it looks for them; None for an empty one."""
    given = {DESCRIPTION: options["description"]}
    for option, word in (("categories", "category"), ("statuses", "status")):
        given |= {f"$remoteit.{word}{letter.upper()}": (options[option] or {}).get(letter) for letter in LETTERS}
    return {path: text or None for path, text in given.items() if text is not None}
