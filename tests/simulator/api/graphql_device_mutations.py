# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tags, attributes, names and the end of devices by GraphQL (vendor's samples, application and schema)."""

from __future__ import annotations

import copy
from typing import Any

from ..cloud.device_changes import DeviceChanges
from ..cloud.tag_changes import TagChanges
from ..config.world import Account
from .graphql_refusals import Resolver


class DeviceMutations:
    """The mutations about devices, for one viewer; a refusal is a ``ChangeRefused``."""

    def __init__(self, changes: DeviceChanges, tags: TagChanges, viewer: Account) -> None:
        self._changes = changes
        self._tags = tags
        self._viewer = viewer

    def resolvers(self) -> dict[str, Resolver]:
        """Return the resolver of each mutation by its name."""
        return {
            "addTag": self._add_tag,
            "removeTag": self._remove_tag,
            "setAttribute": self._set_attribute,
            "setAttributes": self._set_attributes,
            "renameService": self._rename,
            "deleteDevice": self._delete,
        }

    def _add_tag(self, _info: Any, **given: Any) -> bool:
        self._tags.add(self._viewer, given["name"], given["serviceId"], given.get("accountId"))
        return True

    def _remove_tag(self, _info: Any, **given: Any) -> bool:
        self._tags.remove(self._viewer, given["name"], given["serviceId"], given.get("accountId"))
        return True

    def _set_attribute(self, _info: Any, **given: Any) -> object:
        self._changes.set_attribute(self._viewer, given.get("serviceId"), given["name"], given.get("value"))
        return given.get("value")

    def _set_attributes(self, _info: Any, **given: Any) -> dict[str, object]:
        attributes = self._changes.set_attributes(self._viewer, given.get("serviceId"), given["attributes"])
        # The next mutation of the same request must not change what this one answers.
        return copy.deepcopy(attributes)

    def _rename(self, _info: Any, **given: Any) -> bool:
        self._changes.rename(self._viewer, given["serviceId"], given["name"])
        return True

    def _delete(self, _info: Any, **given: Any) -> bool:
        self._changes.delete(self._viewer, given["deviceId"], given["force"])
        return True
