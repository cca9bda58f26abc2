# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of single options, each with the way out in its error."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from .._base.clock import Deadline
from .._base.errors import OptionError
from .._model.ids import canonical_id, hex_digits, is_connection_id, is_id, service_id_of

# As much as shows what was given.
_SHOWN = 200
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def check_any_given(options: Mapping[str, Any], names: Sequence[str]) -> None:
    """Raise OptionError if none of the options with these *names* has a value, which Ansible does not see of ``null``."""
    if all(options[name] is None for name in names):
        raise OptionError(
            f"none of {', '.join(names)} has a value: give one of them. In check mode, what an earlier task would have added "
            "has no id yet."
        )


def checked_service_id(text: str) -> str:
    """The canonical service id. Raises OptionError."""
    try:
        return canonical_id(text)
    except ValueError:
        raise OptionError(f"service_id={text[:_SHOWN]!r} is not a service id: {_seems(text)}") from None


def checked_id(option: str, text: str) -> str:
    """The canonical id of a device. Raises OptionError that names *option*."""
    try:
        return canonical_id(text)
    except ValueError:
        written = (
            f'YAML takes an id of digits for a number: write "{id_}", with the quotes.'
            if (id_ := _unquoted(text))
            else (
                "eight hex octets such as 80:00:00:00:01:02:03:04 are expected; community.remoteit.remoteit_device_info shows it."
            )
        )
        raise OptionError(f"{option}={text[:_SHOWN]!r} is not the id of a device: {written}") from None


def _seems(text: str) -> str:
    """What *text* seems to be instead of a service id, and what to write."""
    if id_ := _unquoted(text):
        return f'YAML takes an id of digits for a number: write "{id_}", with the quotes.'
    with contextlib.suppress(ValueError):
        # That of SSH, or with other separators.
        return f"write {service_id_of(re.sub('[.:-]', '', hex_digits(text)))}."
    if _UUID.fullmatch(text):
        return "it is the id of a connection: give connection.service_id of the same result."
    if text.count(":") != 7 and re.search("[^0-9A-Fa-f:.-]", text.strip()):
        return (
            "it seems to be a name: give the id that the remote.it application shows in the details of the service, or "
            "device and service, which tasks and lookups take instead of service_id."
        )
    return (
        "eight hex octets such as 80:00:00:00:01:02:03:04 are expected; the remote.it application shows it in the "
        "details of the service."
    )


def _unquoted(text: str) -> str:
    """The id that YAML 1.1 read as the number *text*, in which its octets are digits to the base of 60; or empty."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
    octets: list[str] = []
    for _octet in range(7):
        number, octet = divmod(number, 60)
        octets.insert(0, f"{octet:02}")
    return ":".join([str(number), *octets]) if 10 <= number < 100 else ""


def checked_listed_id(option: str, text: str) -> str:
    """The canonical form of an id in the list *option*. Raises OptionError."""
    try:
        return canonical_id(text)
    except ValueError:
        pass
    if id_ := _unquoted(text):
        raise OptionError(f'{option}: YAML takes the id {id_} for the number {text}: write "{id_}", with the quotes.')
    raise OptionError(
        f"{option}={text[:_SHOWN]!r} is not an id: eight hex octets such as 80:00:00:00:01:02:03:04 are expected; "
        "community.remoteit.remoteit_device_info shows the ids of devices and their services."
    )


def checked_connection_id(text: str) -> str:
    """A connection id. Raises OptionError."""
    if is_id(text):
        raise OptionError(
            f"connection_id={text!r} is the id of a service or device, not of a connection: give connection.id as the "
            "task that opened it returned it, or leave connection_id out to close what is open on service_id."
        )
    if not is_connection_id(text):
        raise OptionError(
            f"connection_id={text!r} is not the id of a connection: give connection.id as the task that opened it returned it."
        )
    return text


def checked_deadline(timeout: float) -> Deadline:
    """The time limit of an operation, starting now. Raises OptionError."""
    if math.isnan(timeout) or timeout <= 0:
        raise OptionError(f"timeout={timeout:g} is not a time: give seconds greater than 0.")
    return Deadline(timeout)


def checked_seconds(option: str, value: int) -> int:
    """A number of seconds that may be 0. Raises OptionError that names *option*."""
    if value < 0:
        raise OptionError(f"{option}={value} is negative: give seconds, 0 or more.")
    return value


def checked_wait(option: str, value: float, least: float = 0.0) -> float:
    """A number of seconds that is not less than *least*, and has an end. Raises OptionError that names *option*."""
    if not least <= value < math.inf:
        raise OptionError(f"{option}={value:g} is not a time to wait: give seconds, {least:g} or more.")
    return value


def checked_concurrency(concurrency: int) -> int:
    """How many at a time. Raises OptionError."""
    if concurrency < 1:
        raise OptionError(f"concurrency={concurrency} would open nothing: give 1 or more.")
    return concurrency
