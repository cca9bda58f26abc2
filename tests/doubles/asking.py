# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One signed request and what came of it, for tests of the exchange."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._api.http_exchange import Answer, Http
from ansible_collections.community.remoteit.plugins.module_utils._api.signature import Signer, signer
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    AnswerLostError,
    NotSentError,
    RemoteItError,
)
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import CAVAGE

from .material import SECRET, credentials

# Long enough for a busy machine, short enough to see whether it holds.
SHORT = 0.4
# What may pass before a test says that a limit did not hold: far more than SHORT, far less than PATIENCE.
LATE = 5.0


def ask(http: Http, url: str, sign: Signer | None = None, seconds: float = 60.0) -> Answer:
    """The answer to one request of *http*, signed by *sign*, within so many *seconds*."""
    return http.post(url, b"{}", {}, sign or signer(CAVAGE, credentials(), time.time()), Deadline(seconds))


def post(
    url: str,
    body: bytes = b"{}",
    *,
    headers: Mapping[str, str] | None = None,
    verify: bool | str = True,
    request_timeout: float = 20.0,
    deadline: float = 60.0,
) -> Answer:
    """The answer to the only request of a client."""
    sign = signer(CAVAGE, credentials(), time.time())
    return Http(verify, request_timeout).post(url, body, headers or {}, sign, Deadline(deadline))


def lost(url: str, verify: bool | str = True, request_timeout: float = 20.0, deadline: float = 60.0) -> str:
    """The message when the answer is lost."""
    with pytest.raises(AnswerLostError) as caught:
        post(url, verify=verify, request_timeout=request_timeout, deadline=deadline)
    return _message(caught.value, url)


def not_sent(url: str, verify: bool | str = True, request_timeout: float = 20.0) -> str:
    """The message when the request was not sent."""
    with pytest.raises(NotSentError) as caught:
        post(url, verify=verify, request_timeout=request_timeout)
    return _message(caught.value, url)


def _message(error: RemoteItError, url: str) -> str:
    """The message of an error: one printable sentence that names the URL and leaks nothing."""
    text = str(error)
    assert url in text and text.endswith(".") and text.isprintable()
    assert " object at 0x" not in text and "HTTPConnectionPool" not in text and SECRET not in text
    assert text.count("(") == text.count(")") and text.count("'") % 2 == 0 and "[" not in text
    return text
