# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator in a thread: a test with a configuration of its own need not wait for a process."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from .admin_client import AdminClient
from .config.file import read_settings
from .server import Server


class ThreadedSimulator(AdminClient):
    """Context manager around a server with its own event loop."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        # as it would come from a file
        self._settings = read_settings(json.loads(json.dumps(config)), Path())
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped: asyncio.Event | None = None

    def __enter__(self) -> ThreadedSimulator:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("The simulator did not start.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop is not None
        assert self._stopped is not None
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        server = Server(self._settings)
        await server.start()
        urls = dict(word.split("=", 1) for word in server.ready_line.split() if "=" in word)
        self.rest_url, self.graphql_url, self.admin_url = urls["rest"], urls["graphql"], urls["admin"]
        self._ready.set()
        await self._stopped.wait()
        await server.stop()
