# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who looks at the devices that somebody waits for, in whichever way they were asked for."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence

from .._api.client import Client
from .._base.clock import Clock, Deadline
from .._settings.settings import Settings
from .look_by_id import devices_by_id, devices_by_service
from .look_by_name import DevicesByName
from .presence import Sighting

DEVICE_IDS = "device_ids"
SERVICE_IDS = "service_ids"
DEVICES = "devices"
# The options by which devices are asked for.
ASKED = (DEVICE_IDS, SERVICE_IDS, DEVICES)


class Lookout:
    """Looks at what *asked* holds, which was given as the option *by*, one of ASKED.

    *account* is the one that lists the devices, None for the access key's own; ids need none. *warn* takes one sentence for the
    user. Raises MissingLibraryError.
    """

    def __init__(
        self, settings: Settings, by: str, asked: Sequence[str], account: str | None, warn: Callable[[str], None]
    ) -> None:
        self._client = Client(settings, Clock(), warn)
        self._look: Callable[[Deadline], dict[str, Sighting]]
        if by == DEVICES:
            self._look = DevicesByName(self._client, asked, account).look
        else:
            read = devices_by_id if by == DEVICE_IDS else devices_by_service
            self._look = functools.partial(read, self._client.graphql, asked)

    def look(self, deadline: Deadline) -> Mapping[str, Sighting]:
        """What is there now, by the words in *asked*. Raises OptionError and ApiError."""
        return self._look(deadline)

    def ahead(self) -> float:
        """By how many seconds remote.it's clock is ahead of this machine's; known after a look.

        Where that is in doubt, it is the most: nobody is to be taken for back who was never away.
        """
        return max(self._client.clock.candidates())
