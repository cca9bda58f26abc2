# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import math
import socket
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._api.graphql import parse_connection
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.asked import Asked
from ansible_collections.community.remoteit.plugins.module_utils._model.connection import Connection
from ansible_collections.community.remoteit.plugins.module_utils._model.ids import is_connection_id, is_plain_host
from tests.doubles.material import CONNECTION_ID, NOW, SERVICE

LATCHING = Access()
PORT_NODE: dict[str, Any] = {
    "id": CONNECTION_ID,
    "created": "2026-02-03T04:05:04.000Z",
    "host": "proxy18.rt3.io",
    "port": 38575,
    "reverseProxy": False,
    "timeout": 28800,
}
REVERSE_NODE: dict[str, Any] = {**PORT_NODE, "host": "xprbjalo.p18.rt3.io", "port": 443, "reverseProxy": True}


def parsed(node: Any, access: Access = LATCHING) -> Connection:
    return parse_connection(node, Asked(SERVICE, access, NOW - 2, NOW))


def node(**fields: Any) -> dict[str, Any]:
    """A port proxy with other fields; Ellipsis leaves one out."""
    return {name: value for name, value in {**PORT_NODE, **fields}.items() if value is not ...}


def test_a_port_proxy() -> None:
    connection = parsed(PORT_NODE, Access("restricted", "203.0.113.7"))
    assert (connection.id, connection.service_id, connection.type) == (CONNECTION_ID, SERVICE, "port")
    assert (connection.host, connection.port) == ("proxy18.rt3.io", 38575)
    assert connection.url == "tcp://proxy18.rt3.io:38575"
    assert (connection.access, connection.client_ip) == ("restricted", "203.0.113.7")
    assert (connection.asked_at, connection.opened_at) == (NOW - 2, NOW - 2)
    assert connection.expires_at == NOW - 2 + 28800
    assert (connection.api, connection.opened_from) == ("graphql", socket.gethostname())
    assert connection.session_id is None


@pytest.mark.parametrize("port", [443, None, 0, ..., "443"])
def test_a_reverse_proxy_has_no_port_whatever_is_said(port: Any) -> None:
    connection = parsed({name: value for name, value in {**REVERSE_NODE, "port": port}.items() if value is not ...})
    assert (connection.type, connection.host, connection.port) == ("reverse", "xprbjalo.p18.rt3.io", None)
    assert connection.url == connection.proxy == "https://xprbjalo.p18.rt3.io"


@pytest.mark.parametrize("value", [False, None, ..., "true", 1])
def test_only_true_means_a_reverse_proxy(value: Any) -> None:
    assert parsed(node(reverseProxy=value)).type == "port"


@pytest.mark.parametrize("created", [..., None, "", "yesterday", 1770091504, [], "2026-02-30T00:00:00Z"])
def test_without_a_usable_time_it_was_opened_now(created: Any) -> None:
    connection = parsed(node(created=created))
    assert (connection.opened_at, connection.expires_at) == (NOW, NOW + 28800)


@pytest.mark.parametrize("value", [..., None, "", "-x", "a b", "a\nb", "{{ a }}", ["a"], {}, "x" * 129, True, False])
def test_a_connection_without_a_usable_id_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="no usable id"):
        parsed(node(id=value))


@pytest.mark.parametrize(
    "host",
    [
        *(..., None, "", 7, ["proxy18.rt3.io"], "-oProxyCommand=id", "a b", "a;id", "$(id)", "{{ a }}", "user@host"),
        *("host:22", "http://host", "::1", "a\nb", "\x1b[31m", "bücher.example"),
    ],
)
@pytest.mark.parametrize("reverse", [True, False])
def test_a_host_that_ssh_must_not_see_is_refused(reverse: bool, host: Any) -> None:
    with pytest.raises(ValueError, match="is not a plain host name") as caught:
        parsed(node(host=host, reverseProxy=reverse))
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("port", [..., None, 0, -1, 65536, "38575", 38575.5, [38575]])
def test_a_port_that_cannot_be_one_is_refused(port: Any) -> None:
    with pytest.raises(ValueError, match="no usable port"):
        parsed(node(port=port))


@pytest.mark.parametrize("timeout", [..., None, 0, -1, "28800", [], float("nan"), float("inf"), 1e300])
def test_a_life_time_that_cannot_be_one_is_refused(timeout: Any) -> None:
    with pytest.raises(ValueError, match="no usable timeout"):
        parsed(node(timeout=timeout))


@pytest.mark.parametrize("value", [None, [], "x", 7, True, [PORT_NODE]])
def test_what_is_no_connection_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="it has no connection"):
        parsed(value)


ODD = [
    *(None, True, False, 0, -1, 7, 38575, 10**20, 1.5, 1e300, math.inf, math.nan),
    *("", "80", "proxy18.rt3.io", CONNECTION_ID, "-x", "\x1b[31m", [], ["80"], {}, {"a": [None]}),
]
VALUES = st.one_of(st.sampled_from(ODD), st.text(max_size=8), st.integers())
ZONES = st.sampled_from(["Z", "", "+00:00", "+14:00", "-23:59", "+24:00", "Europe/Berlin"])
NODES = st.fixed_dictionaries(
    {},
    optional={
        "id": st.one_of(st.just(CONNECTION_ID), VALUES),
        "created": st.one_of(st.builds("{}{}".format, st.datetimes().map(str), ZONES), VALUES),
        "host": st.one_of(st.just("proxy18.rt3.io"), VALUES),
        "port": st.one_of(st.integers(-1, 70000), VALUES),
        "reverseProxy": st.one_of(st.booleans(), VALUES),
        "timeout": st.one_of(st.integers(1, 10**6), st.floats(), VALUES),
    },
)


@settings(max_examples=150)
@given(st.one_of(NODES, VALUES))
@example({**PORT_NODE, "created": "9999-12-31T23:59:59Z"})
@example({**PORT_NODE, "created": "0001-01-01T00:00:00+23:00"})
@example({**PORT_NODE, "timeout": 10**20})
def test_any_answer_gives_a_usable_connection_or_a_value_error(value: Any) -> None:
    try:
        connection = parsed(value)
    except ValueError:
        return
    assert is_connection_id(connection.id) and connection.id == str(value.get("id") or "")
    assert is_plain_host(connection.host)
    assert (connection.port is None) is (connection.type == "reverse")
    assert connection.port is None or (isinstance(connection.port, int) and 0 < connection.port < 65536)
    assert math.isfinite(connection.expires_at)
    # it can be shown, and remembered
    assert connection.as_result(NOW)["expires_in"] >= 0
    assert Connection.from_record(json.loads(json.dumps(connection.as_record()))) == connection
