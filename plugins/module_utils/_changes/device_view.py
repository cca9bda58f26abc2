# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A device and its services as whoever changes them has to know them, by one request."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .._api.graphql import GraphqlApi, login_of
from .._base.clock import Deadline
from .._base.errors import AnswerLostError
from .._base.text import printable
from .._model.attributes import DESCRIPTION, shown_attributes, value_at
from .._model.ids import canonical_id, same_id

# What the answer to a change has to tell as well.
SERVICE = "id name application protocol host port enabled online permissions sessions { id } attributes"
_DEVICE = (
    "id name online tags(accountId: $account) { name } owner { id email } attributes created lastReported configurable "
    f"permissions sessions {{ id }} services {{ {SERVICE} }}"
)
_QUERY = "query ($ids: [String!]!, $account: String) { applicationTypes { id name port } "
_BY_DEVICE = f"{_QUERY} login {{ id device(id: $ids) {{ {_DEVICE} }} }} }}"
_BY_SERVICE = f"{_QUERY} login {{ id service(id: $ids) {{ id device {{ {_DEVICE} }} }} }} }}"

MANAGE = "MANAGE"
# As many as remote.it lists at once.
_AT_ONCE = 1000


class ServiceView(NamedTuple):
    """A service: *application* is the id of its type, *sessions* how many connections anybody has open to it.

    *name* and *description*, which is empty where there is none, are as remote.it has them, and not printable therefore.
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
    description: str


class DeviceView(NamedTuple):
    """A device; *configurable* is whether its software lets services be changed, *owner* an e-mail address or empty.

    *tags* are those of the account, and *attributes* all that there are, both as remote.it has them. *created* and *last_reported* are
    ISO 8601 as remote.it gives it, *is_own* is whether the account owns it, *sessions* how many connections anybody has open to it.
    """

    id: str
    name: str
    online: bool
    configurable: bool
    permissions: tuple[str, ...]
    owner: str
    services: tuple[ServiceView, ...]
    tags: tuple[str, ...]
    attributes: Mapping[str, Any]
    created: str | None
    last_reported: str | None
    is_own: bool
    sessions: int

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


def read_devices(
    graphql: GraphqlApi, device_ids: Sequence[str], deadline: Deadline, account: str | None = None
) -> Iterator[Callable[[], Read]]:
    """What gives what remote.it tells of each of these ids, or raises AnswerLostError; they are asked for a thousand at a time.

    Raises ApiError. *account* is the id of the one whose tags are meant, and whose own a device may be; None is that of the access key. The id of
    a service gives the device that has it.
    """
    for start in range(0, len(device_ids), _AT_ONCE):
        some = device_ids[start : start + _AT_ONCE]
        data = graphql.ask(_BY_DEVICE, _variables(some, account), deadline)
        found = {_told_id(node): node for node in _nodes(data, "device")}
        for device_id in some:
            # One that was asked for alone is what came, whatever it is.
            node = found.get(device_id, next(iter(found.values()), None) if len(some) == 1 else None)
            yield functools.partial(_read, data, "device", node, account)


def read_device(graphql: GraphqlApi, device_id: str, deadline: Deadline, account: str | None = None) -> Read:
    """The device with this id, or with this service, see read_devices(). Raises ApiError."""
    return next(read_devices(graphql, [device_id], deadline, account))()


def read_device_of(graphql: GraphqlApi, service_id: str, deadline: Deadline) -> Read:
    """The device with this service. Raises ApiError."""
    data = graphql.ask(_BY_SERVICE, _variables([service_id], None), deadline)
    node = next(iter(_nodes(data, "service")), None)
    return _read(data, "service", node.get("device") if isinstance(node, Mapping) else node, None)


def parse_service(node: Any) -> ServiceView:
    """The service in an answer. Raises ValueError."""
    if not isinstance(node, Mapping):
        raise ValueError("it has no service")
    sessions, attributes = node.get("sessions"), node.get("attributes")
    description = value_at(attributes, DESCRIPTION) if isinstance(attributes, Mapping) else None
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
        description=description if isinstance(description, str) else "",
    )


def _variables(ids: Sequence[str], account: str | None) -> dict[str, Any]:
    return {"ids": list(ids), **({} if account is None else {"account": account})}


def _nodes(data: Mapping[str, Any], what: str) -> list[Any]:
    nodes = login_of(data).get(what)
    return [node for node in nodes if node is not None] if isinstance(nodes, list) else []


def _told_id(node: Any) -> str:
    return str(node.get("id")).upper() if isinstance(node, Mapping) else ""


def _read(data: Mapping[str, Any], what: str, node: Any, account: str | None) -> Read:
    try:
        device = None if node is None else _device(node, account or _text(login_of(data), "id"))
        return Read(device, tuple(_types(data.get("applicationTypes"))))
    except ValueError as error:
        raise AnswerLostError(f"The answer to {what} cannot be used: {error}.", status=200) from None


def _device(node: Any, account: str) -> DeviceView:
    if not isinstance(node, Mapping):
        raise ValueError("it has no device")
    owner, device_id, attributes = node.get("owner"), _id(node), node.get("attributes")
    services = node.get("services")
    if not isinstance(services, list):
        raise ValueError("it has no list of services")
    owner = owner if isinstance(owner, Mapping) else {}
    return DeviceView(
        id=device_id,
        name=_text(node, "name"),
        online=_flag(node, "online"),
        configurable=_flag(node, "configurable"),
        permissions=_permissions(node),
        owner=printable(_text(owner, "email")),
        # One of them stands for the device itself.
        services=tuple(service for service in map(parse_service, services) if service.id != device_id),
        tags=tuple(sorted({_text(tag, "name") for tag in _mappings(node.get("tags"))} - {""})),
        attributes=_checked_attributes(attributes),
        created=_text(node, "created") or None,
        last_reported=_text(node, "lastReported") or None,
        is_own=same_id(_text(owner, "id"), account),
        # Whether those of the services are told of the device, too, is not known.
        sessions=len(
            {_text(one, "id") for place in (node, *_mappings(services)) for one in _mappings(place.get("sessions"))}
        ),
    )


def _checked_attributes(attributes: Any) -> Mapping[str, Any]:
    if not isinstance(attributes, Mapping):
        return {}
    shown_attributes(attributes)
    return attributes


def _mappings(nodes: Any) -> list[Mapping[str, Any]]:
    return [node for node in nodes if isinstance(node, Mapping)] if isinstance(nodes, list) else []


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
