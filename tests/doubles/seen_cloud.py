# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A remote.it that is only looked at: each look gets the next of the answers that a test has written down."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.community.remoteit.plugins.module_utils._api.client import Client
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Clock
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings

from . import material
from .fleet_cloud import ME, id_of
from .loopback import Exchange, Server, Step, reply


def seen(number: int, **fields: Any) -> dict[str, Any]:
    """A device as a look sees it; Ellipsis leaves a field out."""
    whole = {
        "id": id_of(number),
        "name": f"pi-{number}",
        "online": True,
        "lastReported": "2026-02-03T04:05:06.000Z",
        **fields,
    }
    return {name: value for name, value in whole.items() if value is not ...}


def page(*nodes: Any, more: bool = False) -> dict[str, Any]:
    """A page of devices."""
    return {"total": len(nodes), "hasMore": more, "items": list(nodes)}


class SeenCloud:
    """Answers with what *logins* have in ``login``, one after the other, the last of them again and again.

    One that is callable is a step of the server instead.

    :ivar asked: the JSON of each request
    """

    def __init__(self, *logins: Any) -> None:
        self._logins = list(logins)
        self.asked: list[dict[str, Any]] = []
        self.warnings: list[str] = []
        self.server = Server(self._reply)

    def settings(self) -> Settings:
        """Settings that reach it, without patience."""
        return material.settings(graphql_url=f"{self.server.url}/graphql/v1", patience=material.HURRY)

    def client(self) -> Client:
        """A client of it."""
        return Client(self.settings(), Clock(), self.warnings.append)

    def variables(self) -> Iterable[dict[str, Any]]:
        """What each request asked for."""
        return [asked["variables"] for asked in self.asked]

    def _reply(self, exchange: Exchange) -> None:
        self.asked.append(exchange.request.json())
        login = self._logins.pop(0) if len(self._logins) > 1 else self._logins[0]
        step: Step = login if callable(login) else reply(200, {"data": {"login": {"id": ME, **login}}})
        step(exchange)
