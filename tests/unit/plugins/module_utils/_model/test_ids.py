# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import shlex

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._model.ids import (
    canonical_id,
    hex_digits,
    host_key_alias,
    is_connection_id,
    is_host_key_alias,
    is_plain_host,
    same_id,
    service_id_of,
)
from tests.doubles.material import CONNECTION_ID, SERVICE

# -- ids --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", [SERVICE, "8a:00:00:00:29:01:8e:ed", "8A:00:00:00:29:01:8E:ED", "90:00:aB:Cd:ef:01:8e:ed"]
)
def test_ids_are_upper_case(text: str) -> None:
    assert canonical_id(text) == text.upper()


@pytest.mark.parametrize(
    "text",
    [
        *("", "80", SERVICE[:-1], SERVICE[:-3], f"{SERVICE}:00", f" {SERVICE}", f"{SERVICE} ", f"{SERVICE}\n"),
        *("8X:XX:XX:00:29:01:8e:ed", "80-00-00-00-01-02-03-04", "8000000001020304", "\uff180:00:00:00:01:02:03:04"),
        *("80:00:00:00:01:02:03:04,80:00:00:00:01:02:03:05", "../../../etc/passwd", "{{ lookup('pipe', 'id') }}"),
    ],
)
def test_what_is_no_id_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="is not an id"):
        canonical_id(text)


@given(st.lists(st.integers(0, 255), min_size=8, max_size=8))
def test_an_alias_is_one_word_without_colons_and_names_one_service(octets: list[int]) -> None:
    identifier = ":".join(f"{octet:02x}" for octet in octets)
    alias = host_key_alias(identifier)
    assert re.fullmatch(r"remoteit-[0-9a-f]{16}", alias)
    assert alias == host_key_alias(identifier.upper())
    assert bytes(octets).hex() in alias
    assert is_host_key_alias(alias)
    assert service_id_of(alias) == service_id_of(hex_digits(alias)) == identifier.upper()
    assert hex_digits(alias) == hex_digits(identifier.upper()) == bytes(octets).hex()
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
