# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The GraphQL API: open, close, and everything that is read."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from .._base.clock import Clock, Deadline
from .._base.dates import from_iso8601
from .._base.errors import AnswerLostError, ApiError, RefusedError
from .._base.text import printable
from .._model.access import Access
from .._model.asked import Asked
from .._model.connection import MAX_LIFETIME, PORT, REVERSE, Connection
from .._model.session import Service, ServiceNames, Session
from .._settings.settings import GRAPHQL, Settings
from .service_parse import parse_devices, parse_services, parse_sessions
from .transport import Transport

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
      id enabled online can(permission: CONNECT) sessions {{ {_SESSION} }}
    }}
  }}
}}"""

_DEVICES = "query ($ids: [String!]!) { login { id device(id: $ids) { id name services { id name } } } }"

_SESSIONS = f"query {{ login {{ id sessions {{ {_SESSION} }} }} }}"


# By how many seconds the time in an answer to ``connect`` may be off the time in which it was made.
_MARGIN = 3.0


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
            asked = Asked(service_id, access, now - (time.monotonic() - begun), now)
            return parse_connection(answer.get("connect"), asked)
        except ValueError as error:
            raise AnswerLostError(f"The answer to connect cannot be used: {error}.", status=200) from None

    def close(self, service_id: str, connection_id: str, deadline: Deadline) -> None:
        """Close a connection. Raises RefusedError when remote.it says that it did not, AnswerLostError when it may have."""
        variables = {"serviceId": service_id, "connectionId": connection_id}
        data, errors, lost = self._ask(_DISCONNECT, variables, deadline, repeatable=True)
        if errors:
            raise _error_of(errors).after(lost)
        answer = data.get("disconnect")
        if answer is False:
            raise RefusedError("remote.it did not confirm that the connection is closed.", 200, "").after(lost)
        if answer is not True:
            raise AnswerLostError("The answer to disconnect cannot be used: it is neither yes nor no.", status=200)

    def services(self, service_ids: Sequence[str], deadline: Deadline) -> dict[str, Service]:
        """Those of the services that the person asking can see, with their sessions, by id."""
        login = self._login(_SERVICES, {"ids": list(service_ids)}, deadline)
        try:
            return {service.id: service for service in parse_services(login.get("service"), login.get("id"))}
        except ValueError as error:
            raise AnswerLostError(f"The answer to service cannot be used: {error}.", status=200) from None

    def device(self, device_id: str, deadline: Deadline) -> ServiceNames | None:
        """The device of that id, None when there is none that the person asking can see."""
        login = self._login(_DEVICES, {"ids": [device_id]}, deadline)
        try:
            # The id of a service gives its device.
            return next((device for device in parse_devices(login.get("device")) if device.id == device_id), None)
        except ValueError as error:
            raise AnswerLostError(f"The answer to device cannot be used: {error}.", status=200) from None

    def sessions(self, deadline: Deadline) -> list[Session]:
        """All proxy sessions of the person asking."""
        login = self._login(_SESSIONS, {}, deadline)
        try:
            return list(parse_sessions(login.get("sessions"), login.get("id")))
        except ValueError as error:
            raise AnswerLostError(f"The answer to sessions cannot be used: {error}.", status=200) from None

    def read(
        self, query: str, variables: Mapping[str, Any], deadline: Deadline
    ) -> tuple[Mapping[str, Any], Sequence[Any]]:
        """The ``data`` of the answer to a query and the errors next to it, for a caller who can do with a part.

        Raises RefusedError when there are errors only.
        """
        data, errors, _lost = self._ask(query, variables, deadline, repeatable=True)
        return data, errors if isinstance(errors, list) else [errors] if errors else []

    def ask(
        self, document: str, variables: Mapping[str, Any], deadline: Deadline, *, repeatable: bool = True
    ) -> Mapping[str, Any]:
        """The ``data`` of the answer to a query or a mutation; what is not *repeatable* is never sent twice.

        Raises NotSentError, AnswerLostError, and RefusedError also where an error is next to data.
        """
        return self._call(document, variables, deadline, repeatable=repeatable)

    def _login(self, query: str, variables: Mapping[str, Any], deadline: Deadline) -> Mapping[str, Any]:
        return login_of(self._call(query, variables, deadline, repeatable=True))

    def _call(
        self, query: str, variables: Mapping[str, Any], deadline: Deadline, *, repeatable: bool
    ) -> Mapping[str, Any]:
        """The ``data`` of the answer. Errors next to data count as well, but for those next to a connection that is open."""
        data, errors, lost = self._ask(query, variables, deadline, repeatable)
        if errors and not isinstance(data.get("connect"), Mapping):
            raise _error_of(errors).after(lost)
        return data

    def _ask(
        self, query: str, variables: Mapping[str, Any], deadline: Deadline, repeatable: bool
    ) -> tuple[Mapping[str, Any], Any, AnswerLostError | None]:
        """The ``data`` of the answer, the errors next to it, and how the answer to an earlier try was lost, if one was."""
        payload = {"query": query, "variables": variables}
        answer, lost = self._transport.call(GRAPHQL, self._url, payload, deadline, repeatable=repeatable)
        data, errors = answer.get("data"), answer.get("errors")
        if isinstance(data, Mapping):
            return data, errors, lost
        if errors:
            raise _error_of(errors).after(lost)
        raise AnswerLostError(f"{self._url} answered without data.", status=200)


def parse_connection(node: Any, asked: Asked) -> Connection:
    """The connection in the result of ``connect``. Raises ValueError when it holds no usable id, address or life time."""
    if not isinstance(node, Mapping):
        raise ValueError("it has no connection")
    lifetime = node.get("timeout")
    if not isinstance(lifetime, (int, float)) or not 0 < lifetime <= MAX_LIFETIME:
        raise ValueError("it has no usable timeout")
    opened_at, expires_from = _times(node.get("created"), asked)
    is_reverse = node.get("reverseProxy") is True
    host, port = node.get("host"), None if is_reverse else node.get("port")
    return Connection.opened(
        asked,
        id=node.get("id"),
        type=REVERSE if is_reverse else PORT,
        host=host,
        port=port,
        proxy=f"https://{host}" if is_reverse else f"http://{host}:{port}",
        opened_at=opened_at,
        expires_at=expires_from + lifetime,
        api=GRAPHQL,
    )


def _times(created: Any, asked: Asked) -> tuple[float, float]:
    """When the connection was opened, and since when its life time counts; the answer's time where *created* is none."""
    now = asked.answered_at
    try:
        opened_at = from_iso8601(str(created))
    except ValueError:
        return now, now
    if abs(opened_at - now) > MAX_LIFETIME:
        return now, now
    # By another clock than all that it will be compared with, it is no time of opening.
    is_plausible = asked.at - _MARGIN <= opened_at <= now + _MARGIN
    return opened_at if is_plausible else now, min(opened_at, now)


def login_of(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The ``login`` in the data of an answer. Raises RefusedError."""
    login = data.get("login")
    if not isinstance(login, Mapping):
        raise RefusedError("remote.it knows no account for this access key.", 200, "")
    return login


def _error_of(errors: Any) -> ApiError:
    """A refusal, unless *errors* are about the answer to ``connect``: one in a field of it takes all of it away."""
    for error in errors if isinstance(errors, list) else ():
        path = error.get("path") if isinstance(error, Mapping) else None
        if isinstance(path, list) and len(path) > 1 and path[0] == "connect":
            words = printable(str(error.get("message")))
            return AnswerLostError(f'The answer to connect cannot be used: remote.it says "{words}" of it.', status=200)
    return refusal(errors)


def refusal(errors: Any) -> RefusedError:
    """What the first of GraphQL's *errors*, or the only one, says."""
    first = errors[0] if isinstance(errors, list) else errors
    words = printable(str(first.get("message") if isinstance(first, Mapping) else first))
    return RefusedError(f'remote.it refused the request: "{words}".', 200, words)
