# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mutations as the tests send them, and what can be read afterwards."""

from __future__ import annotations

import json
from typing import Any

from .client import Client

SERVICE = "id name application host port protocol enabled online created permissions device { id name }"


def arguments(values: dict[str, Any]) -> str:
    """Return arguments of a field, as they stand in a query."""
    return ", ".join(f"{name}: {_literal(value)}" for name, value in values.items())


def _literal(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_literal(one)}" for key, one in value.items()) + "}"
    return json.dumps(value)


def mutate(client: Client, mutation: str, fields: str = "", /, **values: Any) -> dict[str, Any]:
    """Send one mutation and return the whole answer."""
    selection = f" {{ {fields} }}" if fields else ""
    answer: dict[str, Any] = client.post_graphql(f"mutation {{ {mutation}({arguments(values)}){selection} }}").json()
    return answer


def done(answer: dict[str, Any]) -> Any:
    """Return what a mutation answered; there must be no errors."""
    assert "errors" not in answer, answer
    (value,) = answer["data"].values()
    return value


def refusal(answer: dict[str, Any]) -> str:
    """Return the message of the only error of an answer without a value."""
    assert answer["data"] is None or list(answer["data"].values()) == [None]
    (error,) = answer["errors"]
    message: str = error["message"]
    return message


def add(client: Client, device_id: str, /, **values: Any) -> Any:
    """Add a service and return it."""
    return done(mutate(client, "addService", SERVICE, deviceId=device_id, **values))


def update(client: Client, service_id: str, /, **values: Any) -> Any:
    """Change a service and return it."""
    return done(mutate(client, "updateService", SERVICE, id=service_id, **values))


def service(client: Client, service_id: str, fields: str = SERVICE) -> dict[str, Any] | None:
    """Return a service as it is read, None when there is none."""
    query = f"query($id: [String!]!) {{ login {{ service(id: $id) {{ {fields} }} }} }}"
    found: list[dict[str, Any]] = client.graphql(query, id=[service_id])["login"]["service"]
    return found[0] if found else None


def device(client: Client, device_id: str, fields: str) -> dict[str, Any] | None:
    """Return a device as it is read, None when there is none."""
    query = f"query($id: [String!]!) {{ login {{ device(id: $id) {{ {fields} }} }} }}"
    found: list[dict[str, Any]] = client.graphql(query, id=[device_id])["login"]["device"]
    return found[0] if found else None


def tags(client: Client, device_id: str, account_id: str | None = None) -> list[str]:
    """Return the tags of a device, in an account or in the one in which the client finds the device."""
    found = device(client, device_id, f"tags({arguments({'accountId': account_id})}) {{ name }}")
    assert found is not None
    return [one["name"] for one in found["tags"]]


def service_names(client: Client, device_id: str) -> list[str]:
    """Return the names of a device's services as they are listed."""
    found = device(client, device_id, "services { name }")
    assert found is not None
    return [one["name"] for one in found["services"]]
