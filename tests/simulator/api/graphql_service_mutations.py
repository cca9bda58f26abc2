# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Adding, changing and removing of services by GraphQL (the vendor's application, and its schema)."""

from __future__ import annotations

from typing import Any

from ..cloud.service_changes import ServiceChanges
from ..config.settings import Behaviour
from ..config.world import Account
from .graphql_devices import Devices
from .graphql_refusals import Resolver

Values = dict[str, object]
_SETTABLE = ("name", "application", "host", "port", "enabled")


class ServiceMutations:
    """The mutations about services, for one viewer; a refusal is a ``ChangeRefused``."""

    def __init__(self, changes: ServiceChanges, behaviour: Behaviour, devices: Devices, viewer: Account) -> None:
        self._changes = changes
        self._behaviour = behaviour
        self._devices = devices
        self._viewer = viewer

    def resolvers(self) -> dict[str, Resolver]:
        """Return the resolver of each mutation by its name."""
        return {"addService": self._add, "updateService": self._update, "removeService": self._remove}

    def _add(self, _info: Any, **arguments: Any) -> Values | None:
        found = self._changes.add(self._viewer, arguments["deviceId"], _given(arguments))
        return None if self._behaviour.add_answer == "null" else self._devices.service(*found)

    def _update(self, _info: Any, **arguments: Any) -> Values:
        return self._devices.service(*self._changes.update(self._viewer, arguments["id"], _given(arguments)))

    def _remove(self, _info: Any, **arguments: Any) -> bool:
        self._changes.remove(self._viewer, arguments["id"])
        return True


def _given(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the values that are to be set: an argument that is null is as good as none."""
    return {key: arguments[key] for key in _SETTABLE if arguments.get(key) is not None}
