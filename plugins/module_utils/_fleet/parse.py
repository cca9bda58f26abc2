# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Devices and services out of GraphQL's answers. Whoever shares a device wrote part of them, so nothing is trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .._base.text import inert, printable
from .._model.attributes import shown_attributes
from .._model.ids import canonical_id, same_id
from .device import Device, FleetService, TypeNames
from .presence import Sighting

_BULK_SERVICE = 35


def parse_device(
    node: Any, names: TypeNames, account_id: str, organisation: str | None, leave_out: Callable[[str, Any, str], None]
) -> Device:
    """The device in an item of ``devices(...)`` of the account. ValueError says why it cannot be used.

    A service that cannot be used is told to *leave_out*: what it is, its node, and why.
    """
    fields = _fields(node)
    device_id = _id(fields)
    owner = _optional(fields, "owner", Mapping) or {}
    endpoint = _optional(fields, "endpoint", Mapping) or {}
    platform = _number(fields, "platform")
    return Device(
        id=device_id,
        name=_text(fields, "name") or "",
        online=_flag(fields, "online"),
        platform=platform,
        platform_name="" if platform is None else names.platforms.get(platform, ""),
        tags=tuple(_tags(fields)),
        owner=_text(owner, "email") or "",
        shared=not same_id(_text(owner, "id"), account_id),
        attributes=_attributes(fields),
        created=_text(fields, "created"),
        last_reported=_text(fields, "lastReported"),
        external_address=_text(endpoint, "externalAddress"),
        hardware_id=_text(fields, "hardwareId"),
        version=_text(fields, "version"),
        configurable=_flag(fields, "configurable"),
        permissions=_permissions(fields),
        license=_text(fields, "license") or "",
        organisation=None if organisation is None else printable(organisation),
        services=_services(fields, device_id, names, leave_out),
    )


def parse_seen_device(node: Any) -> Sighting:
    """A device of which no more is asked than whether it is there. ValueError says why it cannot be used."""
    fields = _fields(node)
    return Sighting(
        id=_id(fields),
        name=_text(fields, "name") or "",
        service_id=None,
        online=_flag(fields, "online"),
        last_reported=_text(fields, "lastReported"),
    )


def parse_seen_service(node: Any) -> Sighting:
    """The same of a service, whose device is told with it."""
    fields = _fields(node)
    device = _fields(fields.get("device"))
    return Sighting(
        id=_id(device),
        name=_text(device, "name") or "",
        service_id=_id(fields),
        online=_flag(fields, "online"),
        # It is the device that restarts.
        last_reported=_text(device, "lastReported"),
    )


def parse_type_names(data: Mapping[str, Any]) -> TypeNames:
    """The names in ``applicationTypes`` and ``platformTypes``; what cannot be used there is nameless."""
    return TypeNames(_names(data.get("applicationTypes")), _names(data.get("platformTypes")))


def label(node: Any) -> str:
    """What a device or service that cannot be used is called in a message."""
    fields = node if isinstance(node, Mapping) else {}
    texts = [printable(text) for text in (fields.get("name"), fields.get("id")) if isinstance(text, str) and text]
    return " ".join(texts) or "without name and id"


def _services(
    fields: Mapping[str, Any], device_id: str, names: TypeNames, leave_out: Callable[[str, Any, str], None]
) -> tuple[FleetService, ...]:
    found: dict[str, FleetService] = {}
    for node in _required(fields, "services", list):
        try:
            service = _service(node, names)
        except ValueError as error:
            leave_out(f"service of {label(fields)}", node, str(error))
            continue
        # The bulk service stands for the device itself (vendor page "Custom Attributes"): nobody can connect to it.
        if service.id != device_id and service.application != _BULK_SERVICE:
            found[service.id] = service
    return tuple(sorted(found.values(), key=lambda service: (service.name, service.id)))


def _service(node: Any, names: TypeNames) -> FleetService:
    fields = _fields(node)
    application = _number(fields, "application")
    return FleetService(
        id=_id(fields),
        name=_text(fields, "name") or "",
        application=application,
        application_name="" if application is None else names.applications.get(application, ""),
        protocol=_text(fields, "protocol") or "",
        host=_text(fields, "host"),
        port=_number(fields, "port"),
        enabled=_flag(fields, "enabled"),
        online=_flag(fields, "online"),
        can_connect=_flag(fields, "can"),
        permissions=_permissions(fields),
        attributes=_attributes(fields),
        link=_link(_optional(fields, "link", Mapping)),
    )


def _link(fields: Mapping[str, Any] | None) -> dict[str, str | bool] | None:
    return (
        None if fields is None else {"url": inert(_required(fields, "url", str)), "enabled": _flag(fields, "enabled")}
    )


def _fields(node: Any) -> Mapping[str, Any]:
    if not isinstance(node, Mapping):
        raise ValueError("it is not an object")
    return node


def _id(fields: Mapping[str, Any]) -> str:
    try:
        return canonical_id(_required(fields, "id", str))
    except ValueError:
        raise ValueError("its id is not one") from None


def _required(fields: Mapping[str, Any], name: str, kind: type) -> Any:
    value = fields.get(name)
    if not isinstance(value, kind):
        raise ValueError(f"its {name} is missing or of the wrong type")
    return value


def _optional(fields: Mapping[str, Any], name: str, kind: type) -> Any:
    return None if fields.get(name) is None else _required(fields, name, kind)


def _flag(fields: Mapping[str, Any], name: str) -> bool:
    value: bool = _required(fields, name, bool)
    return value


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    text = _optional(fields, name, str)
    return None if text is None else inert(text)


def _number(fields: Mapping[str, Any], name: str) -> int | None:
    number: int | None = _optional(fields, name, int)
    if isinstance(number, bool):
        raise ValueError(f"its {name} is missing or of the wrong type")
    return number


def _tags(fields: Mapping[str, Any]) -> list[str]:
    texts = (_text(_fields(tag), "name") for tag in _required(fields, "tags", list))
    return sorted({text for text in texts if text})


def _permissions(fields: Mapping[str, Any]) -> tuple[str, ...]:
    words = _required(fields, "permissions", list)
    return tuple(sorted({inert(word) for word in words if isinstance(word, str)}))


def _names(nodes: Any) -> dict[int, str]:
    found: dict[int, str] = {}
    for node in nodes if isinstance(nodes, list) else ():
        id_, name = (node.get("id"), node.get("name")) if isinstance(node, Mapping) else (None, None)
        if isinstance(id_, int) and not isinstance(id_, bool) and isinstance(name, str):
            found[id_] = printable(name)
    return found


def _attributes(fields: Mapping[str, Any]) -> dict[str, Any]:
    return shown_attributes(_required(fields, "attributes", Mapping))
