# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How busy a proxy is: the service closes proxies that nobody uses."""

from __future__ import annotations

from collections.abc import Callable


class Activity:
    """Counts the clients of one proxy.

    :param elapsed: gives the simulated time.
    :param changed: called when the proxy becomes busy or idle.
    """

    def __init__(self, elapsed: Callable[[], float], changed: Callable[[], None]) -> None:
        self._elapsed = elapsed
        self._changed = changed
        self._idle_since = elapsed()
        self.clients = 0

    def begin(self) -> None:
        """A client came."""
        self.clients += 1
        self._changed()

    def end(self) -> None:
        """A client went."""
        self.clients -= 1
        self._idle_since = self._elapsed()
        self._changed()

    def idle_since(self) -> float | None:
        """Return the simulated time at which the proxy became idle; None while someone uses it."""
        return None if self.clients else self._idle_since
