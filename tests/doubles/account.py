# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The little of remote.it that the tests of the core need: one service, its sessions, and the last word on each call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._api.client import Client
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Clock
from ansible_collections.community.remoteit.plugins.module_utils._base.dates import iso8601
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RefusedError
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings

from . import material
from .loopback import Exchange, Server, reply
from .material import NOW, SERVICE

ME = "F0:0F:85:00:00:00:00:01"


def listed(id: str, started_at: float = NOW, *, user: str = ME, proxy: bool = True) -> dict[str, Any]:
    """A session as GraphQL lists it."""
    return {
        "id": id,
        "timestamp": iso8601(started_at),
        "user": {"id": user},
        "endpoint": {"proxy": proxy},
        "target": {"id": SERVICE},
    }


class Account:
    """Answers REST and GraphQL. *service* is what is told of the service; an answer that is set in *says* comes first.

    Keys of *says*: connect, stop, open, disconnect, service, device, sessions.
    """

    def __init__(self) -> None:
        self.service: dict[str, Any] | None = {
            "id": SERVICE,
            "name": "ssh",
            "enabled": True,
            "online": True,
            "can": True,
            "device": {"name": "pi"},
        }
        self.sessions: list[dict[str, Any]] | None = []
        self.closed: list[str] = []
        self.says: dict[str, Any] = {}
        self.asked: list[str] = []
        self.server = Server(self._answer)

    def settings(self, **changes: Any) -> Settings:
        """Settings that reach this account."""
        urls = {"rest_url": f"{self.server.url}/apv/v27", "graphql_url": f"{self.server.url}/graphql/v1"}
        return material.settings(**{**urls, **changes})

    def client(self, **changes: Any) -> Client:
        """A client of this account, which has nothing to warn of."""
        return Client(self.settings(**changes), Clock(), pytest.fail)

    def _answer(self, exchange: Exchange) -> None:
        kind = self._kind(exchange)
        self.asked.append(kind)
        if kind in self.says:
            answer = self.says[kind]
            if callable(answer):
                answer(exchange)
                return
        elif kind == "disconnect":
            id = exchange.request.json()["variables"]["connectionId"]
            self.closed.append(id)
            self.sessions = [session for session in self.sessions or () if session["id"] != id]
            answer = {"data": {"disconnect": True}}
        else:
            found = [] if self.service is None else [{**self.service, "sessions": self.sessions}]
            answer = {"data": {"login": {"id": ME, "service": found, "sessions": self.sessions}}}
        reply(200, answer)(exchange)

    def _kind(self, exchange: Exchange) -> str:
        if exchange.request.target.endswith("/device/connect"):
            return "connect"
        if exchange.request.target.endswith("/device/connect/stop"):
            return "stop"
        query = exchange.request.json()["query"]
        for word, kind in (
            ("disconnect(", "disconnect"),
            ("connect(", "open"),
            ("service(", "service"),
            ("device(", "device"),
        ):
            if word in query:
                return kind
        return "sessions"


def refusal(work: Callable[[], object]) -> RefusedError:
    """The error with which *work* ends."""
    with pytest.raises(RefusedError) as caught:
        work()
    assert str(caught.value).isprintable()
    return caught.value
