# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read from an answer, and how words from outside are shown."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._api.http_exchange import Answer
from ansible_collections.community.remoteit.plugins.module_utils._base.text import printable
from tests.doubles.material import NOW

# -- reading an answer ------------------------------------------------------------------------------------------------


def answered(body: bytes = b"{}", status: int = 200, **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body, NOW)


def dated(date: str | None) -> dict[str, Any]:
    return {} if date is None else {"Date": date}


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
    assert answered(**dated(date)).clock_offset() is None


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
    assert answered(**dated(date), Retry_After=value).retry_after() == expected


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
