# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The REST API ``/apv/v27``, after the vendor pages "Connecting to a Service", "Terminating a proxy connection" and
"List Devices", and after the vendor's Go SDK.
"""

from __future__ import annotations

from ..auth.authentication import Identity, dialect_of
from ..auth.message import Message
from ..cloud.broker import Broker
from ..cloud.refusals import Reason, Refused
from ..config.settings import Behaviour
from .answer import Answer, json_answer
from .calls import Call
from .rest_answers import connect_answer, list_answer
from .wire import Request, json_body

BASE = "/apv/v27"
_OPERATIONS = {
    ("POST", f"{BASE}/device/connect"): "connect",
    ("POST", f"{BASE}/device/connect/stop"): "stop",
    ("GET", f"{BASE}/device/list/all"): "list",
    # the login by password, whose token clients then sent in a header: legacy
    ("POST", f"{BASE}/user/login"): "login",
    ("POST", f"{BASE}/user/login/authhash"): "login",
}
_NO_LOGIN = "[0102] The username or password is invalid"


class Rest:
    """The REST wire."""

    name = "rest"

    def __init__(self, broker: Broker, behaviour: Behaviour) -> None:
        self._broker = broker
        self._behaviour = behaviour
        self.dialects = behaviour.signatures.rest

    def read(self, message: Message) -> Request:
        """Find out what a request wants; the body is JSON whatever its content type says."""
        operation = _OPERATIONS.get((message.method, message.target.partition("?")[0]), "unknown")
        try:
            content = json_body(message)
        except ValueError:
            content = None
        request = Request(message, operation, content=content if isinstance(content, dict) else {})
        request.service_id = _text(request.content.get("deviceaddress"))
        request.connection_id = _text(request.content.get("connectionid"))
        return request

    def missing_credential(self, request: Request, identity: Identity) -> Answer | None:
        """Refuse a request without the account's developer key; the vendor's SDK sends it as ``apikey``."""
        headers = request.message.headers
        key = headers.get("developerkey") or headers.get("apikey")
        if key is not None and key == identity.account.developer_key:
            return None
        return _failed("api key failed validation", 401, "GENERAL_ERROR")

    def unauthorized(self, request: Request, status: int) -> Answer:
        """Return the JSON answer to a request whose signature was refused, or that has none."""
        if request.operation == "login":
            return _failed(_NO_LOGIN, status, "GENERAL_ERROR")
        signed = dialect_of(request.message) is not None
        return _failed("signature failed validation" if signed else "missing api token", status, "GENERAL_ERROR")

    def failure(self, message: str, status: int = 200) -> Answer:
        """Return ``status`` "false" and the reason."""
        return _failed(message, status)

    async def answer(self, request: Request, identity: Identity, call: Call) -> Answer:
        """Carry the request out."""
        if request.operation == "connect":
            return await self._connect(request, identity, call)
        if request.operation == "stop":
            return self._stop(request, identity, call)
        if request.operation == "list":
            return json_answer(list_answer(self._broker.world, identity.account))
        if request.operation == "login":
            return _failed(_NO_LOGIN, 401, "GENERAL_ERROR")
        return _failed("no such endpoint", 404)

    async def _connect(self, request: Request, identity: Identity, call: Call) -> Answer:
        # An older edition of the vendor page: without hostip the proxy is for the address the call came from.
        hostip = _text(request.content.get("hostip", identity.address)) or ""
        try:
            connection = await self._broker.connect(
                identity.account, request.service_id or "", hostip, via="rest", reverse=None
            )
        except Refused as refused:
            call.detail = refused.reason.rest
            return _failed(refused.reason.rest)
        call.connection_id = connection.id
        value = connect_answer(connection, identity.account, self._behaviour)
        return json_answer(value, escape_slashes=self._behaviour.rest_escaped_slashes)

    def _stop(self, request: Request, identity: Identity, call: Call) -> Answer:
        connection = self._broker.find(request.connection_id or "")
        if (
            connection is None
            or connection.id.lower() != (request.connection_id or "").lower()
            or connection.account_id != identity.account.id
            or connection.service_id.lower() != (request.service_id or "").lower()
        ):
            call.detail = Reason.UNKNOWN_CONNECTION.rest
            return _failed(Reason.UNKNOWN_CONNECTION.rest, 401)
        self._broker.close(connection)
        return json_answer({"status": "true", "connectionid": request.connection_id})


def _failed(reason: str, status: int = 200, code: str | None = None) -> Answer:
    value = {"status": "false", "reason": reason}
    return json_answer(value if code is None else {**value, "code": code}, status)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
