# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The REST wire: ``device/connect`` and ``device/connect/stop``. It calls a service "device"."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from .._base.clock import Clock, Deadline
from .._base.errors import AnswerLostError, RefusedError
from .._base.text import inert, printable
from .._model.access import Access
from .._model.connection import MAX_LIFETIME, PORT, REVERSE, Connection
from .._model.ids import is_connection_id, is_plain_host, same_id
from .._settings.settings import REST, Settings
from .transport import Transport

# Total life time of a proxy in every published answer, for answers that leave it out.
DEFAULT_LIFETIME = 28800


class RestApi:
    """Opens and closes connections by REST."""

    def __init__(self, transport: Transport, settings: Settings, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._url = settings.rest_url
        self._headers = {"DeveloperKey": settings.require_developer_key()}

    def open(self, service_id: str, access: Access, wait: bool, deadline: Deadline) -> Connection:
        """Open a connection. Raises NotSentError, RefusedError, or AnswerLostError when one may be open."""
        # The vendor's own clients send "wait" as a string, although the documentation types it as a boolean.
        payload = {"deviceaddress": service_id, "hostip": access.hostip, "wait": str(wait).lower()}
        begun = time.monotonic()
        answer = self._call("device/connect", payload, deadline, repeatable=False)
        now = self._clock.server_time()
        ahead = self._clock.observed - self._clock.offset
        try:
            connection = parse_connection(answer, service_id, access, now - (time.monotonic() - begun), now)
            return connection._replace(ahead=ahead)
        except ValueError as error:
            raise AnswerLostError(f"The answer to device/connect cannot be used: {error}.") from None

    def close(self, service_id: str, connection_id: str, deadline: Deadline) -> None:
        """Close a connection. Raises RefusedError or AnswerLostError when remote.it does not confirm it."""
        payload = {"deviceaddress": service_id, "connectionid": connection_id}
        self._call("device/connect/stop", payload, deadline, repeatable=True)

    def _call(self, path: str, payload: Mapping[str, Any], deadline: Deadline, *, repeatable: bool) -> dict[str, Any]:
        url = f"{self._url}/{path}"
        answer = self._transport.call(REST, url, payload, deadline, headers=self._headers, repeatable=repeatable)
        # REST answers 200 also when it refuses; "pending" is what it may answer when it was told not to wait.
        status = str(answer.get("status")).lower()
        if status == "false":
            reason = printable(str(answer.get("reason") or answer.get("code") or "no reason given"))
            raise RefusedError(f'remote.it refused {path}: "{reason}".', 200, reason)
        if status not in ("true", "pending"):
            raise AnswerLostError(f"The answer to {path} cannot be used: its status is neither true nor false.")
        return answer


def parse_connection(
    answer: Mapping[str, Any], service_id: str, access: Access, asked_at: float, now: float
) -> Connection:
    """The connection in an answer to ``device/connect``, asked at *asked_at* and answered *now* by the server's clock.

    Reads every published variant: the id inside or outside of ``connection``, numbers as strings, fields left out.
    Raises ValueError when it holds no usable id or address.
    """
    fields = answer.get("connection")
    if not isinstance(fields, Mapping):
        raise ValueError("it has no connection")
    connection_id = fields.get("connectionid") or answer.get("connectionid")
    if not isinstance(connection_id, str) or not is_connection_id(connection_id):
        raise ValueError("it has no usable connectionid")
    echoed = fields.get("deviceaddress")
    if echoed and not same_id(str(echoed), service_id):
        raise ValueError(f"it is for the service {printable(str(echoed))}")
    host, port = _address(fields)
    lifetime = _integer(fields.get("proxyExpirationSec")) or _integer(fields.get("expirationsec")) or DEFAULT_LIFETIME
    if lifetime > MAX_LIFETIME:
        lifetime = DEFAULT_LIFETIME
    return Connection(
        id=connection_id,
        service_id=service_id,
        host=host,
        port=port,
        proxy=inert(str(fields.get("proxy") or fields.get("proxyURL") or f"http://{host}:{port}")),
        type=REVERSE if port is None else PORT,
        access=access.mode,
        client_ip=access.client_ip,
        opened_at=now,
        expires_at=now + lifetime,
        api=REST,
        asked_at=asked_at,
        verified_at=now,
        opened_from=socket.gethostname(),
        session_id=_session_id(fields.get("sessionID")),
    )


def _address(fields: Mapping[str, Any]) -> tuple[str, int | None]:
    """Host and port; the port is None for a reverse proxy. ValueError when ssh must not be given the host."""
    proxy = str(fields.get("proxy") or fields.get("proxyURL") or "")
    try:
        parts = urlsplit(proxy if "://" in proxy else f"//{proxy}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        # Python's words have the whole of it, as it came.
        raise ValueError(f"its proxy {printable(proxy)!r} is not a URL") from None
    is_reverse = fields.get("reverseProxy")
    if not isinstance(is_reverse, bool):
        is_reverse = bool(host) and port is None
    if is_reverse:
        # proxyserver and proxyport are there as well, but are not the address to use.
        host, port = (str(fields["proxyURL"]) if fields.get("proxyURL") else host), None
    else:
        host = str(fields.get("proxyserver") or host)
        port = _integer(fields.get("proxyport")) or _integer(fields.get("proxyServerPort")) or port
        if port is None or not 0 < port < 65536:
            raise ValueError("it has no usable port")
    if not is_plain_host(host):
        raise ValueError(f"its host {printable(host)!r} is not a plain host name")
    return host, port


def _integer(value: Any) -> int | None:
    """*value* as a positive integer, whether it came as a number or as a string; None otherwise."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if number > 0 else None


def _session_id(value: Any) -> str | None:
    return value if isinstance(value, str) and is_connection_id(value) else None
