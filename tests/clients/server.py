# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests of the collection, sent to the server of a library, and what that says about them."""

from __future__ import annotations

import json
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path
from typing import Any
from unittest import mock

import urllib3.util.connection

from ansible_collections.community.remoteit.plugins.module_utils._api.http_exchange import Http
from ansible_collections.community.remoteit.plugins.module_utils._api.signature import Signer, signer
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._settings.credentials import Credentials
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings

from .libraries import Library
from .urls import URLS

KEY = Credentials("Z5QCS6ZO7PEXAMPLE001", bytes(range(30)))
_OTHER_KEY = KEY._replace(key=bytes(30))
_OPTIONS = {"access_key_id": "K", "secret_access_key": "a2V5"}
_TIMEOUT = 10.0

Change = Callable[[Any], None]


def _date(request: Any) -> None:
    request.headers["Date"] = formatdate(time.time() - 1, usegmt=True)


def _path(request: Any) -> None:
    request.url += "/stop"


def _content_type(request: Any) -> None:
    request.headers["Content-Type"] = "application/json; charset=utf-8"


def _body(request: Any) -> None:
    request.body = json.dumps(json.loads(request.body), separators=(",", ":")).encode()


# What may happen to a request on its way, and the dialects whose signatures then still hold.
CHANGES: dict[str, tuple[Change, set[str]]] = {
    "another `Date`": (_date, set()),
    "another path": (_path, set()),
    "another `Content-Type`": (_content_type, {"rfc9421"}),
    "a body encoded anew": (_body, {"rfc9421"}),
}


class Server:
    """A running *library*, which listens on a port for each scheme."""

    def __init__(self, library: Library, ports: dict[str, int]) -> None:
        self._dialect = library.dialect
        self._ports = ports

    def refused_urls(self) -> dict[str, str]:
        """The URLs for which the signature does not hold, and why."""
        said = {url: self._said(_configured(url), KEY) for url in URLS}
        return {url: reason for url, reason in said.items() if reason}

    def holds_after(self, change: Change) -> bool:
        """Whether a signature holds although the request was changed on its way."""
        return not self._said(URLS[0], KEY, change)

    def takes_another_key(self) -> bool:
        """Whether a signature that another key made holds."""
        return not self._said(URLS[0], _OTHER_KEY)

    def _said(self, url: str, key: Credentials, change: Change | None = None) -> str:
        """Why the signature of a request to *url* does not hold; nothing if it does."""
        sign = signer(self._dialect, key, time.time())

        def signed_and_changed(request: Any) -> Any:
            request = sign(request)
            if change is not None:
                change(request)
            return request

        return self._answer(url, signed_and_changed)

    def _answer(self, url: str, sign: Signer) -> str:
        here = ("127.0.0.1", self._ports[urllib.parse.urlsplit(url).scheme])
        connect = urllib3.util.connection.create_connection

        def connect_here(_address: Any, *rest: Any, **options: Any) -> Any:
            return connect(here, *rest, **options)

        # As curl --connect-to: another place than the URL says, and not another byte.
        with mock.patch.object(urllib3.util.connection, "create_connection", connect_here):
            answer = Http(False, _TIMEOUT).post(url, b'{"wait": "true"}', {}, sign, Deadline(_TIMEOUT))
        return str(answer.json_object()["reason"])


@contextmanager
def running(library: Library, pem: Path) -> Iterator[Server]:
    """A server with the key and certificate of *pem* that verifies with *library*."""
    process = library.start(pem, KEY.key_id, KEY.key)
    try:
        assert process.stdout is not None
        yield Server(library, json.loads(process.stdout.readline()))
    finally:
        process.terminate()
        process.wait()


def _configured(url: str) -> str:
    """*url* with its host and port as an option gives them to what signs; as it is if no option takes them."""
    parts = urllib.parse.urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    try:
        return Settings.from_options({**_OPTIONS, "rest_url": origin}, {}).rest_url + url.removeprefix(origin)
    except OptionError:
        return url
