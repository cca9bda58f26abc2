# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A registry for tests, and what is kept in it."""

from __future__ import annotations

from typing import Any

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._model.failure import Failure
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Attempt, Holding
from ansible_collections.community.remoteit.plugins.module_utils._registry.registry import Registry

from .material import NOW, SERVICE, connection, settings

HOLDING = Holding(
    [connection(), connection(id="SECOND", session_id="S", unanswered_since=NOW)],
    [Attempt(NOW, NOW + 30)],
    Failure(NOW, NOW + 5, "asked by", "It is offline.", "inactive", NOW),
)


class Place:
    """A registry in the directory or Redis *where*, with what it warned of."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.warnings: list[str] = []

    def open(self, **changes: Any) -> Registry:
        """The registry, as a process that begins now has it; *changes* are settings."""
        return Registry(settings(self.where, **changes), self.warnings.append)

    def save(self, holding: Holding = HOLDING, service_id: str = SERVICE, **changes: Any) -> None:
        """Keep *holding* for the service."""
        registry = self.open(**changes)
        with registry.locked(service_id, Deadline(10)) as turn:
            turn.holding = holding
            turn.save()
