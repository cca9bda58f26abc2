# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reverse proxies: one HTTP server that tells connections apart by the Host header."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web

from .broker import Broker
from .connection import Connection

_HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding")
)
_UNTRUSTED = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_UNTRUSTED.check_hostname = False
_UNTRUSTED.verify_mode = ssl.CERT_NONE


class ReverseProxy:
    """Forwards web requests for open reverse connections to their services."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._client: aiohttp.ClientSession | None = None

    def application(self) -> web.Application:
        """Return the web application to serve."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._handle)
        application.cleanup_ctx.append(self._with_client)
        return application

    async def _with_client(self, _application: web.Application) -> AsyncIterator[None]:
        self._client = aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar())
        yield
        await self._client.close()

    def _find(self, host: str) -> Connection | None:
        name = host.partition(":")[0].lower()
        return next((one for one in self._broker.connections() if one.reverse and one.host == name), None)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        connection = self._find(request.host)
        target = connection.target() if connection else None
        if connection is None or target is None:
            return web.Response(status=502 if connection else 404, text="no such proxy\n")
        connection.activity.begin()
        try:
            return await self._forward(request, connection, target)
        except aiohttp.ClientError as error:
            return web.Response(status=502, text=f"{error}\n")
        finally:
            connection.activity.end()

    async def _forward(
        self, request: web.Request, connection: Connection, target: tuple[str, int]
    ) -> web.StreamResponse:
        assert self._client is not None
        scheme = "https" if connection.scheme == "https" else "http"
        host, port = target
        async with self._client.request(
            request.method,
            f"{scheme}://{host}:{port}{request.raw_path}",
            headers=[(name, value) for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP],
            data=request.content if request.can_read_body else None,
            allow_redirects=False,
            ssl=_UNTRUSTED,
        ) as upstream:
            response = web.StreamResponse(status=upstream.status)
            for name, value in upstream.headers.items():
                if name.lower() not in _HOP_BY_HOP:
                    response.headers.add(name, value)
            await response.prepare(request)
            async for chunk in upstream.content.iter_any():
                await response.write(chunk)
            await response.write_eof()
            return response
