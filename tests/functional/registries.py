# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the lab's runs remember connections: in a directory, or in Redis."""

from __future__ import annotations

import os
import time

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._registry.registry import Registry
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings
from tests.lab.lab import Lab
from tests.lab.redis_server import RedisServer


class LabRegistry:
    """The directory of *lab*, or a *server* of Redis.

    :ivar environ: the variables by which a run finds it
    :ivar core: it, as the collection sees it
    """

    def __init__(self, lab: Lab, server: RedisServer | None) -> None:
        self._server = server
        self._directory = lab.root / "registry"
        self.environ = {"REMOTEIT_REGISTRY": server.url if server else str(self._directory)}
        settings = Settings.from_options({}, {**lab.environment(), **self.environ})
        self.core = Registry(settings, pytest.fail)

    def age(self, seconds: float) -> None:
        """Have all signs of life in it be so much older, while somebody was in touch with it."""
        if self._server:
            redis = self._server.client()
            for sign in redis.scan_iter("*:holder:*"):
                redis.set(sign, f"{float(redis.get(sign) or 0) - seconds:.3f}")
            self._server.in_touch()
            return
        then = time.time() - seconds
        for sign in self._directory.glob("*/holders/*"):
            boot, running = sign.read_text().split()
            sign.write_text(f"{boot} {float(running) - seconds:.3f}")
            os.utime(sign, (then, then))
