# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._model.connection import (
    Connection,
    host_key_alias,
    is_connection_id,
    is_plain_host,
    same_id,
    service_id,
)
from tests.doubles.material import CONNECTION_ID, NOW, SERVICE, connection

# -- ids --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", [SERVICE, "8a:00:00:00:29:01:8e:ed", "8A:00:00:00:29:01:8E:ED", "90:00:aB:Cd:ef:01:8e:ed"]
)
def test_service_ids_are_upper_case(text: str) -> None:
    assert service_id(text) == text.upper()


@pytest.mark.parametrize(
    "text",
    [
        *("", "80", SERVICE[:-1], SERVICE[:-3], f"{SERVICE}:00", f" {SERVICE}", f"{SERVICE} ", f"{SERVICE}\n"),
        *("8X:XX:XX:00:29:01:8e:ed", "80-00-00-00-01-02-03-04", "8000000001020304", "\uff180:00:00:00:01:02:03:04"),
        *("80:00:00:00:01:02:03:04,80:00:00:00:01:02:03:05", "../../../etc/passwd", "{{ lookup('pipe', 'id') }}"),
    ],
)
def test_what_is_no_service_id_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="is not a service id"):
        service_id(text)


@given(st.lists(st.integers(0, 255), min_size=8, max_size=8))
def test_an_alias_is_one_word_without_colons_and_names_one_service(octets: list[int]) -> None:
    identifier = ":".join(f"{octet:02x}" for octet in octets)
    alias = host_key_alias(identifier)
    assert re.fullmatch(r"remoteit-[0-9a-f]{16}", alias)
    assert alias == host_key_alias(identifier.upper())
    assert bytes(octets).hex() in alias
    # it may stand where a host name does
    assert is_plain_host(alias)


@pytest.mark.parametrize(
    "text", [CONNECTION_ID, CONNECTION_ID.lower(), "E2A92E32911A" * 3 + "ABCD", "1", "a_b.c:d-e", "x" * 128]
)
def test_ids_of_connections(text: str) -> None:
    assert is_connection_id(text)


@pytest.mark.parametrize(
    "text", ["", "-a", ".a", "_a", ":a", "a b", "a/b", "a\n", "a\0", 'a"', "a'", r"a\$", "{{a}}", "ä", "x" * 129]
)
def test_what_is_no_id_of_a_connection(text: str) -> None:
    assert not is_connection_id(text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (CONNECTION_ID, CONNECTION_ID.lower(), True),
        (CONNECTION_ID, CONNECTION_ID, True),
        (CONNECTION_ID, CONNECTION_ID[:-1], False),
        (None, CONNECTION_ID, False),
        (CONNECTION_ID, None, False),
        (None, None, False),
    ],
)
def test_ids_are_compared_without_case_and_an_unknown_one_equals_none(
    one: str | None, other: str | None, same: bool
) -> None:
    assert same_id(one, other) is same


# -- hosts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *("proxy18.rt3.io", "xprbjalo.p18.rt3.io", "PROXY40.RT3.IO", "localhost", "127.0.0.1", "a", "a-b.c", "1.a"),
        *("proxy2.remot3.it", "a" * 63, ".".join(["a" * 49] * 5), "xn--bcher-kva.example"),
    ],
)
def test_plain_hosts(text: str) -> None:
    assert is_plain_host(text)


HOSTILE_HOSTS = [
    # what ssh takes for an option
    *("-oProxyCommand=id", "-F/tmp/x", "--", "-", "a.-b", "a-", "a-.b"),
    # what a shell, a URL or a template takes for something else
    *("a b", "a;id", "a|id", "$(id)", "`id`", "a&b", "a>b", "a'b", 'a"b', "a\\b", "{{ a }}", "%h", "~", "*", "a#b"),
    *("user@host", "user:word@host", "host:22", "host/path", "//host", "http://host", "[::1]", "::1", "a?b"),
    # what ends a line or a string
    *("a\n", "a\nb", "\na", "a\r", "a\0", "a\t", "\x1b[31m", "a\u2028"),
    # what only looks like a name
    *("", ".", "a.", ".a", "a..b", "a_b", "bücher.example", "\uff41", "a\u200b", "a" * 64, ".".join(["a" * 50] * 6)),
]


@pytest.mark.parametrize("text", HOSTILE_HOSTS)
def test_what_is_no_plain_host(text: str) -> None:
    assert not is_plain_host(text)


@given(st.one_of(st.text(), st.text(alphabet="ab1.-\n@:/")))
@example("-a")
def test_a_plain_host_is_one_harmless_word(text: str) -> None:
    if is_plain_host(text):
        assert shlex.quote(text) == text
        assert text[0].isalnum() and text[-1].isalnum() and text.isascii()
        assert len(text) <= 253


# -- connections ------------------------------------------------------------------------------------------------------


def test_the_result_for_a_port_proxy() -> None:
    assert connection(access="restricted", client_ip="203.0.113.7").as_result(NOW + 100.5) == {
        "id": CONNECTION_ID,
        "service_id": SERVICE,
        "host": "proxy18.rt3.io",
        "port": 38575,
        "url": "tcp://proxy18.rt3.io:38575",
        "proxy": "http://proxy18.rt3.io:38575",
        "type": "port",
        "access": "restricted",
        "client_ip": "203.0.113.7",
        "opened_at": "2026-02-03T04:05:06Z",
        "expires_at": "2026-02-03T12:05:06Z",
        "expires_in": 28699,
        "api": "rest",
    }


def test_a_reverse_proxy_is_public_whatever_was_asked_for() -> None:
    reverse = connection(
        host="x.p18.rt3.io",
        port=None,
        proxy="https://x.p18.rt3.io",
        type="reverse",
        access="restricted",
        client_ip="1.2.3.4",
    )
    result = reverse.as_result(NOW)
    assert (result["url"], result["port"]) == ("https://x.p18.rt3.io", None)
    assert (result["access"], result["client_ip"]) == ("public", None)


@pytest.mark.parametrize(("after", "left"), [(0, 28800), (28799.5, 0), (28800, 0), (10**6, 0)])
def test_what_is_over_has_nothing_left(after: float, left: int) -> None:
    assert connection().remaining(NOW + after) == left


@pytest.mark.parametrize(
    "made",
    [
        connection(),
        connection(session_id="E2A92E32911A", client_ip="203.0.113.7", access="restricted"),
        connection(port=None, type="reverse", api="graphql"),
        connection(unanswered_since=NOW),
    ],
    ids=["port", "restricted", "reverse", "unanswered"],
)
def test_a_record_survives_a_file(made: Connection) -> None:
    assert Connection.from_record(json.loads(json.dumps(made.as_record()))) == made


def test_a_record_of_a_later_version_may_know_more() -> None:
    assert Connection.from_record({**connection().as_record(), "weather": "fine"}) == connection()


def test_a_record_of_version_1_0_0_is_read() -> None:
    record = connection().as_record()
    del record["ahead"], record["unanswered_since"], record["signature"]
    assert Connection.from_record(record) == connection()


OPTIONAL = ("session_id", "ahead", "unanswered_since", "signature")


@pytest.mark.parametrize("name", [name for name in Connection._fields if name not in OPTIONAL])
def test_a_record_with_something_missing_is_refused(name: str) -> None:
    record = connection().as_record()
    del record[name]
    with pytest.raises((KeyError, TypeError, ValueError)):
        Connection.from_record(record)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("host", value) for value in ("-oProxyCommand=id", "", None, 7, ["a"])],
        *[("id", value) for value in ("-x", "", None, 7)],
        *[("service_id", value) for value in ("80", None, 7)],
        *[("port", value) for value in ("38575", "22 -oProxyCommand=id", 0, 65536, [22])],
        *[
            (name, value)
            for name in ("opened_at", "expires_at", "asked_at", "verified_at", "ahead")
            for value in ("soon", None)
        ],
        ("session_id", 7),
        ("signature", 7),
        *[("unanswered_since", value) for value in ("soon", float("nan"))],
        *[(name, value) for name in ("kept", "closing") for value in (1, "no", None)],
    ],
)
def test_a_record_that_was_not_written_by_us_is_refused(name: str, value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        Connection.from_record({**connection().as_record(), name: value})
