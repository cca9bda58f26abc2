# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections of one service that are held: an account, a registry, and the core between them."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from typing import Any

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._connections.connections import Connections
from ansible_collections.community.remoteit.plugins.module_utils._model.connection import Connection
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Holding
from ansible_collections.community.remoteit.plugins.module_utils._registry.registry import Registry
from tests.doubles.account import Account, listed
from tests.doubles.loopback import Exchange, reply
from tests.doubles.material import HURRY, SERVICE, connection

ALIVE = process_name(os.getpid())
REFUSAL = {"status": "false", "reason": "not today"}


class Site:
    """An account and a registry. What is opened is called NEW, and what is closed by REST goes off the list."""

    def __init__(self, directory: Path) -> None:
        self.account = Account()
        self.account.says = {"connect": self.connect, "stop": self._stop}
        self.stubborn: set[str] = set()
        self.hostips: list[str] = []
        self.settings = self.account.settings(registry=str(directory / "registry"), request_timeout=5.0, patience=HURRY)
        self.warnings: list[str] = []
        self.registry = Registry(self.settings, self.warnings.append)
        self.connections = Connections(self.settings, self.warnings.append)
        self.predicting = Connections(self.settings, self.warnings.append, check_mode=True)

    def connect(self, exchange: Exchange) -> None:
        assert self.account.sessions is not None
        self.hostips.append(exchange.request.json()["hostip"])
        self.account.sessions.append(listed("NEW", time.time()))
        address = {"connectionid": "NEW", "proxyserver": "127.0.0.1", "proxyport": 9, "reverseProxy": False}
        reply(200, {"status": "true", "connection": address})(exchange)

    def _stop(self, exchange: Exchange) -> None:
        id = exchange.request.json()["connectionid"]
        if id in self.stubborn:
            reply(200, REFUSAL)(exchange)
            return
        self.account.closed.append(id)
        self.account.sessions = [session for session in self.account.sessions or () if session["id"] != id]
        reply(200, {"status": "true"})(exchange)

    def hold(self, *made: Connection) -> None:
        self.account.sessions = [listed(item.id, item.opened_at) for item in made]
        with self.registry.locked(SERVICE, Deadline(10)) as turn:
            turn.holding = Holding(list(made))
            turn.save()

    def held(self) -> dict[str, tuple[bool, tuple[str, ...]]]:
        return {item.id: (item.kept, item.holders) for item in self.registry.read(SERVICE).connections}

    def present(self, wanted: Wanted, *, check: bool = False) -> Any:
        connections = self.predicting if check else self.connections
        return connections.present(SERVICE, wanted, Deadline(20))


def made(id: str, ago: float = 60, **changes: Any) -> Connection:
    at = time.time() - ago
    times = {"opened_at": at, "asked_at": at, "verified_at": time.time(), "expires_at": at + 3600}
    return connection(id=id, opened_from=socket.gethostname(), **{**times, "kept": False, **changes})
