# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A device and its services as whoever changes them has to know them, by one request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .._api.graphql import GraphqlApi, login_of
from .._base.clock import Deadline
from .._base.errors import AnswerLostError
from .._base.text import printable
from .._model.ids import canonical_id

# What the answer to a change has to tell as well.
SERVICE = "id name application protocol host port enabled online permissions sessions { id }"
_DEVICE = f"id name online configurable permissions owner {{ email }} services {{ {SERVICE} }}"
_TYPES = "applicationTypes { id name port }"
_BY_DEVICE = f"query ($ids: [String!]!) {{ {_TYPES} login {{ id device(id: $ids) {{ {_DEVICE} }} }} }}"
_BY_SERVICE = (
    f"query ($ids: [String!]!) {{ {_TYPES} login {{ id service(id: $ids) {{ id device {{ {_DEVICE} }} }} }} }}"
)

MANAGE = "MANAGE"


class ServiceView(NamedTuple):
    """A service: *application* is the id of its type, *sessions* how many connections anybody has open to it.

    *name* is as remote.it has it, and not printable therefore.
    """

    id: str
    name: str
    application: int | None
    protocol: str
    host: str | None
    port: int | None
    enabled: bool
    online: bool
    permissions: tuple[str, ...]
    sessions: int


class DeviceView(NamedTuple):
    """A device; *configurable* is whether its software lets services be changed, *owner* an e-mail address or empty."""

    id: str
    name: str
    online: bool
    configurable: bool
    permissions: tuple[str, ...]
    owner: str
    services: tuple[ServiceView, ...]

    def shown(self) -> str:
        """How it is called in a message."""
        return f"{printable(self.name)} ({self.id})"


class ApplicationType(NamedTuple):
    """A type of services, with the port that it has by default, if it has one."""

    id: int
    name: str
    port: int | None


class Read(NamedTuple):
    """What was read: the device, None where there is none that can be seen, and all types of services."""

    device: DeviceView | None
    types: tuple[ApplicationType, ...]


def read_device(graphql: GraphqlApi, device_id: str, deadline: Deadline) -> Read:
    """The device with this id. Raises ApiError."""
    return _read(graphql.ask(_BY_DEVICE, {"ids": [device_id]}, deadline), "device")


def read_device_of(graphql: GraphqlApi, service_id: str, deadline: Deadline) -> Read:
    """The device with this service. Raises ApiError."""
    return _read(graphql.ask(_BY_SERVICE, {"ids": [service_id]}, deadline), "service")


def parse_service(node: Any) -> ServiceView:
    """The service in an answer. Raises ValueError."""
    if not isinstance(node, Mapping):
        raise ValueError("it has no service")
    sessions = node.get("sessions")
    return ServiceView(
        id=_id(node),
        name=_text(node, "name"),
        application=_number(node, "application"),
        protocol=_text(node, "protocol"),
        host=_text(node, "host") or None,
        port=_number(node, "port"),
        enabled=_flag(node, "enabled"),
        online=_flag(node, "online"),
        permissions=_permissions(node),
        sessions=len(sessions) if isinstance(sessions, list) else 0,
    )


def _read(data: Mapping[str, Any], what: str) -> Read:
    nodes = login_of(data).get(what)
    node = nodes[0] if isinstance(nodes, list) and nodes else None
    if what == "service" and isinstance(node, Mapping):
        node = node.get("device")
    try:
        return Read(None if node is None else _device(node), tuple(_types(data.get("applicationTypes"))))
    except ValueError as error:
        raise AnswerLostError(f"The answer to {what} cannot be used: {error}.", status=200) from None


def _device(node: Any) -> DeviceView:
    if not isinstance(node, Mapping):
        raise ValueError("it has no device")
    owner, device_id = node.get("owner"), _id(node)
    services = node.get("services")
    if not isinstance(services, list):
        raise ValueError("it has no list of services")
    return DeviceView(
        id=device_id,
        name=_text(node, "name"),
        online=_flag(node, "online"),
        configurable=_flag(node, "configurable"),
        permissions=_permissions(node),
        owner=printable(_text(owner, "email")) if isinstance(owner, Mapping) else "",
        # One of them stands for the device itself.
        services=tuple(service for service in map(parse_service, services) if service.id != device_id),
    )


def _types(nodes: Any) -> Iterator[ApplicationType]:
    for node in nodes if isinstance(nodes, list) else ():
        if isinstance(node, Mapping) and isinstance(node.get("id"), int) and isinstance(node.get("name"), str):
            yield ApplicationType(node["id"], node["name"], _number(node, "port"))


def _id(node: Mapping[str, Any]) -> str:
    return canonical_id(str(node.get("id")))


def _text(node: Mapping[str, Any], name: str) -> str:
    value = node.get(name)
    return value if isinstance(value, str) else ""


def _number(node: Mapping[str, Any], name: str) -> int | None:
    value = node.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _flag(node: Mapping[str, Any], name: str) -> bool:
    value = node.get(name)
    if not isinstance(value, bool):
        raise ValueError(f"its {name} is neither yes nor no")
    return value


def _permissions(node: Mapping[str, Any]) -> tuple[str, ...]:
    words = node.get("permissions")
    return tuple(sorted(word for word in words if isinstance(word, str))) if isinstance(words, list) else ()
