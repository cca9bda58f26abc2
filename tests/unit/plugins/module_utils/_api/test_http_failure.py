# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong before a request leaves: nothing was sent, and the message says who failed, and why."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from requests import PreparedRequest

from ansible_collections.community.remoteit.plugins.module_utils._api.http_exchange import Http
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import NotSentError, OptionError
from tests.doubles import loopback
from tests.doubles.asking import LATE, SHORT, ask, lost, not_sent, post
from tests.doubles.certificates import Authority
from tests.doubles.loopback import Exchange, Server, listening, reply, unused_port
from tests.doubles.web_proxy import opening, tunnel

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


# -- peers that speak no HTTP -----------------------------------------------------------------------------------------


def gone(connection: socket.socket) -> None:
    connection.recv(4096)


def torn(connection: socket.socket) -> None:
    connection.recv(4096)
    loopback.tear_down(connection)


def silent(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def plain(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    silent(connection)


# -- remote.it cannot be reached --------------------------------------------------------------------------------------


def test_a_refused_port() -> None:
    url = f"http://127.0.0.1:{unused_port()}/a"
    assert not_sent(url) == f"{url} could not be reached (Connection refused)."


def test_a_name_that_does_not_exist() -> None:
    # the words are those of the system's resolver
    assert re.fullmatch(r"\S+ could not be reached \([A-Z][a-z ]+\)\.", not_sent("https://remoteit.invalid/a"))


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
        request.addfinalizer(waiting[-1].close)
        waiting[-1].setblocking(False)
        waiting[-1].connect_ex(address)
    begun = time.monotonic()
    assert "could not be reached within" in not_sent(f"http://127.0.0.1:{address[1]}/a", request_timeout=SHORT)
    assert time.monotonic() - begun < LATE


@pytest.mark.parametrize("host", ["*.example.com", ".example.com", "a..example.com"])
def test_a_host_that_nothing_can_be_sent_to(host: str) -> None:
    not_sent(f"https://{host}/a")


@pytest.mark.parametrize(
    ("peer", "words"),
    [
        (gone, r"could not be reached: TLS failed \(unexpected eof while reading\)"),
        # not every web proxy passes a reset on
        (torn, r"could not be reached(: TLS failed)? \((Connection reset by peer|unexpected eof while reading)\)"),
        (silent, r"could not be reached within 0\.\d seconds"),
        (plain, r"could not be reached: TLS failed \((wrong version number|record layer failure)\)"),
    ],
)
@pytest.mark.parametrize("through", ["direct", "proxy"])
def test_tls_that_does_not_come_about(
    peer: Callable[[socket.socket], None], words: str, through: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(tunnel) as proxy, listening(peer) as port:
        if through == "proxy":
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        url = f"https://127.0.0.1:{port}/a"
        message = not_sent(url, request_timeout=SHORT if peer is silent else 20.0)
    # the certificate is not what is wrong, and the web proxy neither
    assert re.fullmatch(rf"{url} {words}\.", message), message
    assert len(proxy.received) == (through == "proxy")


# -- certificates -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("through", ["direct", "proxy"])
def test_a_certificate_of_a_private_ca_is_not_trusted(
    authority: Authority, through: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(tunnel) as proxy, Server(reply(200, {}), tls=authority.server()) as server:
        if through == "proxy":
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        message = not_sent(f"{server.url}/a")
    assert message == (
        f"The TLS certificate of {server.url}/a is not trusted (unable to get local issuer certificate); if a private "
        "CA signed it, set ca_path."
    )
    assert server.received == []


def test_a_private_ca_is_trusted_when_it_is_named(authority: Authority) -> None:
    with Server(reply(200, {"status": "true"}), tls=authority.server()) as server:
        assert post(f"{server.url}/a", verify=str(authority.path)).json_object() == {"status": "true"}


def test_a_directory_of_cas_is_trusted_when_it_is_named(authority: Authority) -> None:
    with Server(reply(200, {}), tls=authority.server()) as server:
        assert post(f"{server.url}/a", verify=str(authority.hashed_directory())).status == 200


def test_another_servers_certificate_is_not_trusted(authority: Authority) -> None:
    with Server(reply(200, {}), tls=authority.server("127.0.0.2")) as server:
        assert "is not trusted" in not_sent(f"{server.url}/a", verify=str(authority.path))
    assert server.received == []


@pytest.mark.parametrize(("kind", "words"), [("old", "certificate has expired"), ("own", "self-signed certificate")])
def test_a_certificate_that_is_good_no_more_or_for_nobody(authority: Authority, kind: str, words: str) -> None:
    tls, verify = (authority.server(days=-1), str(authority.path)) if kind == "old" else (authority.itself(), True)
    with Server(reply(200, {}), tls=tls) as server:
        assert f"is not trusted ({words}); if" in not_sent(f"{server.url}/a", verify=verify)


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


# -- the CA of the environment ----------------------------------------------------------------------------------------


@pytest.fixture(params=["no file", "empty", "no certificate"])
def no_ca(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    if request.param != "no file":
        path.write_text("" if request.param == "empty" else "not a certificate")
    return path


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_ca_of_the_environment_that_is_none(
    name: str, no_ca: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, str(no_ca))
    with Server(reply(200, {}), tls=authority.server()) as server:
        with pytest.raises(OptionError) as caught:
            post(f"{server.url}/a")
        assert server.received == []
    words = "no certificate or crl found" if no_ca.exists() else "No such file or directory"
    assert str(caught.value) == f"{name}={no_ca} cannot be used as CA certificates: {words}."


def test_which_variables_name_a_ca(authority: Authority, no_ca: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(reply(200, {}), tls=authority.server()) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
        assert "is not trusted" in not_sent(f"{server.url}/a")
        monkeypatch.setenv("CURL_CA_BUNDLE", str(authority.path))
        assert post(f"{server.url}/a").status == 200
        # the first of both counts, and an option more than either
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(no_ca))
        with pytest.raises(OptionError, match="REQUESTS_CA_BUNDLE"):
            post(f"{server.url}/a")
        assert post(f"{server.url}/a", verify=str(authority.path)).status == 200


# -- a web proxy ------------------------------------------------------------------------------------------------------

URL = "https://remoteit.invalid/a"


def through(proxy: str, monkeypatch: pytest.MonkeyPatch, request_timeout: float = 20.0) -> str:
    """What is said of the web proxy when it has to be used."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    message = not_sent(URL, request_timeout=request_timeout)
    assert message.startswith(f"{URL} was not asked: the ")
    return message.removeprefix(f"{URL} was not asked: the ")


def test_a_web_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"127.0.0.1:{unused_port()}"
    said = f"web proxy http://{address} could not be reached (Connection refused)."
    for proxy in (f"http://{address}", address, f"http://user:sesame@{address}/"):
        assert through(proxy, monkeypatch) == said


def test_a_web_proxy_whose_name_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    said = through("http://user:sesame@remoteit.invalid:3128", monkeypatch)
    assert re.fullmatch(r"web proxy http://remoteit\.invalid:3128 could not be reached \([A-Z][a-z ]+\)\.", said)


@pytest.mark.parametrize(
    "answer", ["403 Forbidden", "407 Proxy Authentication Required", "502 Bad Gateway", "503 Service Unavailable"]
)
def test_a_web_proxy_that_refuses(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(exchange: Exchange) -> None:
        exchange.connection.sendall(f"HTTP/1.1 {answer}\r\nContent-Length: 2\r\n\r\nno".encode())

    with Server(refuse) as proxy:
        assert through(proxy.url, monkeypatch) == f"web proxy {proxy.url} did not open a tunnel to it ({answer})."
    (received,) = proxy.received
    assert received.method == "CONNECT"
    assert not {"authorization", "developerkey"} & set(received.headers)


@pytest.mark.parametrize(
    ("peer", "words"),
    [
        (gone, r"did not open a tunnel to it \(Remote end closed connection without response\)"),
        (torn, r"did not open a tunnel to it \(Connection reset by peer\)"),
        (silent, r"did not open a tunnel to it \(no answer within 0\.\d seconds\)"),
        (plain, r"did not open a tunnel to it \(400 Bad Request\)"),
    ],
)
def test_a_web_proxy_that_opens_no_tunnel(
    peer: Callable[[socket.socket], None], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(peer) as port:
        proxy = f"http://127.0.0.1:{port}"
        said = through(proxy, monkeypatch, SHORT if peer is silent else 20.0)
    assert re.fullmatch(rf"web proxy {proxy} {words}\.", said), said


def test_a_web_proxy_that_drips(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = time.monotonic()
    with Server(loopback.drip(b"HTTP/1.1 200 Connection established\r\n\r\n", SHORT / 4)) as proxy:
        assert "no answer within" in through(proxy.url, monkeypatch, SHORT)
    assert time.monotonic() - begun < LATE


def test_a_web_proxy_whose_certificate_is_not_trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(tunnel, tls=authority.server()) as proxy:
        assert through(proxy.url, monkeypatch) == (
            f"TLS certificate of the web proxy {proxy.url} is not trusted (unable to get local issuer certificate); if "
            "a private CA signed it, set ca_path."
        )


@pytest.mark.parametrize("secured", [False, True])
def test_a_web_proxy_that_works(secured: bool, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        Server(tunnel, tls=authority.server() if secured else None) as proxy,
        Server(reply(200, {}), loopback.close, tls=authority.server()) as server,
    ):
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert post(f"{server.url}/a", verify=str(authority.path)).status == 200
        # what breaks behind the tunnel is no fault of the web proxy's, and nobody knows what became of it
        assert "broke before the answer" in lost(f"{server.url}/a", verify=str(authority.path))
    assert [received.method for received in server.received] == ["POST", "POST"]


@pytest.mark.parametrize(
    "proxy",
    [
        *("http://user:ses/ame@proxy:80", "http://user:ses#ame@proxy", "http://user:ses?ame@proxy"),
        *("http://user:sesame@:x", "http://user:12/sesame@proxy.invalid", "ftp://user:sesame@proxy"),
        "socks5://user:sesame@127.0.0.1:1",
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_password_of_a_web_proxy_is_not_shown(monkeypatch: pytest.MonkeyPatch, scheme: str, proxy: str) -> None:
    monkeypatch.setenv(f"{scheme.upper()}_PROXY", proxy)
    message = not_sent(f"{scheme}://remoteit.invalid/a")
    assert "ses" not in message and "12" not in message.replace("127.0.0.1", "")


def test_a_web_proxy_for_plain_http_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = f"http://127.0.0.1:{unused_port()}"
    monkeypatch.setenv("HTTP_PROXY", proxy)
    url = "http://remoteit.invalid/a"
    assert not_sent(url) == f"{url} was not asked: the web proxy {proxy} could not be reached (Connection refused)."


# -- nobody waits any more --------------------------------------------------------------------------------------------


def test_what_was_given_up_before_it_was_sent_is_never_sent(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each wait of the thread that makes the exchange is short enough, but their sum is not."""
    over = threading.Event()

    def open_slowly(exchange: Exchange) -> None:
        try:
            opening(SHORT / 8)(exchange)
        finally:
            over.set()

    with Server(reply(200, {}), tls=authority.server()) as server, Server(open_slowly) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert "no answer within" in not_sent(f"{server.url}/a", verify=str(authority.path), request_timeout=SHORT)
        assert over.wait(loopback.PATIENCE)
        assert (server.connections, server.received) == (1, [])


# -- errors that nobody thought of ------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [MemoryError(), AttributeError("no such thing"), KeyError("x"), OSError("odd")])
def test_any_error_before_the_request_is_sent(error: Exception) -> None:
    def sign(_request: PreparedRequest) -> PreparedRequest:
        raise error

    with Server(reply(200, {})) as server:
        with pytest.raises(NotSentError, match="could not be reached") as caught:
            ask(Http(True, 20.0), f"{server.url}/a", sign)
        assert server.connections == 0
    assert type(error).__name__ in str(caught.value) or str(error) in str(caught.value)
