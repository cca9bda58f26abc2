# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import gzip
import json
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils import _http
from ansible_collections.community.remoteit.plugins.module_utils._clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._errors import (
    AnswerLostError,
    NotSentError,
    OptionError,
    OutOfTimeError,
    RemoteItError,
)
from ansible_collections.community.remoteit.plugins.module_utils._http import Answer, Http
from ansible_collections.community.remoteit.plugins.module_utils._settings import CAVAGE, RFC9421
from ansible_collections.community.remoteit.plugins.module_utils._signature import signer
from ansible_collections.community.remoteit.plugins.module_utils._text import printable
from tests.unit.plugins import loopback
from tests.unit.plugins.certificates import Authority
from tests.unit.plugins.loopback import Exchange, Server, drip, hang, part, reply, reset, whole
from tests.unit.plugins.material import KEY_ID, NOW, SECRET, credentials

pytestmark = pytest.mark.slow

# Long enough for a busy machine, short enough to see whether it holds.
SHORT = 0.4
# What may pass before a test says that a limit did not hold: far more than SHORT, far less than PATIENCE.
LATE = 5.0


def post(
    url: str,
    body: bytes = b"{}",
    *,
    headers: Mapping[str, str] | None = None,
    verify: bool | str = True,
    request_timeout: float = 20.0,
    deadline: float = 60.0,
) -> Answer:
    sign = signer(CAVAGE, credentials(), time.time())
    return Http(verify, request_timeout).post(url, body, headers or {}, sign, Deadline(deadline))


def lost(url: str, **options: Any) -> str:
    with pytest.raises(AnswerLostError) as caught:
        post(url, **options)
    return _message(caught.value, url)


def not_sent(url: str, **options: Any) -> str:
    with pytest.raises(NotSentError) as caught:
        post(url, **options)
    return _message(caught.value, url)


def _message(error: RemoteItError, url: str) -> str:
    """The message of an error: one printable sentence that names the URL and leaks nothing."""
    text = str(error)
    assert url in text and text.endswith(".") and text.isprintable()
    assert " object at 0x" not in text and "HTTPConnectionPool" not in text and SECRET not in text
    return text


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


# -- certainly not sent -----------------------------------------------------------------------------------------------


def test_a_refused_port() -> None:
    message = not_sent(f"http://127.0.0.1:{loopback.unused_port()}/a")
    assert "could not be reached" in message and "refused" in message


def test_a_name_that_does_not_exist() -> None:
    assert "could not be reached" in not_sent("https://remoteit.invalid/a")


def test_a_server_that_takes_no_connection(request: pytest.FixtureRequest) -> None:
    # connections that nobody accepts fill the queue; the next one gets no answer to its SYN
    listener = socket.socket()
    request.addfinalizer(listener.close)
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    address = listener.getsockname()
    waiting = []
    for _time in range(4):
        waiting.append(socket.socket())
        waiting[-1].setblocking(False)
        waiting[-1].connect_ex(address)
    request.addfinalizer(lambda: [connection.close() for connection in waiting])
    begun = time.monotonic()
    assert "could not be reached within" in not_sent(f"http://127.0.0.1:{address[1]}/a", request_timeout=SHORT)
    assert time.monotonic() - begun < LATE


@pytest.mark.parametrize("host", ["*.example.com", ".example.com", "a..example.com"])
def test_a_host_that_nothing_can_be_sent_to(host: str) -> None:
    not_sent(f"https://{host}/a")


def test_when_the_time_is_over_nothing_is_sent() -> None:
    with Server(reply(200, {})) as server, pytest.raises(OutOfTimeError, match="raise timeout"):
        post(server.url, deadline=0)
    assert server.connections == 0


def test_an_unreachable_http_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{loopback.unused_port()}")
    not_sent("http://remoteit.invalid/a")


@pytest.mark.parametrize(
    "url",
    ["http://user:ses/ame@proxy:80", "http://user:ses#ame@proxy", "http://user:ses?ame@proxy", "http://user:sesame@:x"],
)
def test_the_password_of_a_web_proxy_is_not_shown(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("HTTP_PROXY", url)
    assert "ses" not in not_sent("http://remoteit.invalid/a")


def test_a_socks_proxy_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "socks5://user:sesame@127.0.0.1:1")
    assert "ses" not in not_sent("http://remoteit.invalid/a")


def test_a_proxy_that_refuses_the_tunnel(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(reply(403, b"no")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        not_sent("https://remoteit.invalid/a")
    assert proxy.received[0].method == "CONNECT"
    assert "authorization" not in proxy.received[0].headers


# -- TLS --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def test_a_certificate_of_a_private_ca_is_not_trusted(authority: Authority) -> None:
    with Server(reply(200, {}), tls=authority.server()) as server:
        message = not_sent(f"{server.url}/a")
    assert "is not trusted" in message and "issuer" in message and "ca_path" in message
    assert server.received == []


def test_a_private_ca_is_trusted_when_it_is_named(authority: Authority) -> None:
    with Server(reply(200, {"status": "true"}), tls=authority.server()) as server:
        assert post(f"{server.url}/a", verify=str(authority.path)).json_object() == {"status": "true"}


def test_a_directory_of_cas_is_trusted_when_it_is_named(authority: Authority) -> None:
    with Server(reply(200, {}), tls=authority.server()) as server:
        assert post(f"{server.url}/a", verify=str(authority.hashed_directory())).status == 200


def test_another_servers_certificate_is_not_trusted(authority: Authority) -> None:
    with Server(reply(200, {}), tls=authority.server("127.0.0.2")) as server:
        assert "127.0.0.1" in not_sent(f"{server.url}/a", verify=str(authority.path))
    assert server.received == []


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_without_verification_any_certificate_will_do(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    # what the environment says about CAs must not switch it on again
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.path))
    with Server(reply(200, {}), tls=authority.server("127.0.0.2")) as server:
        assert post(f"{server.url}/a", verify=False).status == 200


def test_a_ca_file_that_is_none(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    with Server(reply(200, {}), tls=authority.server()) as server:
        with pytest.raises(OptionError, match=r"ca\.pem cannot be used as CA certificates"):
            post(f"{server.url}/a", verify=str(tmp_path / "ca.pem"))
        assert server.connections == 0


def test_a_server_that_speaks_no_tls(request: pytest.FixtureRequest) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    request.addfinalizer(listener.close)

    def answer() -> None:
        with listener.accept()[0] as connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            # whoever closes with something unread sends a reset
            connection.shutdown(socket.SHUT_WR)
            with contextlib.suppress(OSError):
                while connection.recv(4096):
                    pass

    threading.Thread(target=answer, daemon=True).start()
    message = not_sent(f"https://127.0.0.1:{listener.getsockname()[1]}/a")
    assert "TLS failed (wrong version number)" in message
    # the certificate is not what is wrong
    assert "certificate of" not in message and "ca_path" not in message


def test_tls_that_breaks_after_the_request_may_have_had_its_effect(authority: Authority) -> None:
    def garbage(exchange: Exchange) -> None:
        os.write(exchange.connection.fileno(), b"this is no TLS record at all")
        hang(exchange)

    with Server(garbage, tls=authority.server()) as server:
        lost(f"{server.url}/a", verify=str(authority.path))
        assert len(server.received) == 1


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


def test_nobody_reads_on_when_nobody_waits_any_more() -> None:
    hung_up = threading.Event()

    def step(exchange: Exchange) -> None:
        with contextlib.suppress(OSError):
            drip(ANSWER, SHORT / 4, BODY_AT)(exchange)
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
    monkeypatch.setattr(_http, "_MAX_BODY", 100_000)
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


# -- reading an answer ------------------------------------------------------------------------------------------------


def answered(body: bytes = b"{}", status: int = 200, **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body, NOW)


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (b"", "application/json", "an empty body"),
        (b" \n", "application/json", "an empty body"),
        (b"<html>", "text/html; charset=utf-8", "a body that is not JSON (text/html, 6 bytes)"),
        (b'{"status": "tr', "application/json", "a body that is not JSON (application/json, 14 bytes)"),
        (b"\xff\xfe\xfd", "application/json", "a body that is not JSON"),
        (b'{"a": 1} x', "application/json", "a body that is not JSON"),
        (b"[]", "application/json", "JSON that is not an object but list"),
        (b"null", "application/json", "JSON that is not an object but NoneType"),
        (b'"true"', "application/json", "JSON that is not an object but str"),
        (b"[" * 200_000, "application/json", "a body that is not JSON"),
        (b'{"a":' * 200_000, "application/json", "a body that is not JSON"),
    ],
    ids=range(11),
)
def test_what_is_not_a_json_object_says_what_it_is(body: bytes, kind: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        answered(body, Content_Type=kind).json_object()
    assert reason in str(caught.value)


@pytest.mark.parametrize("kind", ["text/\x1b[31mhtml", "x" * 60_000, "text/\u202e"])
def test_a_content_type_is_shown_plainly_and_in_part(kind: str) -> None:
    with pytest.raises(ValueError, match="not JSON") as caught:
        answered(b"x", Content_Type=kind).json_object()
    assert str(caught.value).isprintable() and len(str(caught.value)) < 300


def test_without_a_content_type_it_says_so() -> None:
    with pytest.raises(ValueError, match="no content type"):
        answered(b"x").json_object()


@pytest.mark.parametrize("body", [b'{"a": "\xc3\xa4"}', b'\n {"a": "\\u00e4"} ', '{"a": "ä"}'.encode("utf-16")])
def test_json_is_read_in_every_encoding(body: bytes) -> None:
    assert answered(body).json_object() == {"a": "ä"}


@pytest.mark.parametrize(("ahead", "expected"), [(0, 0), (3600, 3600), (-86400, -86400)])
def test_the_servers_clock_is_read_from_its_date(ahead: int, expected: int) -> None:
    assert answered(Date=formatdate(NOW + ahead, usegmt=True)).clock_offset() == expected


@pytest.mark.parametrize(
    "date", [None, "", "yesterday", "Tue, 99 Feb 2026 04:05:06 GMT", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"]
)
def test_without_a_date_the_servers_clock_is_unknown(date: str | None) -> None:
    assert answered(**({} if date is None else {"Date": date})).clock_offset() is None


@pytest.mark.parametrize(
    ("value", "date", "expected"),
    [
        ("7", None, 7.0),
        (" 7 ", None, 7.0),
        ("0", None, 0.0),
        (formatdate(NOW + 30, usegmt=True), None, 30.0),
        # a date is by the server's clock
        (formatdate(NOW + 3630, usegmt=True), formatdate(NOW + 3600, usegmt=True), 30.0),
        (formatdate(NOW - 30, usegmt=True), None, 0.0),
        ("", None, None),
        ("-7", None, None),
        ("soon", None, None),
        ("7.5", None, None),
    ],
)
def test_the_pause_that_the_server_asks_for(value: str, date: str | None, expected: float | None) -> None:
    headers = {"Retry_After": value, **({} if date is None else {"Date": date})}
    assert answered(**headers).retry_after() == expected


def test_without_a_pause_there_is_none() -> None:
    assert answered().retry_after() is None


@given(st.text())
def test_any_header_gives_a_number_or_none(text: str) -> None:
    for number in (answered(Date=text).clock_offset(), answered(Retry_After=text).retry_after()):
        assert number is None or isinstance(number, float)


# -- words from outside -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words", "plain words"),
        ("  around \n", "around"),
        ("Müller 日本", "Müller 日本"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("two\nlines\ttab\0", "two\\nlines\\ttab\\x00"),
        ("right\u202eleft", "right\\u202eleft"),
        ("\u061c\u200e\u200f\u2066\u2069", "\\u061c\\u200e\\u200f\\u2066\\u2069"),
        ("no\u200bwidth\u2060\ufeff\u00ad", "no\\u200bwidth\\u2060\\ufeff\\xad"),
        ("\x9b31m\ud800\u2028", "\\x9b31m\\ud800"),
        ("{{ lookup('pipe', 'id') }}", "{{ lookup('pipe', 'id') }}"),
    ],
)
def test_words_from_outside_are_made_harmless_to_a_terminal(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(max_size=400))
def test_any_text_becomes_one_short_printable_line(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert len(shown) <= 200
    assert printable("x" * 500) == "x" * 200
