# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The GraphQL wire: open, close, and everything that is read."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ._access import Access
from ._clock import Clock, Deadline, from_iso8601
from ._errors import AnswerLostError, RefusedError
from ._http import printable
from ._model import (
    MAX_LIFETIME,
    PORT,
    REVERSE,
    Connection,
    Service,
    Session,
    is_connection_id,
    is_plain_host,
    same_id,
)
from ._model import service_id as checked_id
from ._settings import GRAPHQL, Settings
from ._transport import Transport

_CONNECT = """\
mutation ($serviceId: String!, $hostIP: String!) {
  connect(serviceId: $serviceId, hostIP: $hostIP) { id created host port reverseProxy timeout }
}"""

_DISCONNECT = """\
mutation ($serviceId: String!, $connectionId: String!) {
  disconnect(serviceId: $serviceId, connectionId: $connectionId)
}"""

_SESSION = "id timestamp user { id } endpoint { proxy } target { id }"

_SERVICES = f"""\
query ($ids: [String!]!) {{
  login {{
    id
    service(id: $ids) {{
      id name enabled online can(permission: CONNECT) device {{ name }} sessions {{ {_SESSION} }}
    }}
  }}
}}"""

_SESSIONS = f"query {{ login {{ id sessions {{ {_SESSION} }} }} }}"


class GraphqlApi:
    """Opens, closes and reads by GraphQL."""

    def __init__(self, transport: Transport, settings: Settings, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._url = settings.graphql_url

    def open(self, service_id: str, access: Access, wait: bool, deadline: Deadline) -> Connection:
        """Open a connection. Raises NotSentError, RefusedError, or AnswerLostError when one may be open.

        *wait* has no counterpart in GraphQL, which always waits.
        """
        begun = time.monotonic()
        answer = self._call(_CONNECT, {"serviceId": service_id, "hostIP": access.hostip}, deadline, repeatable=False)
        now = self._clock.server_time()
        try:
            return parse_connection(answer.get("connect"), service_id, access, now - (time.monotonic() - begun), now)
        except ValueError as error:
            raise AnswerLostError(f"The answer to connect cannot be used: {error}.") from None

    def close(self, service_id: str, connection_id: str, deadline: Deadline) -> None:
        """Close a connection. Raises RefusedError when remote.it says that it did not, AnswerLostError when it may have."""
        variables = {"serviceId": service_id, "connectionId": connection_id}
        answer = self._call(_DISCONNECT, variables, deadline, repeatable=True).get("disconnect")
        if answer is False:
            raise RefusedError("remote.it did not confirm that the connection is closed.", 200, "")
        if answer is not True:
            raise AnswerLostError("The answer to disconnect cannot be used: it is neither yes nor no.")

    def services(self, service_ids: Sequence[str], deadline: Deadline) -> dict[str, Service]:
        """Those of the services that the person asking can see, with their sessions, by id."""
        login = self._login(_SERVICES, {"ids": list(service_ids)}, deadline)
        found = (_parse_service(node, login.get("id")) for node in _listed(login, "service"))
        return {service.id: service for service in found}

    def sessions(self, deadline: Deadline) -> list[Session]:
        """All proxy sessions of the person asking."""
        login = self._login(_SESSIONS, {}, deadline)
        return list(_own_proxy_sessions(_listed(login, "sessions"), login.get("id")))

    def read(
        self, query: str, variables: Mapping[str, Any], deadline: Deadline
    ) -> tuple[Mapping[str, Any], Sequence[Any]]:
        """The ``data`` of the answer to a query and the errors next to it, for a caller who can do with a part.

        Raises RefusedError when there are errors only.
        """
        data, errors = self._ask(query, variables, deadline, repeatable=True)
        return data, errors if isinstance(errors, list) else [errors] if errors else []

    def _login(self, query: str, variables: Mapping[str, Any], deadline: Deadline) -> Mapping[str, Any]:
        login = login_of(self._call(query, variables, deadline, repeatable=True))
        if not isinstance(login.get("id"), str):
            # Then it could not be told whose sessions they are.
            raise AnswerLostError("The answer about login cannot be used: it has no id.")
        return login

    def _call(
        self, query: str, variables: Mapping[str, Any], deadline: Deadline, *, repeatable: bool
    ) -> Mapping[str, Any]:
        """The ``data`` of the answer. Errors next to data count as well: half an answer would mislead."""
        data, errors = self._ask(query, variables, deadline, repeatable)
        if errors and not isinstance(data.get("connect"), Mapping):
            raise refusal(errors)
        return data

    def _ask(
        self, query: str, variables: Mapping[str, Any], deadline: Deadline, repeatable: bool
    ) -> tuple[Mapping[str, Any], Any]:
        payload = {"query": query, "variables": variables}
        answer = self._transport.call(GRAPHQL, self._url, payload, deadline, repeatable=repeatable)
        data, errors = answer.get("data"), answer.get("errors")
        if isinstance(data, Mapping):
            return data, errors
        if errors:
            raise refusal(errors)
        raise AnswerLostError(f"{self._url} answered without data.")


def parse_connection(node: Any, service_id: str, access: Access, asked_at: float, now: float) -> Connection:
    """The connection in the result of ``connect``, asked at *asked_at* and answered *now* by the server's clock.

    Raises ValueError when it holds no usable id or address.
    """
    if not isinstance(node, Mapping):
        raise ValueError("it has no connection")
    connection_id, host, port = node.get("id"), node.get("host"), node.get("port")
    if not isinstance(connection_id, str) or not is_connection_id(connection_id):
        raise ValueError("it has no usable id")
    if not isinstance(host, str) or not is_plain_host(host):
        raise ValueError(f"its host {printable(str(host))!r} is not a plain host name")
    is_reverse = node.get("reverseProxy") is True
    if not is_reverse and not (isinstance(port, int) and 0 < port < 65536):
        raise ValueError("it has no usable port")
    try:
        opened_at = from_iso8601(str(node.get("created")))
    except ValueError:
        opened_at = now
    if abs(opened_at - now) > MAX_LIFETIME:
        opened_at = now
    lifetime = node.get("timeout")
    if not isinstance(lifetime, (int, float)) or not 0 < lifetime <= MAX_LIFETIME:
        raise ValueError("it has no usable timeout")
    return Connection(
        id=connection_id,
        service_id=service_id,
        host=host,
        port=None if is_reverse else port,
        proxy=f"https://{host}" if is_reverse else f"http://{host}:{port}",
        type=REVERSE if is_reverse else PORT,
        access=access.mode,
        client_ip=access.client_ip,
        opened_at=opened_at,
        expires_at=opened_at + lifetime,
        api=GRAPHQL,
        asked_at=asked_at,
        verified_at=now,
        opened_from=socket.gethostname(),
    )


def login_of(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The ``login`` in the data of an answer. Raises RefusedError."""
    login = data.get("login")
    if not isinstance(login, Mapping):
        raise RefusedError("remote.it knows no account for this access key.", 200, "")
    return login


def refusal(errors: Any) -> RefusedError:
    """What the first of GraphQL's *errors*, or the only one, says."""
    first = errors[0] if isinstance(errors, list) else errors
    words = printable(str(first.get("message") if isinstance(first, Mapping) else first))
    return RefusedError(f'remote.it refused the request: "{words}".', 200, words)


def _parse_service(node: Mapping[str, Any], user_id: Any) -> Service:
    device = node.get("device")
    sessions = node.get("sessions")
    service_id = str(node.get("id")).upper()
    return Service(
        id=service_id,
        name=printable(str(node.get("name") or "")),
        device_name=printable(str(device.get("name") or "")) if isinstance(device, Mapping) else "",
        enabled=node.get("enabled") is not False,
        online=node.get("online") is not False,
        can_connect=node.get("can") is not False,
        sessions=tuple(_own_proxy_sessions(sessions, user_id, service_id)) if isinstance(sessions, list) else None,
    )


def _listed(login: Mapping[str, Any], name: str) -> list[Any]:
    """A list that an answer must have: nothing at all would mean that all is closed. Raises AnswerLostError."""
    nodes = login.get(name)
    if not isinstance(nodes, list):
        raise AnswerLostError(f"The answer about login cannot be used: it has no list {name}.")
    return [node for node in nodes if isinstance(node, Mapping)]


def _own_proxy_sessions(nodes: list[Any], user_id: Any, service_id: str = "") -> Iterable[Session]:
    """The list also holds other people's sessions and peer-to-peer ones; only a proxy's endpoint says so."""
    for node in nodes:
        if not isinstance(node, Mapping):
            continue
        user, endpoint, target = node.get("user"), node.get("endpoint"), node.get("target")
        if not (isinstance(user, Mapping) and same_id(str(user.get("id")), str(user_id))):
            continue
        if not (isinstance(endpoint, Mapping) and endpoint.get("proxy") is True):
            continue
        try:
            started_at = from_iso8601(str(node.get("timestamp")))
        except ValueError:
            continue
        id_, target_id = str(node.get("id")), service_id or _id_of(target)
        if is_connection_id(id_):
            yield Session(id_, target_id, started_at)


def _id_of(target: Any) -> str:
    """The id of a session's service, empty when it is not told."""
    try:
        return checked_id(str(target.get("id"))) if isinstance(target, Mapping) else ""
    except ValueError:
        return ""
