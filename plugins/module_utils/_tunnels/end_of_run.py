# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a run, as it is told to the multiplexers."""

from __future__ import annotations

import contextlib
import functools
import os
import socket
from collections.abc import Iterator
from typing import TextIO

from .address import run_sockets

# Seconds, which the user waits for.
_TIMEOUT = 60.0


def end_tunnels(run: str) -> Iterator[str]:
    """Have all that the run used on demand closed, unless somebody else uses it; what the user should know, a sentence each."""
    for path in run_sockets(run):
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(_TIMEOUT)
            try:
                link.connect(path)
                with link.makefile(encoding="utf-8", errors="surrogateescape") as lines:
                    yield from iter(functools.partial(_sentence, lines), "")
            except FileNotFoundError:
                # It has ended just now, after it had closed all.
                pass
            except TimeoutError:
                yield (
                    "Connections that SSH uses may be open still: the process that has their tunnels did not answer within "
                    f"{_TIMEOUT:.0f} seconds."
                )
            except OSError:
                with contextlib.suppress(OSError):
                    os.unlink(path)
                yield (
                    "Connections that SSH used may have been left open: the process that had their tunnels was ended. The "
                    "next run closes them."
                )


def _sentence(lines: TextIO) -> str:
    """The next one, nothing at their end. Raises OSError where there is no end."""
    if line := lines.readline():
        return line.rstrip()
    raise ConnectionError
