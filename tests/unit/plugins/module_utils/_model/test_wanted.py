# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What somebody wants, and how use of what is open begins and ends without remote.it."""

from __future__ import annotations

import os
import socket
import time
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted, is_unneeded, without
from tests.doubles.material import NOW, connection

HERE = socket.gethostname()
ALIVE = process_name(os.getpid())
ELSEWHERE = "1/1@elsewhere"


# -- which connection will do -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("access", "changes", "will_do"),
    [
        (Access("latching"), {}, True),
        (Access("public"), {}, False),
        (Access("public"), {"access": "public"}, True),
        (Access("restricted", "203.0.113.7"), {"access": "restricted", "client_ip": "203.0.113.7"}, True),
        (Access("restricted", "203.0.113.7"), {"access": "restricted", "client_ip": "203.0.113.8"}, False),
        (Access("latching"), {"type": "reverse", "port": None}, True),
        # SSH that does not mind takes what this machine may use
        (None, {"opened_from": HERE}, True),
        (None, {"opened_from": "elsewhere"}, False),
        (None, {"access": "public", "opened_from": "elsewhere"}, True),
        (None, {"access": "restricted", "client_ip": "203.0.113.7", "opened_from": HERE}, False),
        (None, {"type": "reverse", "port": None, "access": "public", "opened_from": HERE}, False),
    ],
)
def test_the_kind_decides(access: Access | None, changes: dict[str, Any], will_do: bool) -> None:
    made = connection(**changes)
    assert Wanted(access, by_ssh=True).candidate([made], NOW) == (made if will_do else None)
    # others need not use it here
    assert Wanted(access).candidate([made], NOW) == (made if will_do or access is None else None)


def test_the_newest_that_will_do_is_taken() -> None:
    old, new = connection(id="OLD"), connection(id="NEW")
    other = connection(id="OTHER", access="public")
    assert Wanted(Access()).candidate([old, new, other], NOW) == new
    assert Wanted(Access(), other_than="NEW").candidate([old, new, other], NOW) == old
    assert Wanted(Access(), force=True).candidate([old, new], NOW) is None
    assert Wanted(Access()).candidate([], NOW) is None


@pytest.mark.parametrize(("left", "will_do"), [(299, False), (300, True), (10**6, True), (-1, False)])
def test_enough_time_must_be_left(left: int, will_do: bool) -> None:
    made = connection(expires_at=NOW + left)
    assert bool(Wanted(Access(), min_remaining=300).candidate([made], NOW)) is will_do


@pytest.mark.parametrize(("ago", "trusted"), [(-1, False), (0, True), (14, True), (15, False), (10**6, False)])
def test_what_was_seen_alive_a_moment_ago_is_trusted(ago: float, trusted: bool) -> None:
    made = connection(verified_at=time.time() - ago)
    assert Wanted(Access(), verify_after=15).known([made], NOW) == (made if trusted else None)


# -- who needs it -----------------------------------------------------------------------------------------------------


def test_a_claim_is_made_once() -> None:
    wanted = Wanted(Access(), holder="me")
    made = connection(kept=False, holders=("other",))
    assert not wanted.has_claimed(made)
    claimed = wanted.claimed(made)
    assert wanted.has_claimed(claimed)
    assert sorted(claimed.holders) == ["me", "other"]
    assert sorted(wanted.claimed(claimed).holders) == ["me", "other"]
    assert not claimed.kept


def test_who_will_say_when_keeps_it() -> None:
    wanted = Wanted(Access())
    made = connection(kept=False, holders=("other",))
    assert not wanted.has_claimed(made)
    claimed = wanted.claimed(made)
    assert wanted.has_claimed(claimed)
    assert (claimed.kept, claimed.holders) == (True, ("other",))
    # what is kept stays so, whoever uses it besides
    assert Wanted(Access(), holder="me").claimed(claimed).kept


def test_what_is_kept_or_held_by_a_living_process_is_needed(ended: str) -> None:
    assert is_unneeded(connection(kept=False))
    assert is_unneeded(connection(kept=False, holders=(ended, ended)))
    assert not is_unneeded(connection(kept=False, holders=(ended, ALIVE)))
    assert not is_unneeded(connection(kept=False, holders=(ELSEWHERE,)))
    assert not is_unneeded(connection(kept=False, holders=("what is this",)))
    assert not is_unneeded(connection(kept=True))


def test_who_leaves_leaves_all() -> None:
    held = [connection(id="A", holders=("me", "other")), connection(id="B", holders=("me",)), connection(id="C")]
    assert [item.holders for item in without("me", held)] == [("other",), (), ()]
    assert [item.id for item in without("me", held)] == ["A", "B", "C"]
