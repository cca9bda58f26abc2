# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of single options, each with the way out in its error."""

from __future__ import annotations

import math

from ._clock import Deadline
from ._errors import OptionError
from ._model import is_connection_id, service_id


def checked_service_id(text: str) -> str:
    """The canonical service id. Raises OptionError."""
    try:
        return service_id(text)
    except ValueError:
        raise OptionError(
            f"service_id={text!r} is not a service id: eight hex octets such as 80:00:00:00:01:02:03:04 are expected; "
            "the remote.it application shows it in the details of the service."
        ) from None


def checked_connection_id(text: str) -> str:
    """A connection id. Raises OptionError."""
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
