# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a service is to be like: the options of a task, checked before anything is asked."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .._base.errors import OptionError
from .._base.text import enumerated
from .device_view import ApplicationType
from .texts import check_description, check_name

_HOST = re.compile(r"[0-9A-Za-z_]([0-9A-Za-z._-]{0,251}[0-9A-Za-z_])?")
# No name of a host is like this.
_DIGITS = re.compile(r"[0-9.]+")
_HIGHEST_PORT = 65535
# The type of the service that stands for a device.
_DEVICE_ITSELF = 35
LOCAL = "127.0.0.1"


class ServiceWish(NamedTuple):
    """What is wanted of a service; what is None is not managed.

    *application* is the id or the name of a type, *description* is empty for none.
    """

    name: str | None
    application: str | None
    host: str | None
    port: int | None
    enabled: bool | None
    description: str | None

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> ServiceWish:
        """The wish in the options of a task. Raises OptionError."""
        wish = cls(*(options[field] for field in cls._fields))
        _check(wish)
        return wish

    def resolved(self, types: Iterable[ApplicationType]) -> dict[str, Any]:
        """What is managed, by the fields of a ServiceView. Raises OptionError."""
        managed: dict[str, Any] = {name: value for name, value in self._asdict().items() if value is not None}
        if self.application is not None:
            managed["application"] = _type_of(self.application, list(types)).id
        return managed

    def of_a_new_one(self, types: Iterable[ApplicationType]) -> dict[str, Any]:
        """All that a new service is made with. Raises OptionError."""
        types = list(types)
        managed = self.resolved(types)
        if self.application is None:
            raise OptionError(
                f"application is missing: service {self.name!r} is not there yet, and a new one needs application, such "
                "as ssh."
            )
        if self.port is None:
            kind = _type_of(self.application, types)
            if kind.port is None:
                raise OptionError(f"port is missing: application={self.application!r} has none by default.")
            managed["port"] = kind.port
        return {"host": LOCAL, "enabled": True, **managed}


def _check(wish: ServiceWish) -> None:
    if wish.name is not None:
        check_name(wish.name, "service")
    if wish.description is not None:
        check_description(wish.description)
    if wish.host is not None and not _is_host(wish.host):
        raise OptionError(
            f"host={wish.host!r} is not the address of a host: give an IPv4 address or a name, as the device finds it, "
            "without a port."
        )
    if wish.port is not None and (isinstance(wish.port, bool) or not 1 <= wish.port <= _HIGHEST_PORT):
        raise OptionError(f"port={wish.port} is not a port: give a number from 1 to {_HIGHEST_PORT}.")


def _is_host(text: str) -> bool:
    if not _DIGITS.fullmatch(text):
        return bool(_HOST.fullmatch(text))
    try:
        return bool(ipaddress.IPv4Address(text))
    except ValueError:
        return False


def _type_of(text: str, types: list[ApplicationType]) -> ApplicationType:
    wanted = text.strip().lower()
    for kind in types:
        if wanted in (str(kind.id), kind.name.lower()) and kind.id != _DEVICE_ITSELF:
            return kind
    raise OptionError(
        f"application={text!r} is not a type of services: give one of "
        f"{enumerated((kind.name for kind in types if kind.id != _DEVICE_ITSELF), 40)}, or its id."
    )
