# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator that is asked what is open after each of very many steps."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from tests.simulator.harness import Simulator

# It hangs up on who says nothing for 75 seconds.
_IDLE_SECONDS = 30.0


class NearCloud(Simulator):
    """A simulator to whose admin API one connection is kept, which takes half the time."""

    _link: HTTPConnection | None = None
    _asked_from = 0
    _used_at = 0.0

    def _admin(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        url = urlsplit(self.admin_url)
        # a fork must not speak on its parent's connection
        if self._link is None or self._asked_from != os.getpid() or time.monotonic() - self._used_at > _IDLE_SECONDS:
            self._link, self._asked_from = HTTPConnection(url.netloc, timeout=10), os.getpid()
        self._used_at = time.monotonic()
        content = None if body is None else json.dumps(body)
        method = "GET" if content is None else "POST"
        self._link.request(method, f"{url.path}/{path}", content, {"Content-Type": "application/json"})
        answer: dict[str, Any] = json.load(self._link.getresponse())
        assert "error" not in answer, answer
        return answer

    def stop(self) -> int:
        if self._link is not None:
            self._link.close()
        return super().stop()
