# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What remote.it lists as our sessions: read for one service when it matters, or for many at once before."""

from __future__ import annotations

from .._api.client import Client
from .._base.clock import Deadline
from .._model.session import Listing
from .._registry.registry import Holding


class Listings:
    """The listings that *client* reads, and before them, once each, those that were read *ahead*, by service id."""

    def __init__(self, client: Client, ahead: dict[str, Listing]) -> None:
        self._client = client
        self._ahead = ahead

    def of(self, service_id: str, holding: Holding, deadline: Deadline) -> Listing:
        """Our sessions on the service, of which *holding* is held."""
        ahead = self._ahead.pop(service_id, None)
        # What an interrupted opening made may have come later.
        if ahead is None or holding.attempts:
            return self._client.listing(service_id, deadline)
        return ahead
