# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the process that sweeps at the end of a run is told, a line each, and how it answers."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import socket
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, cast

from .._base.environment import network_variables
from .._base.process import is_gone
from .._model.connection import Connection
from .._settings.settings import Settings

# Said by a run that ends, which waits for an answer. One that was killed says nothing.
END = b"\n"
# What a run is told whose process for this was killed.
KILLED = "Connections of this run may have been left open: the process that was to close them was ended. The next run closes them."
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
    """One line for decoded(). It holds the keys, so it may only go through a socket of our own."""
    claimed = None if claim is None else [claim.connection.as_record(), claim.opened]
    return json.dumps([settings.as_record(), network_variables(), claimed]).encode() + b"\n"


def decoded(line: bytes) -> tuple[Place, Claim | None]:
    """What encoded() was given, and the network_variables() that were there."""
    settings, network, claimed = json.loads(line)
    place = Place(Settings.from_record(settings), tuple(network.items()))
    return place, None if claimed is None else Claim(Connection.from_record(claimed[0]), claimed[1])


class Orders:
    """What is said at *listener*, a socket whose address is *path*, while the process *run* lives: lines, and END."""

    def __init__(self, listener: socket.socket, path: str, run: str) -> None:
        self._listener = listener
        self._path = path
        self._run = run
        self._who_waits: socket.socket | None = None

    def __iter__(self) -> Iterator[bytes]:
        """The lines, until END is said or the run's process has ended, and nobody has anything to add to that."""
        with selectors.DefaultSelector() as links:
            links.register(self._listener, selectors.EVENT_READ)
            while (ready := links.select(0 if self._who_waits else _LOOK)) or not self._is_over():
                for key, _events in ready:
                    if key.fileobj is self._listener:
                        links.register(self._listener.accept()[0], selectors.EVENT_READ, bytearray())
                    else:
                        yield from self._said(key, links)
        with contextlib.suppress(OSError):
            os.unlink(self._path)

    def _is_over(self) -> bool:
        return self._who_waits is not None or is_gone(self._run)

    def _said(self, key: selectors.SelectorKey, links: selectors.BaseSelector) -> Iterator[bytes]:
        """The lines that are whole by now; half a line is what a process left that was killed."""
        link = cast(socket.socket, key.fileobj)
        data = link.recv(1 << 16)
        *lines, rest = (key.data + data).split(END)
        key.data[:] = rest
        if b"" in lines:
            links.unregister(link)
            self._who_waits = link
        elif not data:
            links.unregister(link)
            link.close()
        yield from filter(None, lines)

    def answered(self, sentences: Sequence[str]) -> bool:
        """Tell who said END the *sentences*; whether somebody is there to hear them."""
        if self._who_waits is None:
            return False
        with self._who_waits as link, contextlib.suppress(OSError):
            link.sendall(answer(sentences))
            return True
        return False


def answer(sentences: Sequence[str]) -> bytes:
    """What is said to who has said END, when all is done, for the user."""
    return "".join(f"{sentence}\n" for sentence in (*sentences, "")).encode(errors="surrogateescape")
