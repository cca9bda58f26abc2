# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of one service survives being kept, and nothing else is taken for it."""

from __future__ import annotations

import json
import math
import os
import re

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.boot import boot_id, booted_at
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._model.connection import Connection
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Attempt, Holding
from tests.doubles.material import NOW, OTHER_SERVICE, SERVICE, connection
from tests.doubles.registry_place import HOLDING

RECORD = connection().as_record()


UNUSABLE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "Expecting value"),
    "half": (b'{"version": 2, "connec', "Unterminated string"),
    "binary": (b"\x80\x81\xff", "utf-8"),
    "list": (b"[]", "unexpected content"),
    "number": (b"7", "unexpected content"),
    "null": (b"null", "unexpected content"),
    "no version": (b"{}", "unexpected content"),
    "older": (b'{"version": 1, "connections": [], "attempts": []}', "version 1, expected 2"),
    "newer": (b'{"version": 3, "connections": [], "attempts": []}', "version 3, expected 2"),
    "other version": (b'{"version": "2", "connections": [], "attempts": []}', "version '2', expected 2"),
    "no connections": (b'{"version": 2, "attempts": []}', "unexpected content"),
    "null connections": (b'{"version": 2, "connections": null, "attempts": []}', "unexpected content"),
    "no record": (b'{"version": 2, "connections": [7], "attempts": []}', "unexpected content"),
    "short record": (b'{"version": 2, "connections": [{"id": "A"}], "attempts": []}', "unexpected content"),
    "hostile host": (
        json.dumps({"version": 2, "connections": [{**RECORD, "host": "-oProxyCommand=id"}], "attempts": []}).encode(),
        "is not a plain host name",
    ),
    "no time": (
        json.dumps({"version": 2, "connections": [{**RECORD, "expires_at": None}], "attempts": []}).encode(),
        "",
    ),
    "other service": (
        json.dumps({"version": 2, "connections": [{**RECORD, "service_id": OTHER_SERVICE}], "attempts": []}).encode(),
        "it holds a connection of another service",
    ),
    "endless attempt": (Holding(attempts=[Attempt(NOW, math.inf)]).as_record(), "an attempt has no time"),
    "no attempt": (b'{"version": 2, "connections": [], "attempts": [7]}', "unexpected content"),
    "attempt without time": (b'{"version": 2, "connections": [], "attempts": [{"asked_at": "x", "until": 1}]}', ""),
    "deep": (b"[" * 200_000, ""),
}


def test_it_survives_being_kept() -> None:
    assert Holding.from_record(HOLDING.as_record(), SERVICE) == HOLDING
    assert Holding.from_record(Holding().as_record(), SERVICE) == Holding()


def test_another_form_has_another_version() -> None:
    """Who sees this fail raises Holding.VERSION: a process of the version before may live, and share the registry."""
    assert Holding.VERSION == 2
    assert " ".join(Attempt._fields) == "asked_at until ahead boot booted_at"
    assert " ".join(Connection._fields) == (
        "id service_id host port proxy type access client_ip opened_at expires_at api asked_at verified_at opened_from "
        "session_id is_listed kept holders closing ahead unanswered_since signature"
    )
    assert re.fullmatch(r"\d+/\d+@pid:\[\d+]/[0-9a-f-]{36}", process_name(os.getpid()))


def test_an_attempt_keeps_what_was_learnt_of_the_clock() -> None:
    attempt = Attempt(NOW, NOW + 30, (-1.0, 1.5))
    assert Holding.from_record(Holding(attempts=[attempt]).as_record(), SERVICE).attempts == [attempt]


def made(clock_was: float, boot: str, ahead: tuple[float, ...] = ()) -> Attempt:
    """An attempt that was made when the clock was so many seconds away from where it is now."""
    return Attempt(NOW, NOW + 30, ahead, boot, booted_at() + clock_was)


@pytest.mark.parametrize("clock_was", [-7200.0, -3.0, 3.0, 7200.0])
@pytest.mark.parametrize("ahead", [(), (-1.0, 1.5)])
def test_an_attempt_is_known_by_a_clock_that_was_set_since(ahead: tuple[float, ...], clock_was: float) -> None:
    attempt = made(clock_was, boot_id(), ahead)
    (seen,) = Holding.from_record(Holding(attempts=[attempt]).as_record(), SERVICE).attempts
    assert seen.asked_at == pytest.approx(NOW - clock_was, abs=0.5)
    assert seen.until - seen.asked_at == pytest.approx(30)
    # remote.it's clock was not set
    assert seen.ahead == pytest.approx([seconds + clock_was for seconds in ahead], abs=0.5)
    assert seen.by_this_clock() is seen


@pytest.mark.parametrize(
    ("clock_was", "boot"), [(0.0, boot_id()), (1.5, boot_id()), (-1.5, boot_id()), (7200.0, "another"), (7200.0, "")]
)
def test_an_attempt_is_as_it_is_where_no_clock_is_known_to_have_been_set(clock_was: float, boot: str) -> None:
    attempt = made(clock_was, boot, (-1.0, 1.5))
    assert attempt.by_this_clock() is attempt


def test_an_attempt_that_begins_now_knows_its_clock() -> None:
    attempt = Attempt.begun(5.0)
    assert attempt.boot == boot_id()
    assert attempt.by_this_clock() is attempt
    assert Attempt.from_record(attempt._asdict()) == attempt


@pytest.mark.parametrize(("content", "reason"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_cannot_be_used_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason) or "."):
        Holding.from_record(content, SERVICE)


@pytest.mark.parametrize(
    ("holding", "is_empty"),
    [
        (Holding(), True),
        (Holding([connection()]), False),
        (Holding(attempts=HOLDING.attempts), False),
        (Holding(failure=HOLDING.failure), False),
    ],
)
def test_only_what_is_known_need_be_kept(holding: Holding, is_empty: bool) -> None:
    assert holding.is_empty is is_empty


def test_the_processes_that_need_it_are_told_once() -> None:
    both = [connection(holders=("1/1@here", "2/2@here")), connection(id="B", holders=("2/2@here",))]
    assert Holding(both).holders() == {"1/1@here", "2/2@here"}
    assert Holding([connection()]).holders() == set()


def test_what_differs_in_anything_is_not_equal() -> None:
    assert Holding([connection()]) == Holding([connection()])
    assert Holding([connection()]) != Holding([connection(kept=False)])
    assert Holding() != Holding(attempts=HOLDING.attempts)
    assert Holding() != Holding(failure=HOLDING.failure)
    assert Holding() != "nothing"
