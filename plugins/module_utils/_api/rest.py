# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The REST API: ``device/connect`` and ``device/connect/stop``. It calls a service "device"."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from .._base.clock import Clock, Deadline
from .._base.errors import AnswerLostError, RefusedError
from .._base.text import inert, printable
from .._model.access import Access
from .._model.asked import Asked
from .._model.connection import MAX_LIFETIME, PORT, REVERSE, Connection
from .._model.ids import is_connection_id, same_id
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
            asked = Asked(service_id, access, now - (time.monotonic() - begun), now)
            return parse_connection(answer, asked)._replace(ahead=ahead)
        except ValueError as error:
            raise AnswerLostError(f"The answer to device/connect cannot be used: {error}.", status=200) from None

    def close(self, service_id: str, connection_id: str, deadline: Deadline) -> None:
        """Close a connection. Raises RefusedError or AnswerLostError when remote.it does not confirm it."""
        payload = {"deviceaddress": service_id, "connectionid": connection_id}
        self._call("device/connect/stop", payload, deadline, repeatable=True)

    def _call(self, path: str, payload: Mapping[str, Any], deadline: Deadline, *, repeatable: bool) -> dict[str, Any]:
        url = f"{self._url}/{path}"
        answer, lost = self._transport.call(REST, url, payload, deadline, headers=self._headers, repeatable=repeatable)
        # REST answers 200 also when it refuses; "pending" is what it may answer when it was told not to wait.
        status = str(answer.get("status")).lower()
        if status == "false":
            reason = printable(str(answer.get("reason") or answer.get("code") or "no reason given"))
            raise RefusedError(f'remote.it refused {path}: "{reason}".', 200, reason).after(lost)
        if status not in ("true", "pending"):
            raise AnswerLostError(
                f"The answer to {path} cannot be used: its status is neither true nor false.", status=200
            )
        return answer


def parse_connection(answer: Mapping[str, Any], asked: Asked) -> Connection:
    """The connection in an answer to ``device/connect``.

    Reads every published variant: the id inside or outside of ``connection``, numbers as strings, fields left out.
    Raises ValueError when it holds no usable id or address.
    """
    fields = answer.get("connection")
    if not isinstance(fields, Mapping):
        raise ValueError("it has no connection")
    echoed = fields.get("deviceaddress")
    if echoed and not same_id(str(echoed), asked.service_id):
        raise ValueError(f"it is for the service {printable(str(echoed))}")
    kind, host, port = _address(fields)
    lifetime = _integer(fields.get("proxyExpirationSec")) or _integer(fields.get("expirationsec")) or DEFAULT_LIFETIME
    if lifetime > MAX_LIFETIME:
        lifetime = DEFAULT_LIFETIME
    return Connection.opened(
        asked,
        id=fields.get("connectionid") or answer.get("connectionid"),
        type=kind,
        host=host,
        port=port,
        proxy=inert(str(fields.get("proxy") or fields.get("proxyURL") or f"http://{host}:{port}")),
        opened_at=asked.answered_at,
        expires_at=asked.answered_at + lifetime,
        api=REST,
        session_id=_session_id(fields.get("sessionID")),
    )


def _address(fields: Mapping[str, Any]) -> tuple[str, str, int | None]:
    """Type, host and port as far as they are there; a reverse proxy has no port. ValueError when nothing can be read."""
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
        return REVERSE, str(fields["proxyURL"]) if fields.get("proxyURL") else host, None
    port = _integer(fields.get("proxyport")) or _integer(fields.get("proxyServerPort")) or port
    return PORT, str(fields.get("proxyserver") or host), port


def _integer(value: Any) -> int | None:
    """*value* as a positive integer, whether it came as a number or as a string; None otherwise."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if number > 0 else None


def _session_id(value: Any) -> str | None:
    return value if isinstance(value, str) and is_connection_id(value) else None
