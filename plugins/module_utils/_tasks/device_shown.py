# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A device that was read to be changed, as remoteit_device_info shows it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from .._base.errors import AnswerLostError
from .._base.text import enumerated, inert
from .._changes.device_view import Read
from .._fleet.device import Device
from .._fleet.parse import label, parse_device, parse_type_names
from .._model.attributes import shown_attributes


def device_shown(read: Read, account: str | None, warn: Callable[[str], None]) -> Device:
    """The device that was read as the *account* with this id has it, None is the access key's own.

    *warn* takes a sentence about services that cannot be shown. Raises AnswerLostError.
    """
    login = read.answer["login"]
    left_out: list[str] = []

    def leave_out(what: str, node: Any, why: str) -> None:
        left_out.append(f"{what} {label(node)} ({why})")

    try:
        names, owner = parse_type_names(read.answer), account or str(login.get("id"))
        device = parse_device(login["device"][0], names, owner, account, leave_out)
    except ValueError as error:
        raise AnswerLostError(f"The answer to device cannot be used: {error}.", status=200) from None
    if left_out:
        warn(f"Left out, because what remote.it tells of them cannot be used: {enumerated(left_out)}.")
    return device


def changed_device(device: Device, name: str, tags: tuple[str, ...], attributes: Mapping[str, Any]) -> Device:
    """The same *device* with another name, and other tags and attributes, all of them as remote.it has them."""
    shown_tags = tuple(sorted(map(inert, tags)))
    return dataclasses.replace(device, name=inert(name), tags=shown_tags, attributes=shown_attributes(attributes))
