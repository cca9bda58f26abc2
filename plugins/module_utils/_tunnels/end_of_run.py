# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a run, as it is told to the processes that then close what it opened."""

from __future__ import annotations

import contextlib
import functools
import os
import socket
from collections.abc import Iterator
from typing import TextIO

from .._connections.sweep_orders import END, KILLED
from .address import run_sockets

# Seconds, which the user waits for.
_TIMEOUT = 60.0


def end_run(run: str) -> Iterator[str]:
    """Have all closed that the run used, unless somebody else uses it; what the user should know, a sentence each."""
    with contextlib.ExitStack() as links:
        told = []
        for path in run_sockets(run):
            link = links.enter_context(socket.socket(socket.AF_UNIX))
            link.settimeout(_TIMEOUT)
            try:
                link.connect(path)
                link.sendall(END)
                told.append(link)
            except FileNotFoundError:
                # It has ended just now, after it had closed all.
                pass
            except OSError:
                with contextlib.suppress(OSError):
                    os.unlink(path)
                yield KILLED
        # All of them close at the same time.
        for link in told:
            yield from _answer(link)


def _answer(link: socket.socket) -> Iterator[str]:
    try:
        with link.makefile(encoding="utf-8", errors="surrogateescape") as lines:
            yield from iter(functools.partial(_sentence, lines), "")
    except TimeoutError:
        yield (
            "Connections of this run may be open still: the process that closes them did not answer within "
            f"{_TIMEOUT:.0f} seconds."
        )
    except OSError:
        yield KILLED


def _sentence(lines: TextIO) -> str:
    """The next one, nothing at their end. Raises OSError where there is no end."""
    if line := lines.readline():
        return line.rstrip()
    raise ConnectionError
