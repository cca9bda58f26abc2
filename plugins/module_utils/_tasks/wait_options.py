# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long somebody waits, and since when: the options of ``remoteit_device_wait``, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._base.errors import OptionError
from .._fleet.filter import ONLINE
from .._fleet.waiting import Pace
from .._settings.checks import checked_wait
from .._settings.moments import checked_moment

# Whoever asks more often is asked by remote.it to have it tell instead (vendor page "API Usage").
LEAST_INTERVAL = 10


def since_of(params: Mapping[str, Any]) -> float | None:
    """The moment in ``since``, in seconds since the epoch by the clock of this machine. Raises OptionError."""
    text = params["since"]
    if text is None:
        return None
    if params["state"] != ONLINE:
        raise OptionError("since tells when devices must have come back: set state=online, or leave since out.")
    return checked_moment("since", text)


def pace_of(params: Mapping[str, Any], check_mode: bool, patience: float) -> Pace:
    """When to look; in *check_mode* once and at once. A look may take *patience* seconds. Raises OptionError."""
    pace = Pace(
        delay=checked_wait("delay", params["delay"]),
        timeout=checked_wait("timeout", params["timeout"]),
        interval=checked_wait("interval", params["interval"], LEAST_INTERVAL),
        patience=patience,
    )
    return pace._replace(delay=0.0, timeout=0.0) if check_mode else pace
