# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What watches over a run, for tasks that have no run."""

from __future__ import annotations

from ansible_collections.community.remoteit.plugins.module_utils._model.connection import Connection
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings


class Watch:
    """The watch over the run *holder*; an error is what it fails with.

    :ivar watched: what is to be swept
    :ivar remembered: what was claimed, and whether it was opened for that
    """

    def __init__(self, holder: str | BaseException) -> None:
        self._holder = holder
        self.watched: list[Settings] = []
        self.remembered: list[tuple[Connection, bool]] = []

    def watch(self, settings: Settings) -> str:
        """The name of the run."""
        self.watched.append(settings)
        if isinstance(self._holder, BaseException):
            raise self._holder
        return self._holder

    def remember(self, _settings: Settings, connection: Connection, opened: bool) -> None:
        """Take note of it."""
        self.remembered.append((connection, opened))
