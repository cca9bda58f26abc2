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

from ansible_collections.community.remoteit.plugins.module_utils._api.rest import parse_connection
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.asked import Asked
from ansible_collections.community.remoteit.plugins.module_utils._model.connection import Connection
from ansible_collections.community.remoteit.plugins.module_utils._model.ids import is_connection_id, is_plain_host
from tests.doubles.material import NOW, OTHER_SERVICE, SERVICE

LATCHING = Access()
ID = "A78B3919-52E1-B674-58CC-5C0009377419"

# The page "Connecting to a Service using the API", with the comma that its example lacks.
SEED_REVERSE = r"""
{
  "status": "true",
  "connection": {
    "deviceaddress": "80:00:00:00:01:00:40:C5",
    "connectionid": "A78B3919-52E1-B674-58CC-5C0009377419",
    "proxy": "https:\/\/xprbjalo.p18.rt3.io",
    "expirationsec": "28797"
  }
}
"""
SEED_PORT = SEED_REVERSE.replace(r"https:\/\/xprbjalo.p18.rt3.io", r"http:\/\/proxy18.rt3.io:38575")

# The vendor's Go client, with all the fields that it names.
SDK_PORT: dict[str, Any] = {
    "status": "true",
    "wait": True,
    "connectionid": ID,
    "connection": {
        "deviceaddress": SERVICE,
        "connectionid": ID,
        "status": "running",
        "requested": "1/15/2021T6:20 PM",
        "requestedAt": "2021-01-15T23:20:00+00:00",
        "proxy": "http://proxy40.rt3.io:34168",
        "proxyserver": "proxy40.rt3.io",
        "proxyport": "34168",
        "proxyServerPort": 34168,
        "proxyURL": "proxy40.rt3.io:34168",
        "reverseProxy": False,
        "expirationsec": "28800",
        "proxyExpirationSec": 28700,
        "sessionID": "E2A92E32911AE2A92E32911AE2A92E32911AE2A9",
        "initiator": "someone@example.com",
        "initiatorUID": "f0:0f:85:00:00:00:00:01",
        "targetUID": SERVICE,
        "filteredIP": "latching",
        "latchedIP": "0.0.0.0",
        "p2pConnected": True,
        "serviceConnected": True,
        "peerReqEP": "198.51.100.1:5959",
        "peerEP": "198.51.100.1:5959",
        "lifeLeft": 86400,
        "idleLeft": 900,
    },
}
# What the vendor's application met for a web service: server and port are there, and are not the address to use.
SDK_REVERSE: dict[str, Any] = {
    "status": "true",
    "connection": {
        "connectionid": ID,
        "proxy": "https://b2e3fsxn5q6.p19.rt3.io",
        "proxyserver": "proxy19.rt3.io",
        "proxyport": "24292",
        "proxyServerPort": 24292,
        "proxyURL": "b2e3fsxn5q6.p19.rt3.io",
        "reverseProxy": True,
        "proxyExpirationSec": 28800,
    },
}
# 2019: the id stands outside, the status is the address, and the connection is an old one.
OLD: dict[str, Any] = {
    "status": "true",
    "connectionid": "48844999-bbf4-48cf-9a3a-353b7385737a",
    "wait": True,
    "connection": {
        "deviceaddress": SERVICE,
        "expirationsec": "16880",
        "imageintervalms": "1000",
        "proxy": "http://proxy2.remot3.it:33333",
        "proxyport": "33333",
        "proxyserver": "proxy2.remot3.it",
        "requested": "2/6/2019T1:20 PM",
        "status": "http://proxy2.remot3.it:33333",
        "streamscheme": [None],
        "streamuri": [None],
        "url": [None],
    },
}
# 2020: a second connect replaced the first.
OVERRIDDEN: dict[str, Any] = {
    "status": "true",
    "connectionid": ID,
    "connection": {
        **OLD["connection"],
        "connectionid": ID,
        "connectionOverridden": "true",
        "previousConnection": "http://proxy17.rt3.io:32192",
        "proxy": "http://proxy17.rt3.io:32193",
        "proxyport": "32193",
        "proxyserver": "proxy17.rt3.io",
        "expirationsec": "28796",
    },
}


def parsed(answer: Any, access: Access = LATCHING, service_id: str = SERVICE) -> Connection:
    return parse_connection(answer, Asked(service_id, access, NOW - 2, NOW))


def answer(**fields: Any) -> dict[str, Any]:
    """The answer of the vendor's client with other fields in its connection; Ellipsis leaves one out."""
    merged = {**SDK_PORT["connection"], **fields}
    connection = {name: value for name, value in merged.items() if value is not ...}
    return {"status": "true", "connection": connection}


@pytest.mark.parametrize(
    ("document", "id", "type", "host", "port", "lifetime"),
    [
        (json.loads(SEED_REVERSE), ID, "reverse", "xprbjalo.p18.rt3.io", None, 28797),
        (json.loads(SEED_PORT), ID, "port", "proxy18.rt3.io", 38575, 28797),
        (SDK_PORT, ID, "port", "proxy40.rt3.io", 34168, 28700),
        (SDK_REVERSE, ID, "reverse", "b2e3fsxn5q6.p19.rt3.io", None, 28800),
        (OLD, OLD["connectionid"], "port", "proxy2.remot3.it", 33333, 16880),
        (OVERRIDDEN, ID, "port", "proxy17.rt3.io", 32193, 28796),
    ],
    ids=["seed-reverse", "seed-port", "sdk-port", "sdk-reverse", "2019", "2020-overridden"],
)
def test_every_published_answer_is_read(
    document: dict[str, Any], id: str, type: str, host: str, port: int | None, lifetime: int
) -> None:
    connection = parsed(document, service_id=document["connection"].get("deviceaddress", SERVICE))
    assert (connection.id, connection.type) == (id, type)
    assert (connection.host, connection.port) == (host, port)
    assert connection.expires_at == NOW + lifetime
    assert connection.proxy == document["connection"]["proxy"]
    assert connection.url == (f"https://{host}" if type == "reverse" else f"tcp://{host}:{port}")


def test_an_answer_for_another_service_is_refused() -> None:
    document = {**SDK_PORT, "connection": {**SDK_PORT["connection"], "deviceaddress": OTHER_SERVICE.lower()}}
    assert parsed(document, service_id=OTHER_SERVICE).service_id == OTHER_SERVICE
    with pytest.raises(ValueError, match=f"it is for the service {OTHER_SERVICE.lower()}"):
        parsed(document)


def test_what_is_not_in_the_answer_is_known_from_the_question() -> None:
    connection = parsed(SDK_PORT, Access("restricted", "203.0.113.7"))
    assert (connection.service_id, connection.access, connection.client_ip) == (SERVICE, "restricted", "203.0.113.7")
    assert (connection.asked_at, connection.opened_at) == (NOW - 2, NOW)
    assert (connection.api, connection.opened_from) == ("rest", socket.gethostname())


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"sessionID": "E2A9"}, "E2A9"),
        *[({"sessionID": value}, None) for value in (..., None, "", 7, "-x", "a b", ["x"])],
    ],
)
def test_the_id_of_the_session_is_kept_when_it_can_be_one(fields: dict[str, Any], expected: str | None) -> None:
    assert parsed(answer(**fields)).session_id == expected


# -- address ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"proxyport": ..., "proxyServerPort": 34168},
        {"proxyport": 34168, "proxyServerPort": ...},
        {"proxyport": "34168", "proxyServerPort": "nonsense"},
        {"proxyport": "", "proxyServerPort": 34168},
        {"proxyport": "nonsense", "proxyServerPort": None},
        {"proxyport": 0, "proxyServerPort": "0"},
        {"proxyport": ..., "proxyServerPort": ...},
        {"proxyserver": ..., "proxyport": ..., "proxyServerPort": ...},
        {"proxyserver": None, "proxyport": None, "proxyServerPort": None},
        {"proxyserver": "", "proxyURL": ...},
        {"reverseProxy": ...},
        {"reverseProxy": None},
        {"reverseProxy": "false"},
        {"proxy": ...},
        {"proxy": "", "proxyURL": ""},
        {"proxy": ..., "proxyURL": ...},
        {"proxy": "proxy40.rt3.io:34168", "proxyserver": ..., "proxyport": ..., "proxyServerPort": ...},
        {"proxy": ..., "proxyserver": ..., "proxyport": ..., "proxyServerPort": ...},
    ],
)
def test_a_port_proxy_is_found_by_any_of_its_fields(fields: dict[str, Any]) -> None:
    connection = parsed(answer(**fields))
    assert (connection.type, connection.host, connection.port) == ("port", "proxy40.rt3.io", 34168)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"reverseProxy": ...},
        {"proxyURL": ...},
        {"proxyURL": "", "proxy": "https://b2e3fsxn5q6.p19.rt3.io/"},
        {"proxy": ...},
        {"proxy": ..., "reverseProxy": ...},
    ],
)
def test_a_reverse_proxy_is_found_by_any_of_its_fields(fields: dict[str, Any]) -> None:
    connection = parsed(answer(**{**SDK_REVERSE["connection"], **fields}))
    assert (connection.type, connection.host, connection.port) == ("reverse", "b2e3fsxn5q6.p19.rt3.io", None)
    assert connection.url == "https://b2e3fsxn5q6.p19.rt3.io"


@pytest.mark.parametrize(
    "host",
    [
        *(
            "-oProxyCommand=id",
            "a b",
            "a;id",
            "$(id)",
            "`id`",
            "{{ a }}",
            "user@host",
            "../x",
            "a\nb",
            "a\0",
            ".",
            "a_b",
        ),
        *("[::1]", "::1", "host:22", "bücher.example", "a" * 64, "\x1b[31m"),
    ],
)
@pytest.mark.parametrize("where", ["proxyserver", "proxy", "proxyURL of a reverse proxy", "proxy of a reverse proxy"])
def test_a_host_that_ssh_must_not_see_is_refused(where: str, host: str) -> None:
    places: dict[str, dict[str, Any]] = {
        "proxyserver": {"proxyserver": host},
        "proxy": {"proxy": f"http://{host}:22", "proxyserver": ..., "proxyURL": ...},
        "proxyURL of a reverse proxy": {"reverseProxy": True, "proxyURL": host},
        "proxy of a reverse proxy": {"reverseProxy": True, "proxyURL": ..., "proxy": f"https://{host}"},
    }
    # what a URL parser takes off is harmless: a user, a port, a path, a line break
    try:
        connection = parsed(answer(**places[where]))
    except ValueError as error:
        caught = error
    else:
        assert is_plain_host(connection.host)
        assert where.startswith("proxy of") or where == "proxy"
        return
    assert str(caught).isprintable()


@pytest.mark.parametrize(
    "fields",
    [
        {"proxyport": 65536, "proxyServerPort": ...},
        {"proxyport": "99999"},
        {"proxy": ..., "proxyURL": ..., "proxyport": ..., "proxyServerPort": ...},
        {"proxy": "http://proxy40.rt3.io", "proxyport": -1, "proxyServerPort": None},
        {"proxy": "http://proxy40.rt3.io:99999"},
        {"proxy": "http://proxy40.rt3.io:ssh"},
        {"proxy": ..., "proxyURL": ..., "proxyserver": ...},
        {"reverseProxy": True, "proxyURL": ..., "proxy": ...},
        {"reverseProxy": True, "proxyURL": "", "proxy": "https://"},
        {"proxy": "http://[::1", "proxyserver": ...},
    ],
)
def test_an_address_that_cannot_be_one_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed(answer(**fields))


# -- id ---------------------------------------------------------------------------------------------------------------


def test_the_inner_id_wins() -> None:
    assert parsed({**answer(connectionid="INNER"), "connectionid": "OUTER"}).id == "INNER"


@pytest.mark.parametrize("inner", [..., None, ""])
def test_the_outer_id_is_taken_when_there_is_no_inner_one(inner: Any) -> None:
    assert parsed({**answer(connectionid=inner), "connectionid": "OUTER"}).id == "OUTER"


@pytest.mark.parametrize(
    "value", [..., None, "", "-x", "a b", "a\nb", '"', "{{ a }}", ["a"], {"a": 1}, "x" * 129, False]
)
def test_an_answer_without_a_usable_id_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="no usable id"):
        parsed(answer(connectionid=value))


@pytest.mark.parametrize("connection", [..., None, "", "running", [], [{}], 7, True])
def test_an_answer_without_a_connection_is_refused(connection: Any) -> None:
    document: dict[str, Any] = {"status": "true", "connectionid": ID}
    if connection is not ...:
        document["connection"] = connection
    with pytest.raises(ValueError, match="it has no connection"):
        parsed(document)


# -- life time --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "text", "lifetime"),
    [
        (28800, "16880", 28800),
        ("28800", ..., 28800),
        (..., "16880", 16880),
        (..., 16880, 16880),
        (..., 16880.9, 16880),
        (None, "16880", 16880),
        (0, "16880", 16880),
        (-5, "16880", 16880),
        ("soon", "16880", 16880),
        ([28800], {"a": 1}, 28800),
        (..., ..., 28800),
        (..., "", 28800),
        (..., "0", 28800),
    ],
)
def test_the_life_time_is_read_or_taken_to_be_the_usual_one(number: Any, text: Any, lifetime: int) -> None:
    connection = parsed(answer(proxyExpirationSec=number, expirationsec=text))
    assert connection.expires_at == NOW + lifetime
    assert connection.remaining(NOW) == lifetime


@pytest.mark.parametrize("name", ["proxyExpirationSec", "expirationsec", "proxyport", "proxyServerPort"])
@pytest.mark.parametrize("text", ["1e999", "-1e999", "NaN", "Infinity", "1e300", "9" * 5000])
def test_numbers_that_are_none_do_no_harm(name: str, text: str) -> None:
    document = answer(**({} if name != "expirationsec" else {"proxyExpirationSec": ...}))
    try:
        document["connection"][name] = json.loads(text)
    except ValueError:
        # this Python does not even read it
        document["connection"][name] = text
    try:
        connection = parsed(document)
    except ValueError:
        return
    _usable(connection)


# -- any answer at all ------------------------------------------------------------------------------------------------

ODD = [
    *(None, True, False, 0, -1, 7, 38575, 10**20, 1.5, 1e300, math.inf, math.nan),
    *("", "80", "proxy18.rt3.io", ID, "-x", "\x1b[31m", "9" * 5000, [], ["80"], {}, {"a": [None]}),
]
VALUES = st.one_of(st.sampled_from(ODD), st.text(max_size=8), st.integers())
URLS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["http://", "https://", "//", "", "ftp://", "http:"]),
    st.sampled_from(["proxy18.rt3.io", "-x", "", "[::1]", "[", "a@b", "\u2100", "\x1b\u2100", "a b", "%00"]),
    st.sampled_from([":38575", ":0", ":99999", ":x", ":", ":-1", ":\u0663", ""]),
    st.sampled_from(["", "/", "?", "#", "/a@b"]),
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "connectionid": st.one_of(st.just(ID), VALUES),
        "proxy": st.one_of(URLS, VALUES),
        "proxyURL": st.one_of(URLS, VALUES),
        "proxyserver": st.one_of(st.just("proxy18.rt3.io"), VALUES),
        "proxyport": st.one_of(st.integers(-1, 70000), st.integers(0, 70000).map(str), VALUES),
        "proxyServerPort": VALUES,
        "reverseProxy": st.one_of(st.booleans(), VALUES),
        "expirationsec": VALUES,
        "proxyExpirationSec": VALUES,
        "sessionID": VALUES,
    },
)
ANSWERS = st.one_of(
    st.builds(
        lambda fields, outer: {"connection": fields, "connectionid": outer}, FIELDS, st.one_of(st.just(ID), VALUES)
    ),
    st.dictionaries(st.sampled_from(["connection", "connectionid", "status"]), VALUES),
)


@settings(max_examples=150)
@given(ANSWERS)
@example({"connection": {"connectionid": ID, "proxyserver": "a", "proxyport": float("inf")}})
@example({"connection": {"connectionid": ID, "proxyserver": "a", "proxyport": 1, "expirationsec": 10**20}})
def test_any_answer_gives_a_usable_connection_or_a_value_error(document: dict[str, Any]) -> None:
    try:
        connection = parsed(document)
    except ValueError:
        return
    _usable(connection)


def _usable(connection: Connection) -> None:
    assert is_connection_id(connection.id)
    assert is_plain_host(connection.host)
    assert (connection.port is None) is (connection.type == "reverse")
    if connection.port is not None:
        assert isinstance(connection.port, int) and 0 < connection.port < 65536
    assert math.isfinite(connection.expires_at) and connection.expires_at > NOW
    # it can be shown, and remembered
    assert connection.as_result(NOW)["expires_in"] > 0
    assert Connection.from_record(json.loads(json.dumps(connection.as_record()))) == connection
