# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is opened is remembered, or closed again, or looked for."""

from __future__ import annotations

import shutil
import time

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    AnswerLostError,
    ApiError,
    RefusedError,
    RegistryError,
)
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Holding
from tests.doubles import loopback
from tests.doubles.account import listed
from tests.doubles.held import REFUSAL, Site
from tests.doubles.loopback import Exchange, reply
from tests.doubles.material import SERVICE


def test_what_can_neither_be_remembered_nor_closed_is_named(site: Site) -> None:
    def connect(exchange: Exchange) -> None:
        shutil.rmtree(site.settings.registry)
        site.connect(exchange)

    site.account.says["connect"] = connect
    site.stubborn = {"NEW"}
    with pytest.raises(RegistryError, match=r"cannot be written.* Connection NEW was left open: .*not today"):
        site.present(Wanted(Access()))


@pytest.mark.parametrize(("pause", "connects"), [("0", 3), ("3600", 1)])
def test_who_is_asked_to_wait_longer_than_there_is_time_does_not_ask_again(
    site: Site, pause: str, connects: int
) -> None:
    site.account.says["connect"] = reply(503, b"", {"Retry-After": pause})
    with pytest.raises(AnswerLostError, match="HTTP 503"):
        site.present(Wanted(Access()))
    assert site.account.asked.count("connect") == connects


def test_what_cannot_be_remembered_is_closed_again(site: Site) -> None:
    def connect(exchange: Exchange) -> None:
        shutil.rmtree(site.settings.registry)
        site.connect(exchange)

    site.account.says["connect"] = connect
    with pytest.raises(RegistryError, match="cannot be written") as caught:
        site.present(Wanted(Access()))
    assert (site.account.closed, "left open" in str(caught.value)) == (["NEW"], False)


def test_before_anything_is_asked_the_attempt_is_written_down(site: Site) -> None:
    seen: list[int] = []

    def connect(exchange: Exchange) -> None:
        seen.append(len(site.registry.read(SERVICE).attempts))
        site.connect(exchange)

    site.account.says["connect"] = connect
    site.present(Wanted(Access()))
    assert (seen, site.registry.read(SERVICE).attempts) == ([1], [])


def test_a_refusal_leaves_no_attempt_and_a_lost_answer_does(site: Site) -> None:
    site.account.says["connect"] = REFUSAL
    with pytest.raises(RefusedError, match="not today"):
        site.present(Wanted(Access()))
    assert site.registry.read(SERVICE) == Holding()
    site.account.says["connect"] = loopback.close
    with pytest.raises(AnswerLostError):
        site.present(Wanted(Access()))
    assert site.registry.read(SERVICE).attempts


def test_what_a_lost_answer_opened_is_closed_before_it_is_tried_again(site: Site) -> None:
    def lose(exchange: Exchange) -> None:
        assert site.account.sessions is not None
        site.account.sessions.append(listed("ORPHAN", time.time()))
        loopback.close(exchange)

    site.account.says["connect"] = loopback.in_turn(lose, site.connect)
    assert site.present(Wanted(Access())).connection.id == "NEW"
    assert site.account.closed == ["ORPHAN"]
    assert site.registry.read(SERVICE).attempts == []


def test_for_ssh_why_it_failed_is_remembered_and_told_without_asking(site: Site) -> None:
    site.account.says["connect"] = REFUSAL
    by_ssh = Wanted(access=None, holder="me", by_ssh=True)
    sentences = set()
    for _time in range(3):
        with pytest.raises(ApiError) as caught:
            site.present(by_ssh)
        sentences.add(str(caught.value))
    assert (len(sentences), site.account.asked.count("connect")) == (1, 1)
    # a task asks, and forgets it
    site.account.says["connect"] = site.connect
    site.present(Wanted(Access()))
    assert site.registry.read(SERVICE).failure is None


def test_for_ssh_it_is_noted_that_no_server_has_answered_yet(site: Site) -> None:
    site.present(Wanted(access=None, holder="me", by_ssh=True))
    (held,) = site.registry.read(SERVICE).connections
    assert held.unanswered_since is not None and time.time() - held.unanswered_since < 60
