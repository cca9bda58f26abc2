# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the process that sweeps at the end of a run is told, a line each."""

from __future__ import annotations

import json
import os
import select
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .._base.environment import network_variables
from .._base.process import is_gone
from .._model.connection import Connection
from .._settings.settings import Settings

# The last line. The end of the pipe will do as well, when the run was killed.
END = b"\n"
# How often it is looked whether the run has ended, in seconds.
_LOOK = 1.0


class Place(NamedTuple):
    """A registry and an account, by *settings*, and the network_variables() by way of which they are reached."""

    settings: Settings
    variables: tuple[tuple[str, str | None], ...]

    @property
    def network(self) -> Mapping[str, str | None]:
        """The variables as set_variables() takes them."""
        return dict(self.variables)


class Claim(NamedTuple):
    """A connection that the run holds, and whether it *opened* it."""

    connection: Connection
    opened: bool


def encoded(settings: Settings, claim: Claim | None = None) -> bytes:
    """One line for decoded(). It holds the keys, so it may only go through a pipe."""
    claimed = None if claim is None else [claim.connection.as_record(), claim.opened]
    return json.dumps([settings.as_record(), network_variables(), claimed]).encode() + b"\n"


def decoded(line: bytes) -> tuple[Place, Claim | None]:
    """What encoded() was given, and the network_variables() that were there."""
    settings, network, claimed = json.loads(line)
    place = Place(Settings.from_record(settings), tuple(network.items()))
    return place, None if claimed is None else Claim(Connection.from_record(claimed[0]), claimed[1])


def lines(source: int, run: str) -> Iterator[bytes]:
    """The lines that come from the descriptor *source* until END, until it ends, or until the process *run* has ended.

    Workers that outlive their run have the other end of the pipe still.
    """
    poll = select.poll()
    poll.register(source, select.POLLIN)
    rest = b""
    while poll.poll(_LOOK * 1000) or not is_gone(run):
        if not poll.poll(0):
            continue
        data = os.read(source, 1 << 16)
        *whole, rest = (rest + data).split(END)
        for line in whole:
            if not line:
                return
            yield line
        if not data:
            return
