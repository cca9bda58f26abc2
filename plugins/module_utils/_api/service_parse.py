# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What GraphQL tells of services and of the sessions on them.

What is not understood raises ValueError and is never left out: a session that is missing from a list means that its
connection is closed, and it would be forgotten while it is open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._base.dates import from_iso8601, plausible
from .._base.text import printable
from .._model.ids import same_id
from .._model.session import Service, ServiceNames, Session


def parse_services(nodes: Any, user_id: Any) -> Iterator[Service]:
    """The services in a list of them, with the sessions of the user. No list at all is an empty one."""
    for node in _objects(nodes, "services") if nodes is not None else ():
        sessions = node.get("sessions")
        service_id = _id(node.get("id"), "service").upper()
        yield Service(
            id=service_id,
            enabled=node.get("enabled") is not False,
            online=node.get("online") is not False,
            can_connect=node.get("can") is not False,
            sessions=None if sessions is None else tuple(parse_sessions(sessions, user_id, service_id)),
        )


def parse_devices(nodes: Any) -> Iterator[ServiceNames]:
    """The devices in a list of them, with their services, but for that which stands for the device itself."""
    for node in _objects(nodes, "devices") if nodes is not None else ():
        device_id = _id(node.get("id"), "device").upper()
        named = {
            _id(service.get("id"), "service").upper(): printable(str(service.get("name") or ""))
            for service in _objects(node.get("services") or [], "services")
        }
        named.pop(device_id, None)
        yield ServiceNames(device_id, printable(str(node.get("name") or "")), named)


def parse_sessions(nodes: Any, user_id: Any, service_id: str = "") -> Iterator[Session]:
    """The proxy sessions of the user in a list that also holds other people's, and peer-to-peer ones.

    They are on the service if one is named, otherwise each says on which.
    """
    own_id = _id(user_id, "user")
    for node in _objects(nodes, "sessions"):
        if not _is_of(node, own_id) or not _has_proxy(node):
            continue
        target = node.get("target")
        target_id = service_id or (printable(str(target.get("id"))) if isinstance(target, Mapping) else "")
        try:
            started_at = plausible(from_iso8601(str(node.get("timestamp"))))
        except ValueError:
            raise ValueError("it has no usable time of a session") from None
        yield Session(_id(node.get("id"), "session"), target_id.upper(), started_at)


def _is_of(node: Mapping[str, Any], own_id: str) -> bool:
    user = node.get("user")
    if user is None:
        return False
    return same_id(_id(user.get("id") if isinstance(user, Mapping) else None, "user"), own_id)


def _has_proxy(node: Mapping[str, Any]) -> bool:
    """Only the endpoint of a session says whether it goes through a proxy."""
    endpoint = node.get("endpoint")
    proxy = endpoint.get("proxy") if isinstance(endpoint, Mapping) else endpoint
    if proxy is None:
        return False
    if not isinstance(proxy, bool):
        raise ValueError("it has no usable endpoint of a session")
    return proxy


def _id(value: Any, whose: str) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"it has no usable id of a {whose}")
    return printable(value)


def _objects(value: Any, what: str) -> Iterator[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise ValueError(f"it has no list of {what}")
    yield from value
