# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator that is asked what is open after each of very many steps."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from tests.simulator.harness import Simulator


class NearCloud(Simulator):
    """A simulator to whose admin API one connection is kept, which takes half the time."""

    _link: tuple[int, HTTPConnection] | None = None

    def _admin(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        url = urlsplit(self.admin_url)
        # a fork must not speak on its parent's connection
        if self._link is None or self._link[0] != os.getpid():
            self._link = os.getpid(), HTTPConnection(url.netloc, timeout=10)
        link = self._link[1]
        content = None if body is None else json.dumps(body)
        link.request(
            "GET" if content is None else "POST", f"{url.path}/{path}", content, {"Content-Type": "application/json"}
        )
        answer: dict[str, Any] = json.load(link.getresponse())
        assert "error" not in answer, answer
        return answer

    def stop(self) -> int:
        if self._link is not None:
            self._link[1].close()
        return super().stop()
