# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A connection that is kept never gives the answer to one request to another request."""

from __future__ import annotations

import contextlib
import io
import socket
import threading
import time
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._api.http_exchange import Http
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import AnswerLostError
from tests.doubles.asking import SHORT, ask
from tests.doubles.certificates import Authority
from tests.doubles.loopback import PATIENCE, Exchange, Server, Step, reply, whole

pytestmark = pytest.mark.slow

FIRST = whole(200, {"answer": "to the first"})
SECOND = whole(200, {"answer": "to the second"})

# What comes for the first request; the rest of it, or another answer, comes on the same connection later.
ODD: dict[str, bytes] = {
    "101": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n",
    "102": b"HTTP/1.1 102 Processing\r\n\r\n",
    "103": b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n",
    "100 and 103": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n",
    "199": b"HTTP/1.1 199 Miscellaneous Warning\r\n\r\n",
    "103 with a body": whole(103, {}),
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "204 with a length": whole(204, b"", {"Content-Length": "30"}),
    "304": whole(304, b"", {"Content-Length": "30"}),
    "408": whole(408, {}),
    "500": whole(500, {}),
    "502": whole(502, {}),
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 4\r\n\r\n{}",
    "two equal lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "length and chunks": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    ),
    "chunks of something": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "no length": b"HTTP/1.1 200 OK\r\n\r\n{}",
    "half": FIRST[:-1],
    "silence": b"",
}


def mixing(odd: bytes) -> Step:
    """*odd* for the first request, and what would be its answer to whoever asks on the same connection again."""
    first: list[socket.socket] = []

    def step(exchange: Exchange) -> None:
        if not first:
            first.append(exchange.connection)
            exchange.connection.sendall(odd)
        else:
            exchange.connection.sendall(FIRST if exchange.connection is first[0] else SECOND)

    return step


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_after_an_odd_answer_the_next_one_belongs_to_its_question(odd: bytes) -> None:
    http = Http(True, 20.0)
    with Server(mixing(odd)) as server:
        with contextlib.suppress(AnswerLostError):
            ask(http, server.url, seconds=SHORT)
        assert ask(http, server.url).json_object() == {"answer": "to the second"}
        # and that one was as it should be
        assert ask(http, server.url).json_object() == {"answer": "to the second"}
        assert server.connections == 2


@pytest.mark.parametrize("status", [200, 201, 302, 400, 401, 403, 404, 429])
@pytest.mark.parametrize("chunked", [False, True])
def test_after_an_answer_that_has_one_end_the_connection_is_kept(status: int, chunked: bool) -> None:
    answer = f"HTTP/1.1 {status} Said\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n".encode()
    http = Http(True, 20.0)
    with Server((lambda exchange: exchange.connection.sendall(answer)) if chunked else reply(status, {})) as server:
        for _time in range(3):
            assert ask(http, server.url).status == status
        assert server.connections == 1


@pytest.mark.parametrize("secured", [False, True])
def test_an_answer_that_nobody_asked_for_is_nobodys(secured: bool, tmp_path: Path) -> None:
    """As of a server that answers twice, or sends more than the length that it gave."""
    authority = Authority(tmp_path)
    sent = threading.Event()

    def answer_twice(exchange: Exchange) -> None:
        exchange.connection.sendall(SECOND)
        time.sleep(0.05)
        exchange.connection.sendall(FIRST)
        sent.set()

    http = Http(str(authority.path), 20.0)
    with Server(answer_twice, reply(200, {}), tls=authority.server() if secured else None) as server:
        assert ask(http, server.url).json_object() == {"answer": "to the second"}
        assert sent.wait(PATIENCE)
        assert ask(http, server.url).json_object() == {}
        assert server.connections == 2


def test_what_tls_has_decrypted_already_is_nobodys_answer(tmp_path: Path) -> None:
    """It is in no socket any more, and so no one sees that it is there."""
    authority = Authority(tmp_path)
    length = io.DEFAULT_BUFFER_SIZE - len(whole(200, b"", {"Content-Length": "1000"}))
    answer = whole(200, b" " * (length - 2) + b"{}")
    assert len(answer) == io.DEFAULT_BUFFER_SIZE
    http = Http(str(authority.path), 20.0)
    with Server(mixing(answer + FIRST), tls=authority.server()) as server:
        assert ask(http, server.url).json_object() == {}
        assert ask(http, server.url).json_object() == {"answer": "to the second"}
