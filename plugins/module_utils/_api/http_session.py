# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session of requests that knows how far an exchange has come: whom it reached, and whether the request may have left."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from typing import TYPE_CHECKING, Any

from .._base.errors import MissingLibraryError
from .._base.library import Library
from .._base.text import printable

if TYPE_CHECKING:
    from urllib3.connection import HTTPConnection
else:
    HTTPAdapter = HTTPConnection = RequestsSession = object

REQUESTS = Library("requests>=2.34.2,<3")
URLLIB3 = "urllib3>=1.26,<3"

with REQUESTS.imported():
    from requests import Response
    from requests import Session as RequestsSession
    from requests import __version__ as requests_version
    from requests.adapters import HTTPAdapter
    from requests.utils import prepend_scheme_if_needed, select_proxy
    from urllib3 import __version__ as urllib3_version  # type: ignore[attr-defined]
    from urllib3.util import parse_url

# Where an exchange is before its request is sent.
REACHING, TUNNELLING, SECURING = range(3)


def check_libraries() -> None:
    """Raise MissingLibraryError for a library that is not there, or in which nothing tells when a request is sent."""
    REQUESTS.require()
    if not hasattr(HTTPAdapter, "get_connection_with_tls_context"):
        raise MissingLibraryError(REQUESTS.requirement, f"its version is {requests_version}")
    if [int(number) for number in re.findall(r"\d+", urllib3_version)[:2]] < [1, 26]:
        raise MissingLibraryError(URLLIB3, f"its version is {urllib3_version}")


class Progress:
    """How far the exchange of a session has come: written by the thread that makes it, read by the one that waits.

    :ivar proxy: the web proxy on the way, without its user and password; empty if there is none
    :ivar stage: REACHING, TUNNELLING or SECURING
    :ivar is_kept: whether it uses a connection that was made for an earlier one
    """

    def __init__(self) -> None:
        self.proxy = ""
        self.stage = REACHING
        self.is_kept = False
        self._lock = threading.Lock()
        self._sent = False
        self._given_up = False
        self._socket: object = None

    def begin(self, proxy: str) -> None:
        """An exchange begins whose way leads through *proxy*, if there is one."""
        self.proxy = proxy
        self.stage = REACHING
        self.is_kept = True

    def connecting(self) -> None:
        """A connection is about to be made, so nothing of the request has been sent."""
        self.is_kept = False
        self._sent = False

    def sending(self, over: object = None) -> None:
        """The request is about to be sent, *over* a new socket or a kept one. TimeoutError if nobody waits any more."""
        with self._lock:
            if self._given_up:
                raise TimeoutError
            self._socket = over or self._socket
            self._sent = True

    def give_up(self) -> bool:
        """Send nothing from now on, and read nothing; whether the request may have been sent."""
        with self._lock:
            self._given_up = True
        if isinstance(self._socket, socket.socket):
            # The method of a TLS socket would wait for who reads from it.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        return self._sent

    def has_more(self) -> bool:
        """Whether more came than the answer. urllib3 sees only what TLS has not decrypted yet."""
        return bool(getattr(self._socket, "pending", int)())


class _Watched(HTTPConnection):
    """What every connection of a session does beside what its own class does."""

    progress: Progress

    def connect(self) -> None:
        self.progress.connecting()
        super().connect()
        self.progress.sending(self.sock)

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        # SOCKS is behind us by now, CONNECT is not.
        through_connect = self.progress.proxy and not self.progress.proxy.startswith("socks")
        self.progress.stage = TUNNELLING if through_connect else SECURING
        return made

    def _tunnel(self) -> None:
        super()._tunnel()
        self.progress.stage = SECURING


class _Adapter(HTTPAdapter):
    """Has the connections of a session tell *progress*."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress

    def get_connection_with_tls_context(self, request: Any, verify: Any, proxies: Any = None, cert: Any = None) -> Any:
        self._progress.begin(_shown(select_proxy(request.url, proxies)))
        pool: Any = super().get_connection_with_tls_context(request, verify, proxies, cert)
        if not issubclass(pool.ConnectionCls, _Watched):
            pool.ConnectionCls = type("Watched", (_Watched, pool.ConnectionCls), {"progress": self._progress})
        return pool

    def add_headers(self, request: Any, **_options: Any) -> None:
        # The last that is called before a kept connection sends, or a new one is made.
        self._progress.sending()


class Session(RequestsSession):
    """A session for one exchange at a time, over connections that are kept; *progress* tells how far it has come."""

    def __init__(self) -> None:
        super().__init__()
        self.progress = Progress()
        adapter = _Adapter(self.progress)
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def give_up(self) -> bool:
        """Send nothing more and close everything; whether the request of the exchange may have been sent."""
        sent = self.progress.give_up()
        self.close()
        return sent

    def get_redirect_target(self, resp: Response) -> None:
        """None: told not to follow a redirect, requests would read its body and its target all the same."""


def _shown(proxy: str | None) -> str:
    """The URL of a web proxy without what must not be shown."""
    if not proxy:
        return ""
    url = parse_url(prepend_scheme_if_needed(proxy, "http"))
    if "@" in f"{url.path}{url.query}{url.fragment}":
        # It is a part of the password that was taken for the host.
        return "of the environment"
    return printable(url._replace(auth=None, path=None, query=None, fragment=None).url)
