# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import gzip
import json
import os
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._api import http_exchange as http_module
from ansible_collections.community.remoteit.plugins.module_utils._api.http_exchange import Http
from ansible_collections.community.remoteit.plugins.module_utils._api.signature import signer
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OutOfTimeError
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import CAVAGE, RFC9421
from tests.doubles import loopback
from tests.doubles.asking import LATE, SHORT, lost, post
from tests.doubles.loopback import Exchange, Server, drip, hang, part, reply, reset, whole
from tests.doubles.material import KEY_ID, NOW, credentials

pytestmark = pytest.mark.slow

# -- what is sent -----------------------------------------------------------------------------------------------------


def test_a_request_arrives_as_it_was_signed() -> None:
    body = json.dumps({"query": "Müller"}, ensure_ascii=False).encode()
    with Server(reply(200, {"status": "true"})) as server:
        answer = post(f"{server.url}/apv/v27/device/connect?a=b", body, headers={"DeveloperKey": "D"})
    (request,) = server.received
    assert (request.method, request.target, request.body) == ("POST", "/apv/v27/device/connect?a=b", body)
    assert request.headers["host"] == f"127.0.0.1:{server.port}"
    assert request.headers["content-length"] == str(len(body))
    assert request.headers["content-type"] == request.headers["accept"] == "application/json"
    assert request.headers["developerkey"] == "D"
    assert request.headers["authorization"].startswith(f'Signature keyId="{KEY_ID}"')
    assert request.headers["date"].endswith(" GMT")
    assert (answer.status, answer.json_object()) == (200, {"status": "true"})


def test_a_connection_is_kept_for_the_next_request() -> None:
    http = Http(True, 20.0)
    with Server(reply(200, {})) as server:
        for _time in range(3):
            http.post(server.url, b"{}", {}, signer(CAVAGE, credentials(), NOW), Deadline(60))
    assert (len(server.received), server.connections) == (3, 1)


def test_a_netrc_file_has_no_say(home: Path) -> None:
    (home / ".netrc").write_text("machine 127.0.0.1 login someone password netrcword\n")
    os.chmod(home / ".netrc", 0o600)
    with Server(reply(200, {})) as server:
        post(server.url)
    assert server.received[0].headers["authorization"].startswith("Signature ")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_answered_not_followed(status: int) -> None:
    with Server(reply(200, {})) as other:
        with Server(reply(status, b"", {"Location": f"{other.url}/stolen"})) as server:
            answer = post(server.url, headers={"DeveloperKey": "D"})
        assert answer.status == status
        assert answer.headers["Location"] == f"{other.url}/stolen"
        assert (len(server.received), other.received) == (1, [])


@pytest.mark.parametrize("status", [200, 201, 400, 401, 403, 404, 429, 500, 503])
def test_every_status_is_an_answer(status: int) -> None:
    with Server(reply(status, {"reason": "words"}, {"X-Name": "value"})) as server:
        answer = post(server.url)
    assert (answer.status, answer.json_object(), answer.headers["x-name"]) == (status, {"reason": "words"}, "value")


def test_when_the_time_is_over_nothing_is_sent() -> None:
    with Server(reply(200, {})) as server, pytest.raises(OutOfTimeError, match="raise timeout"):
        post(server.url, deadline=0)
    assert server.connections == 0


# -- sent, and no usable answer ---------------------------------------------------------------------------------------

ANSWER = whole(200, {"status": "true", "connection": {"connectionid": "A"}})
BODY_AT = ANSWER.index(b"\r\n\r\n") + 4
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n12\r\n" + b'{"status": "true"}' + b"\r\n0\r\n\r\n"
ZIPPED = whole(
    200, gzip.compress(json.dumps({"status": "true", "pad": "x" * 500}).encode()), {"Content-Encoding": "gzip"}
)


@pytest.mark.parametrize(
    "step",
    [
        loopback.close,
        reset,
        part(ANSWER, 5),
        part(ANSWER, BODY_AT),
        part(ANSWER, len(ANSWER) - 1),
        part(CHUNKED, len(CHUNKED) - 30),
        part(CHUNKED, len(CHUNKED) - 7),
        part(ZIPPED, len(ZIPPED) - 9),
        reply(200, b"not gzip at all", {"Content-Encoding": "gzip"}),
        lambda exchange: exchange.connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"),
        lambda exchange: exchange.connection.sendall(b"HTTP/1.1 two hundred\r\n\r\n"),
    ],
    ids=[
        *("closed", "reset", "half a status", "no body", "all but a byte"),
        *("half a chunk", "no last chunk", "half a gzip", "no gzip", "ssh", "no status"),
    ],
)
def test_an_answer_that_is_not_whole_is_lost(step: Callable[[Exchange], None]) -> None:
    def then_end(exchange: Exchange) -> None:
        step(exchange)
        loopback.close(exchange)

    with Server(then_end if step is not reset else reset) as server:
        lost(f"{server.url}/a")
        # and nothing was sent again behind our back
        assert len(server.received) == 1


def test_a_server_that_says_nothing_is_waited_for_as_long_as_allowed() -> None:
    begun = time.monotonic()
    with Server(hang) as server:
        assert "did not answer within" in lost(f"{server.url}/a", request_timeout=SHORT)
        assert SHORT * 0.9 < time.monotonic() - begun < LATE
        assert len(server.received) == 1


def test_the_deadline_counts_when_it_comes_first() -> None:
    begun = time.monotonic()
    with Server(hang) as server:
        lost(f"{server.url}/a", request_timeout=loopback.PATIENCE, deadline=SHORT)
        assert time.monotonic() - begun < LATE


@pytest.mark.parametrize("start", [BODY_AT, 0], ids=["body", "headers"])
def test_an_answer_that_drips_in_is_not_waited_for_longer(start: int) -> None:
    begun = time.monotonic()
    with Server(drip(ANSWER, SHORT / 4, start)) as server:
        assert "did not answer within" in lost(f"{server.url}/a", request_timeout=SHORT)
        assert time.monotonic() - begun < LATE


@pytest.mark.parametrize("start", [BODY_AT, 0], ids=["body", "headers"])
def test_nobody_reads_on_when_nobody_waits_any_more(start: int) -> None:
    hung_up = threading.Event()

    def step(exchange: Exchange) -> None:
        with contextlib.suppress(OSError):
            drip(ANSWER, SHORT / 4, start)(exchange)
        hung_up.set()

    with Server(step) as server:
        lost(f"{server.url}/a", request_timeout=SHORT)
        # long before all of it was sent
        assert hung_up.wait(SHORT * 5)


def test_an_answer_that_comes_to_a_halt_is_not_waited_for_longer() -> None:
    def step(exchange: Exchange) -> None:
        exchange.connection.sendall(ANSWER[:-1])
        hang(exchange)

    with Server(step) as server:
        assert "did not answer within" in lost(f"{server.url}/a", request_timeout=SHORT)


def test_an_answer_that_drips_in_fast_enough_is_read() -> None:
    with Server(drip(ZIPPED, 0.001)) as server:
        assert post(f"{server.url}/a").json_object()["status"] == "true"


def test_a_chunked_answer_is_read() -> None:
    with Server(drip(CHUNKED, 0.001)) as server:
        assert post(f"{server.url}/a").json_object() == {"status": "true"}


def test_an_answer_without_a_length_ends_with_the_connection() -> None:
    def step(exchange: Exchange) -> None:
        exchange.connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n{"status": "true"}')
        loopback.close(exchange)

    with Server(step) as server:
        assert post(f"{server.url}/a").json_object() == {"status": "true"}


def test_an_answer_that_is_too_large_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_module, "_MAX_BODY", 100_000)
    bomb = gzip.compress(bytes(10_000_000))
    for step in (
        reply(200, bytes(200_000)),
        reply(200, bomb, {"Content-Encoding": "gzip"}),
        reply(302, bytes(200_000), {"Location": "/b"}),
    ):
        with Server(step) as server:
            lost(f"{server.url}/a")


def test_a_kept_connection_that_the_server_has_closed_is_not_used_again() -> None:
    http = Http(True, 20.0)
    closed = threading.Event()

    def answer_and_close(exchange: Exchange) -> None:
        exchange.connection.sendall(ANSWER)
        try:
            loopback.close(exchange)
        finally:
            closed.set()

    with Server(answer_and_close) as server:
        for _time in range(3):
            closed.clear()
            assert http.post(server.url, b"{}", {}, signer(CAVAGE, credentials(), NOW), Deadline(60)).status == 200
            assert closed.wait(loopback.PATIENCE)
            time.sleep(0.05)
    assert len(server.received) == 3


# -- what an answer may not repeat ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", [CAVAGE, RFC9421])
@pytest.mark.parametrize("escaped", [False, True])
def test_a_server_that_repeats_what_it_was_sent_does_not_give_it_away(dialect: str, escaped: bool) -> None:
    def repeat(exchange: Exchange) -> None:
        text = json.dumps(dict(exchange.request.headers))
        reply(200, (text.replace("/", "\\/") if escaped else text).encode())(exchange)

    # Base64 of which some has a slash, as half of all signatures have.
    key = "ZGV2ZWxv/GVyIGtleQ+="
    with Server(repeat) as server:
        for moment in range(20):
            sign = signer(dialect, credentials(), NOW + moment)
            answer = Http(True, 20.0).post(server.url, b"{}", {"DeveloperKey": key}, sign, Deadline(60))
            sent = server.received[-1].headers
            (signature,) = re.findall(r"[0-9A-Za-z+/]{43}=", sent.get("signature", sent.get("authorization", "")))
            shown = json.dumps(answer.json_object())
            assert sent["developerkey"] == key and KEY_ID in shown
            assert key not in shown and signature not in shown


def test_what_is_too_short_to_be_a_key_changes_no_answer() -> None:
    sign = signer(CAVAGE, credentials(), NOW)
    with Server(reply(200, {"status": "true"})) as server:
        answer = Http(True, 20.0).post(server.url, b"{}", {"DeveloperKey": "status"}, sign, Deadline(60))
    assert answer.json_object() == {"status": "true"}
