# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connect links are set and removed by GraphQL (the vendor's application, and its schema)."""

from __future__ import annotations

from typing import Any

from ..cloud.link_changes import LinkChanges
from ..config.world import Account
from .graphql_devices import Devices
from .graphql_refusals import Resolver

Values = dict[str, object]


class LinkMutations:
    """The mutations about connect links, for one viewer; a refusal is a ``ChangeRefused``."""

    def __init__(self, changes: LinkChanges, devices: Devices, viewer: Account) -> None:
        self._changes = changes
        self._devices = devices
        self._viewer = viewer

    def resolvers(self) -> dict[str, Resolver]:
        """Return the resolver of each mutation by its name."""
        return {"setConnectLink": self._set, "removeConnectLink": self._remove}

    def _set(self, _info: Any, **given: Any) -> Values | None:
        return self._devices.link(*self._changes.set(self._viewer, given.pop("serviceId"), given))

    def _remove(self, _info: Any, **given: Any) -> bool:
        self._changes.remove(self._viewer, given["serviceId"])
        return True
