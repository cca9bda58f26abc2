# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which variables of the environment name a web proxy, and for whom, as the authentication guide has it in a table."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from tests.doubles.asking import not_sent
from tests.doubles.loopback import Server, reply, unused_port

pytestmark = pytest.mark.slow

HOST = "api.remoteit.invalid"


@pytest.fixture
def proxy() -> Server:
    return Server(reply(403, b"no"))


def goes_through(proxy: Server, host: str = HOST) -> bool:
    """Whether a request to *host* comes to *proxy*, which refuses it; nobody else takes it either."""
    with proxy:
        message = not_sent(f"https://{host}/a")
    came = [received.target for received in proxy.received]
    assert came in ([], [host if ":" in host else f"{host}:443"])
    assert ("did not open a tunnel" in message) == bool(came)
    return bool(came)


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        *(("HTTPS_PROXY", True), ("https_proxy", True), ("ALL_PROXY", True), ("all_proxy", True)),
        *(("HTTP_PROXY", False), ("http_proxy", False), ("PROXY", False)),
    ],
)
def test_which_variables_name_a_web_proxy(
    name: str, counts: bool, proxy: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, proxy.url)
    assert goes_through(proxy) == counts


@pytest.mark.parametrize(
    ("first", "second"), [("HTTPS_PROXY", "ALL_PROXY"), ("https_proxy", "HTTPS_PROXY"), ("https_proxy", "all_proxy")]
)
def test_which_of_two_web_proxies_counts(
    first: str, second: str, proxy: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(first, proxy.url)
    monkeypatch.setenv(second, f"http://127.0.0.1:{unused_port()}")
    assert goes_through(proxy)


@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize(
    ("value", "spares"),
    [
        *((HOST, True), ("remoteit.invalid", True), (".remoteit.invalid", True), ("*", True)),
        *((f"localhost, {HOST}", True), (f"localhost,{HOST},127.0.0.1", True)),
        *(("*.remoteit.invalid", False), (f"{HOST}:443", False), (f"https://{HOST}", False), ("other.invalid", False)),
    ],
)
def test_whom_no_proxy_spares_the_web_proxy(
    variable: str, value: str, spares: bool, proxy: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv(variable, value)
    assert goes_through(proxy) != spares


@pytest.mark.parametrize(
    ("value", "spares"),
    [
        *(("127.0.0.1", True), ("127.0.0.0/8", True), ("10.0.0.0/8", False), ("127.0.0", False)),
        ("127.0.0.1:{port}", False),
    ],
)
def test_which_addresses_no_proxy_spares_the_web_proxy(
    value: str, spares: bool, proxy: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = unused_port()
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", value.format(port=port))
    assert goes_through(proxy, f"127.0.0.1:{port}") != spares


@pytest.mark.parametrize(("port", "spares"), [(8443, True), (8444, False)])
def test_no_proxy_may_name_a_port_that_the_url_names(
    port: int, spares: bool, proxy: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", f"{HOST}:8443")
    assert goes_through(proxy, f"{HOST}:{port}") != spares


@pytest.mark.skipif(find_spec("socks") is not None, reason="PySocks is installed")
def test_socks_needs_another_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", f"socks5h://127.0.0.1:{unused_port()}")
    assert "(Missing dependencies for SOCKS support)" in not_sent("https://remoteit.invalid/a")
