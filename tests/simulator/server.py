# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The listening sockets of a simulator."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from datetime import timedelta
from email.utils import format_datetime

from aiohttp import web

from .admin.admin import BASE as ADMIN_BASE
from .admin.admin import Admin
from .api.graphql_wire import PATH as GRAPHQL_PATH
from .api.rest import BASE as REST_BASE
from .cloud.reverse_proxy import ReverseProxy
from .config.settings import Settings, Tls
from .simulation import Simulation

_SHUTDOWN_SECONDS = 0.2


class Server:
    """A simulator that listens; the URLs are known once it has started."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._simulation = Simulation(settings)
        self._scheme = "https" if settings.tls else "http"
        self._runners: list[web.AppRunner] = []
        self._timer: asyncio.Task[None] | None = None
        self._base = ""
        self._reverse_base = ""

    @property
    def ready_line(self) -> str:
        """What the command prints when it is ready."""
        urls = f"rest={self._base}{REST_BASE} graphql={self._base}{GRAPHQL_PATH} admin={self._base}{ADMIN_BASE}"
        return f"remote.it simulator ready: {urls}"

    async def start(self) -> None:
        """Listen.

        :raises OSError: the port is taken, or the TLS files cannot be used.
        """
        self._timer = asyncio.create_task(self._simulation.broker.run())
        tls = _context(self._settings.tls)
        self._base = await self._listen(self._api(), self._settings.port, tls)
        self._reverse_base = await self._listen(ReverseProxy(self._simulation.broker).application(), 0, tls)

    async def stop(self) -> None:
        """Close every proxy and every socket."""
        self._simulation.broker.close_all()
        for runner in self._runners:
            await runner.cleanup()
        if self._timer is not None:
            self._timer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._timer

    def _api(self) -> web.Application:
        application = web.Application()
        application.router.add_route("*", REST_BASE + "/{path:.*}", self._simulation.rest.handle)
        application.router.add_route("*", GRAPHQL_PATH, self._simulation.graphql.handle)
        Admin(self._simulation, lambda: self._reverse_base).add_to(application)
        application.on_response_prepare.append(self._set_date)
        return application

    async def _set_date(self, _request: web.Request, response: web.StreamResponse) -> None:
        shown = self._simulation.clock.wall() + timedelta(seconds=self._settings.behaviour.gateway_date)
        response.headers["Date"] = format_datetime(shown, usegmt=True)

    async def _listen(self, application: web.Application, port: int, tls: ssl.SSLContext | None) -> str:
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
        await runner.setup()
        self._runners.append(runner)
        site = web.TCPSite(runner, self._settings.host, port, ssl_context=tls)
        await site.start()
        return f"{self._scheme}://{self._settings.host}:{runner.addresses[0][1]}"


def _context(tls: Tls | None) -> ssl.SSLContext | None:
    if tls is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.certificate, tls.key)
    return context
