# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What somebody waits for, and for how long: the options of ``remoteit_device_wait``, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._base.dates import from_iso8601
from .._base.errors import OptionError
from .._base.text import inert
from .._fleet.filter import ONLINE
from .._fleet.lookout import ASKED, DEVICES
from .._fleet.waiting import Pace
from .._model.ids import is_id
from .._settings.checks import checked_listed_id, checked_wait

# Whoever asks more often is asked by remote.it to have it tell instead (vendor page "API Usage").
LEAST_INTERVAL = 10
# The most that remote.it gives at once (the same page).
_MOST = 1000
# Seconds since the epoch. A number that is far less is a number of seconds from now, one that is far more counts milliseconds.
_EARLIEST = 1e9
_LATEST = 1e10


def asked_for(params: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The one option of ASKED that is given, and what it holds: canonical ids or names, each once. Raises OptionError."""
    option = next(name for name in ASKED if params[name] is not None)
    texts = params[option]
    if option == DEVICES:
        names: dict[str, str] = {}
        for text in texts:
            # Those that are shown alike are one.
            names.setdefault(inert(text), _checked_name(text))
        asked = list(names.values())
    else:
        asked = list(dict.fromkeys(checked_listed_id(option, text) for text in texts))
    if not 1 <= len(asked) <= _MOST:
        raise OptionError(
            f"{option} has {len(asked)} different items: give 1 to {_MOST}, or skip the task when there are none, and loop "
            "over batches when there are more."
        )
    return option, asked


def _checked_name(text: str) -> str:
    if not text.strip():
        raise OptionError("devices has an empty name: give names, or leave it out.")
    if is_id(text.strip()):
        raise OptionError(f"devices={text!r} is an id, not a name: set device_ids, or service_ids, instead of devices.")
    return text


def since_of(params: Mapping[str, Any]) -> float | None:
    """The moment in ``since``, in seconds since the epoch by the clock of this machine. Raises OptionError."""
    text = params["since"]
    if text is None:
        return None
    if params["state"] != ONLINE:
        raise OptionError("since tells when devices must have come back: set state=online, or leave since out.")
    try:
        moment = _moment(text)
    except ValueError:
        moment = 0.0
    if not _EARLIEST <= moment <= _LATEST:
        raise OptionError(
            f"since={text!r} is not a moment: give ISO 8601 such as 2026-02-03T04:05:06Z, or seconds since the epoch."
        )
    return moment


def _moment(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return from_iso8601(text.strip())


def pace_of(params: Mapping[str, Any], check_mode: bool, patience: float) -> Pace:
    """When to look; in *check_mode* once and at once. A look may take *patience* seconds. Raises OptionError."""
    pace = Pace(
        delay=checked_wait("delay", params["delay"]),
        timeout=checked_wait("timeout", params["timeout"]),
        interval=checked_wait("interval", params["interval"], LEAST_INTERVAL),
        patience=patience,
    )
    return pace._replace(delay=0.0, timeout=0.0) if check_mode else pace
