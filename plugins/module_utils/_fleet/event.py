# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has happened to devices and in an account, as remote.it's log tells it. Texts are printable, but strangers' words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .._base.dates import from_iso8601, iso8601_with_milliseconds, plausible
from .._base.text import inert
from .._model.ids import is_id, same_id

CONNECT = "DEVICE_CONNECT"

Reference = dict[str, "str | None"]

# What is told of addresses, and by which field.
_ADDRESSES = {
    "connection": "address",
    "source": "sourceAddress",
    "target": "targetAddress",
    "external": "externalAddress",
    "internal": "internalAddress",
}
_PLACES = {"source_place": "sourceGeo", "target_place": "targetGeo", "device_place": "geo"}


class Event(NamedTuple):
    """An event; what remote.it does not tell of it is None or empty.

    *at* is in seconds since the epoch. *type* is remote.it's word, which may be a new one. *actor*, *owner* and *users* are
    e-mail addresses: who did it, whose device it is, and who was concerned. *devices* and *services* are ids and names.
    *session* and *lifetime*, in seconds, are those of a connection. *addresses* are those that were asked for, and places.
    """

    id: str
    at: float | None
    type: str
    action: str | None
    state: str | None
    actor: str | None
    owner: str | None
    users: tuple[str, ...]
    devices: tuple[Reference, ...]
    services: tuple[Reference, ...]
    session: str | None
    lifetime: int | None
    addresses: dict[str, str | None]

    def as_result(self, with_addresses: bool) -> dict[str, Any]:
        """The dict that modules return."""
        values = self._asdict()
        at = values.pop("at")
        values["time"] = None if at is None else iso8601_with_milliseconds(at)
        if not with_addresses:
            del values["addresses"]
        return {**values, **{name: list(values[name]) for name in ("users", "devices", "services")}}


def parse_event(node: Any) -> Event:
    """The event in an item of ``events(...)``. ValueError says why it cannot be used: all but its id and type may be missing."""
    if not isinstance(node, Mapping):
        raise ValueError("it is not an object")
    id_, type_ = _text(node.get("id")), _text(node.get("type"))
    if not id_ or not type_:
        raise ValueError("its id or type is missing or of the wrong type")
    devices, services = _targets(node.get("target"))
    return Event(
        id=id_,
        at=_moment(node.get("timestamp")),
        type=type_,
        action=_text(node.get("action")),
        state=_text(node.get("state")),
        actor=_email(node.get("actor")),
        owner=_email(node.get("owner")),
        users=tuple(email for email in map(_email, _list(node.get("users"))) if email),
        devices=devices,
        services=services,
        session=_text(node.get("session")),
        lifetime=_number(node.get("lifetime")),
        addresses={
            **{name: _text(node.get(field)) for name, field in _ADDRESSES.items()},
            **{name: _place(node.get(field)) for name, field in _PLACES.items()},
        },
    )


def _targets(nodes: Any) -> tuple[tuple[Reference, ...], tuple[Reference, ...]]:
    """The devices and the services among the targets of an event, each once. A device is the target of what is about it as a whole."""
    devices: dict[str, Reference] = {}
    services: dict[str, Reference] = {}
    for node in _objects(nodes):
        id_, device = _id(node.get("id")), node.get("device")
        if not isinstance(device, Mapping):
            # Whose device has gone is told without it, whether it is a device or a service.
            services[id_] = {"id": id_, "name": _text(node.get("name"))}
            continue
        device_id = _id(device.get("id"))
        devices[device_id] = {"id": device_id, "name": _text(device.get("name"))}
        if not same_id(id_, device_id):
            services[id_] = {"id": id_, "name": _text(node.get("name"))}
    return tuple(devices.values()), tuple(services.values())


def _id(value: Any) -> str:
    text = _text(value) or ""
    return text.upper() if is_id(text) else text


def _text(value: Any) -> str | None:
    return inert(value) if isinstance(value, str) else None


def _email(user: Any) -> str | None:
    return _text(user.get("email")) if isinstance(user, Mapping) else None


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _moment(value: Any) -> float | None:
    try:
        return plausible(from_iso8601(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _place(geo: Any) -> str | None:
    """The city and the country, as far as they are told."""
    told = [_text(geo.get(name)) for name in ("city", "countryName")] if isinstance(geo, Mapping) else []
    return ", ".join(text for text in told if text) or None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    return (node for node in _list(value) if isinstance(node, Mapping))
