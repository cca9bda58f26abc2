# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which versions of requests and urllib3 will do; the others are named before anything is sent."""

from __future__ import annotations

import gzip

import pytest
import requests
import urllib3
from requests.adapters import HTTPAdapter

from ansible_collections.community.remoteit.plugins.module_utils._api import http_session
from ansible_collections.community.remoteit.plugins.module_utils._api.http_exchange import Http
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import MissingLibraryError
from tests.doubles import loopback
from tests.doubles.asking import lost, post
from tests.doubles.loopback import Server, reply


def refused() -> MissingLibraryError:
    with pytest.raises(MissingLibraryError) as caught:
        Http(True, 1.0)
    return caught.value


def test_requests_before_2_32_2_does_not_tell_of_its_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(HTTPAdapter, "get_connection_with_tls_context")
    error = refused()
    assert error.library == "requests>=2.34.2,<3"
    assert error.cause == f"its version is {requests.__version__}"


@pytest.mark.parametrize("version", ["1.25.11", "1.24", "0.9"])
def test_a_urllib3_that_is_too_old(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_session, "urllib3_version", version)
    error = refused()
    assert (error.library, error.cause) == ("urllib3>=1.26,<3", f"its version is {version}")


@pytest.mark.parametrize("version", ["1.26", "1.26.5", "2.0.7", "2.10.0", "2.9.0.dev3+gabc"])
def test_a_urllib3_that_will_do(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_session, "urllib3_version", version)
    Http(True, 1.0)


@pytest.mark.parametrize("body", [b'{"status": "true"}', b""])
@pytest.mark.parametrize("zipped", [False, True])
def test_nothing_is_needed_that_urllib3_before_2_2_has_not(
    body: bytes, zipped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(urllib3.HTTPResponse, "read1", raising=False)
    step = reply(200, gzip.compress(body), {"Content-Encoding": "gzip"}) if zipped else reply(200, body)
    with Server(step) as server:
        assert post(server.url).body == body


def test_without_a_word_of_the_connections_the_request_counts_as_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a version to come that makes them in another way."""
    hook = "get_connection_with_tls_context"
    monkeypatch.setattr(http_session._Adapter, hook, getattr(HTTPAdapter, hook))
    with Server(loopback.close) as server:
        lost(f"{server.url}/a")
    lost(f"http://127.0.0.1:{loopback.unused_port()}/a")
