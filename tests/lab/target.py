# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server for the simulator's services to lead to, where nobody needs a real one."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

BANNER = b"this is the target\r\n"


@contextlib.contextmanager
def answering_target() -> Iterator[str]:
    """The address of a server that says BANNER to everybody who comes, as an SSH server would, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=greet, args=(listener,), daemon=True).start()
        yield "{}:{}".format(*listener.getsockname())


def greet(listener: socket.socket) -> None:
    """Say BANNER to everybody who comes to *listener*, and hang up, until it is closed."""
    with contextlib.suppress(OSError):
        while True:
            link, _address = listener.accept()
            with contextlib.suppress(OSError), link:
                link.sendall(BANNER)
