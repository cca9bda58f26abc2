# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which services a name means: older tools write the name of the device in front of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol, TypeVar

from .._base.text import inert

_SEPARATOR = re.compile(r"[-_ ]+")


class Named(Protocol):
    """A service with a name."""

    @property
    def name(self) -> str:
        """What remote.it calls it, or what is shown of that."""


NamedT = TypeVar("NamedT", bound=Named)


def is_called(device: str, called: str, name: str) -> bool:
    """Whether a service that is *called* so is *name*, with or without the name of its *device* and a separator in front."""
    return name == inert(called) or _stem(device, called) == _stem(device, name)


def services_called(device: str, services: Iterable[NamedT], name: str) -> list[NamedT]:
    """Those of the *services* of a *device* that have this *name*; if there are none, those that are called so."""
    services = list(services)
    exact = [service for service in services if service.name == name]
    return exact or [service for service in services if is_called(device, service.name, name)]


def _stem(device: str, name: str) -> str:
    """*name* without that of the *device* in front of it, if anything is left then."""
    if not device or not name.lower().startswith(device.lower()):
        return name
    rest = name[len(device) :]
    separator = _SEPARATOR.match(rest)
    return (rest[separator.end() :] or name) if separator else name
