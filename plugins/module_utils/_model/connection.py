# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A connection: what is known of it, what a task returns of it and what the registry keeps of it."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .._base.dates import iso8601
from .._base.text import printable
from .access import LATCHING
from .ids import canonical_id, is_connection_id, is_plain_host

if TYPE_CHECKING:
    from .access import Access
    from .asked import Asked
    from .session import Session

PORT = "port"
REVERSE = "reverse"

# Nothing lives for a year; a number beyond it is not a life time, and may not even be a date.
MAX_LIFETIME = 366 * 86400

# What a task returns of a connection; expires_in is in seconds.
_RESULT = (
    *("id", "service_id", "host", "port", "url", "proxy", "type", "access", "client_ip"),
    *("opened_at", "expires_at", "expires_in", "api"),
)


class Connection(NamedTuple):
    """An open connection. Times are seconds since the epoch.

    *url* is the address as a URL where that makes sense (``tcp://host:port`` for a port proxy), *proxy* is what the
    API sent, *access* and *client_ip* are what was asked for, *session_id* is the id among the sessions where it is
    known to differ, *is_listed* is whether that was seen when it must have been there, *asked_at* is when opening it began,
    *verified_at* is when the connection was last known to be alive, by the clock of the machine that saw it,
    *opened_from* is the host name of the machine that opened it. It is *kept* until somebody asks to close it,
    or else until the last of its *holders*, processes by the names that process_name() gives them, has ended. Once somebody
    has begun *closing* it, it may be closed already, and whoever comes next closes it in any case. *ahead* is by how many
    seconds the clock of its times, as answers told it, was ahead of the one that requests were signed with.
    *unanswered_since* is when it was opened for SSH, until an SSH server answers; None otherwise. *signature* is the dialect
    of signatures that was accepted then.
    """

    id: str
    service_id: str
    host: str
    port: int | None
    proxy: str
    type: str
    access: str
    client_ip: str | None
    opened_at: float
    expires_at: float
    api: str
    asked_at: float
    verified_at: float
    opened_from: str
    session_id: str | None = None
    is_listed: bool = False
    kept: bool = False
    holders: tuple[str, ...] = ()
    closing: bool = False
    ahead: float = 0.0
    unanswered_since: float | None = None
    signature: str | None = None

    @classmethod
    def opened(cls, asked: Asked, **told: Any) -> Connection:
        """The connection that was *asked* for, with what the answer *told* by the names of the fields.

        Raises ValueError unless ids, host and port can be used.
        """
        connection = cls(
            service_id=asked.service_id,
            access=asked.access.mode,
            client_ip=asked.access.client_ip,
            asked_at=asked.at,
            verified_at=time.time(),
            opened_from=socket.gethostname(),
            **told,
        )
        connection._check_address()
        return connection

    @property
    def url(self) -> str:
        """``https://host`` for a reverse proxy, ``tcp://host:port`` for a port proxy: any protocol may run inside."""
        return f"https://{self.host}" if self.type == REVERSE else f"tcp://{self.host}:{self.port}"

    @property
    def access_in_force(self) -> str:
        """Reverse proxies are public whatever was asked for (vendor page "Connecting to a Service using the API")."""
        return "public" if self.type == REVERSE else self.access

    @property
    def is_latched_here(self) -> bool:
        """Whether nobody but this machine can use it, because it was opened here for the first that connects."""
        return self.access == LATCHING and self.opened_from == socket.gethostname()

    def serves(self, access: str, client_ip: str | None) -> bool:
        """Whether it is what opening one with this access would give."""
        return self.type == REVERSE or (self.access, self.client_ip) == (access, client_ip)

    def remaining(self, now: float) -> int:
        """Seconds until it expires, never negative."""
        return max(0, int(self.expires_at - now))

    def as_result(self, now: float) -> dict[str, Any]:
        """The dict that modules and the lookup return."""
        return _result(
            id=self.id,
            service_id=self.service_id,
            host=self.host,
            port=self.port,
            url=self.url,
            proxy=self.proxy,
            type=self.type,
            access=self.access_in_force,
            client_ip=self.client_ip if self.type == PORT else None,
            opened_at=iso8601(self.opened_at),
            expires_at=iso8601(self.expires_at),
            expires_in=self.remaining(now),
            api=self.api,
        )

    def as_record(self) -> dict[str, Any]:
        """The dict that the registry keeps."""
        return self._asdict()

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Connection:
        """The inverse of as_record(); KeyError, TypeError or ValueError when *record* was not written by it."""
        known = {name: record[name] for name in cls._fields}
        connection = cls(**{**known, "holders": tuple(known["holders"])})
        connection._check_types()
        connection._check_address()
        return connection

    def _check_types(self) -> None:
        """Raise TypeError unless everything is of its type."""
        texts = (self.proxy, self.access, self.api, self.opened_from, *self.holders)
        optional = (self.client_ip, self.session_id, self.signature)
        times = [self.opened_at, self.expires_at, self.asked_at, self.verified_at, self.ahead]
        if self.unanswered_since is not None:
            times.append(self.unanswered_since)
        if not all(isinstance(text, str) for text in (*texts, *(text for text in optional if text is not None))):
            raise TypeError("a text is not one")
        if not all(isinstance(flag, bool) for flag in (self.is_listed, self.kept, self.closing)):
            raise TypeError("a bool is not one")
        if not all(isinstance(moment, (int, float)) and math.isfinite(moment) for moment in times):
            raise TypeError("a time is not one")

    def _check_address(self) -> None:
        """Raise ValueError unless ids, host and port can be used: ssh is told to connect to them."""
        if not isinstance(self.id, str) or not is_connection_id(self.id):
            raise ValueError("it has no usable id")
        if not isinstance(self.service_id, str) or canonical_id(self.service_id) != self.service_id:
            raise ValueError("it has no usable service_id")
        if not isinstance(self.host, str) or not is_plain_host(self.host):
            raise ValueError(f"its host {printable(str(self.host))!r} is not a plain host name")
        has_port = isinstance(self.port, int) and 0 < self.port < 65536
        if self.type not in (PORT, REVERSE) or has_port != (self.type == PORT):
            raise ValueError("it has no usable port")


def _result(**known: Any) -> dict[str, Any]:
    """What a task returns of a connection; None where it is not *known*. Times are ISO 8601 UTC."""
    return {**dict.fromkeys(_RESULT), **known}


def predicted_result(service_id: str, access: Access, api: str) -> dict[str, Any]:
    """What as_result() would give of the connection that would be opened: the rest only remote.it can tell."""
    return _result(service_id=service_id, access=access.mode, client_ip=access.client_ip, api=api)


def session_result(session: Session) -> dict[str, Any]:
    """What as_result() would give of a connection that was opened elsewhere: remote.it tells its address only once."""
    return _result(id=session.id, service_id=session.service_id, opened_at=iso8601(session.started_at))
