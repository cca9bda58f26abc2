# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a service can be given: its names, addresses and types, and where its proxies lead."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping

from ..config.world import Device, Service
from .applications import BULK_SERVICE, application
from .change_refusals import ChangeRefused, Objection

LOCAL = "127.0.0.1"
# The vendor's application takes no longer ones (its constant MAX_NAME_LENGTH).
_LONGEST_NAME = 100
_HOST = re.compile(r"[0-9A-Za-z_]([0-9A-Za-z._-]*[0-9A-Za-z_])?\.?")
_HIGHEST = 65535


def check_name(name: str) -> None:
    """Refuse a name that is none.

    :raises ChangeRefused: it is empty, or too long.
    """
    if not name.strip() or len(name) > _LONGEST_NAME:
        raise ChangeRefused(Objection.BAD_NAME)


def check_service(values: Mapping[str, object]) -> None:
    """Refuse what no service can have; what is not there is not looked at.

    :param values: of the keys ``name``, ``application``, ``host`` and ``port``, those that are to be set.
    :raises ChangeRefused: a value cannot be used.
    """
    name, kind, host, port = (values.get(key) for key in ("name", "application", "host", "port"))
    if isinstance(name, str):
        check_name(name)
    if isinstance(kind, int) and (not 1 <= kind <= _HIGHEST or kind == BULK_SERVICE):
        raise ChangeRefused(Objection.BAD_APPLICATION)
    if isinstance(host, str) and not _HOST.fullmatch(host):
        raise ChangeRefused(Objection.BAD_HOST)
    if isinstance(port, int) and not 1 <= port <= _HIGHEST:
        raise ChangeRefused(Objection.BAD_PORT)


def defaults(kind_id: int | None) -> dict[str, object]:
    """Return what a new service of this type has, unless told otherwise.

    The vendor's application always sends all of it; with a type that has no port, it offers port 1.
    """
    kind = application(1 if kind_id is None else kind_id)
    return {"name": kind.name, "application": kind.id, "host": LOCAL, "port": kind.port or 1, "enabled": True}


def name_for(device: Device, name: str, rule: str, service: Service | None = None) -> str:
    """Return the name that a service of *device* gets when it is to have *name*.

    :param rule: the behaviour ``service_names``.
    :param service: whose name it is to become, None for a new service.
    :raises ChangeRefused: names must be unique, and this one is taken.
    """
    if rule == "prefixed" and not name.startswith(f"{device.name}-"):
        return f"{device.name}-{name}"
    taken = {one.name.lower() for one in device.services if one is not service}
    if rule == "unique" and name.lower() in taken:
        raise ChangeRefused(Objection.NAME_TAKEN)
    if rule == "suffixed" and name.lower() in taken:
        # One of so many numbers is free.
        return next(text for i in range(1, len(taken) + 2) if (text := f"{name}-{i}").lower() not in taken)
    return name


def target_of(device: Device, host: str | None, port: int) -> tuple[str, int] | None:
    """Return where on this machine is what *device* finds at *host* and *port*; None: nowhere.

    A simulator calls nobody but this machine: another host is one only if the device's ``targets`` have it.
    """
    known = device.targets.get((host or LOCAL, port))
    return known or ((LOCAL if host in (None, "localhost") else str(host), port) if _is_local(host) else None)


def _is_local(host: str | None) -> bool:
    if host in (None, "localhost"):
        return True
    try:
        return ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        return False
