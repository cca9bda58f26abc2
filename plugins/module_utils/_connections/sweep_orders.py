# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the process that sweeps at the end of a run is told, a line each."""

from __future__ import annotations

import json
from collections.abc import Mapping

from .._base.environment import network_variables
from .._settings.settings import Settings

# The last line. The end of the pipe will do as well, when the run was killed.
END = b"\n"


def encoded(settings: Settings) -> bytes:
    """One line for decoded(). It holds the keys, so it may only go through a pipe."""
    return json.dumps([settings.as_record(), network_variables()]).encode() + b"\n"


def decoded(line: bytes) -> tuple[Settings, Mapping[str, str | None]]:
    """The settings that encoded() was given, and the network_variables() that were there."""
    record, network = json.loads(line)
    return Settings.from_record(record), network
