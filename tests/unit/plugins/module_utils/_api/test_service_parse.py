# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is not understood is never left out: by an empty list, connections would be taken for closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import AnswerLostError
from ansible_collections.community.remoteit.plugins.module_utils._model.session import Service
from tests.doubles.account import ME, Account, listed
from tests.doubles.material import NOW, OTHER_SERVICE, SERVICE, session

pytestmark = pytest.mark.slow


def test_a_service_is_read_with_our_proxy_sessions(account: Account) -> None:
    account.sessions = [
        listed("MINE"),
        listed("mine-too", NOW + 5, user=ME.lower()),
        listed("THEIRS", user="F0:0F:85:00:00:00:00:02"),
        listed("PEER-TO-PEER", proxy=False),
    ]
    service = account.client().service(SERVICE, Deadline(60))
    mine = (session("MINE"), session("mine-too", started_at=NOW + 5))
    assert service == Service(SERVICE, enabled=True, online=True, can_connect=True, sessions=mine)


def test_all_our_sessions_are_read_with_their_services(account: Account) -> None:
    account.sessions = [
        listed("A"),
        {**listed("B"), "target": {"id": OTHER_SERVICE.lower()}},
        listed("THEIRS", user="F0:0F:85:00:00:00:00:02"),
    ]
    assert account.client().sessions(Deadline(60)) == [session("A"), session("B", OTHER_SERVICE)]


def test_sessions_that_cannot_be_read_are_not_an_empty_list(account: Account) -> None:
    account.sessions = None
    service = account.client().service(SERVICE, Deadline(60))
    assert service is not None and service.sessions is None


def test_an_id_in_lower_case_is_the_same_service(account: Account) -> None:
    account.service = {**(account.service or {}), "id": "8a:00:00:00:01:02:03:04"}
    identifier = "8A:00:00:00:01:02:03:04"
    service = account.client().service(identifier, Deadline(60))
    assert service is not None and service.id == identifier


@pytest.mark.parametrize("missing", ["enabled", "online", "can"])
def test_what_is_not_told_of_a_service_does_not_stand_in_the_way(missing: str, account: Account) -> None:
    account.service = {name: value for name, value in (account.service or {}).items() if name != missing}
    service = account.client().service(SERVICE, Deadline(60))
    assert service is not None and service.enabled and service.online and service.can_connect


def unusable(work: Callable[[], object]) -> str:
    with pytest.raises(AnswerLostError) as caught:
        work()
    message = str(caught.value)
    assert message.startswith("The answer to ") and " cannot be used: " in message and message.isprintable()
    return message


def test_no_services_are_none(account: Account) -> None:
    account.says["service"] = {"data": {"login": {"id": ME, "service": None}}}
    assert account.client().service(SERVICE, Deadline(60)) is None


# What is not understood is not an empty list: by one, connections would be taken for closed.
@pytest.mark.parametrize("nodes", [{}, "x", 7, [None], [7], ["x"], [[]]])
def test_lists_that_are_none_are_not_empty(nodes: Any, account: Account) -> None:
    account.says["service"] = {"data": {"login": {"id": ME, "service": nodes}}}
    unusable(lambda: account.client().service(SERVICE, Deadline(60)))
    account.says["sessions"] = {"data": {"login": {"id": ME, "sessions": nodes}}}
    unusable(lambda: account.client().sessions(Deadline(60)))
    account.says["service"] = {"data": {"login": {"id": ME, "service": [{"id": SERVICE, "sessions": nodes}]}}}
    unusable(lambda: account.client().service(SERVICE, Deadline(60)))
    assert account.client().listing(SERVICE, Deadline(60)).sessions is None


def test_without_a_list_of_sessions_nothing_is_known_of_them(account: Account) -> None:
    account.says["sessions"] = {"data": {"login": {"id": ME, "sessions": None}}}
    unusable(lambda: account.client().sessions(Deadline(60)))


@pytest.mark.parametrize("id", [None, 7, {}, ""])
def test_whose_sessions_are_listed_must_be_known(id: Any, account: Account) -> None:
    account.says["service"] = {"data": {"login": {"id": id, "service": [{"id": SERVICE, "sessions": []}]}}}
    unusable(lambda: account.client().service(SERVICE, Deadline(60)))
    account.says["service"] = {"data": {"login": {"id": ME, "service": [{"id": id, "sessions": []}]}}}
    unusable(lambda: account.client().service(SERVICE, Deadline(60)))


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": 7},
        {"id": ""},
        {"timestamp": None},
        {"timestamp": "yesterday"},
        {"timestamp": {"unexpected": []}},
        {"user": "me"},
        {"user": {}},
        {"user": {"id": 7}},
        {"endpoint": 7},
        {"endpoint": {"proxy": "yes"}},
    ],
)
def test_a_session_that_is_not_understood_is_not_left_out(changes: dict[str, Any], account: Account) -> None:
    account.sessions = [listed("A"), {**listed("B"), **changes}]
    unusable(lambda: account.client().service(SERVICE, Deadline(60)))
    unusable(lambda: account.client().sessions(Deadline(60)))


@pytest.mark.parametrize(
    "changes", [{"user": None}, {"endpoint": None}, {"endpoint": {}}, {"endpoint": {"proxy": None}}, {"target": None}]
)
def test_a_session_of_nobody_and_one_without_a_proxy_are_none_of_ours(
    changes: dict[str, Any], account: Account
) -> None:
    account.sessions = [listed("A"), {**listed("B"), **changes}]
    service = account.client().service(SERVICE, Deadline(60))
    assert service is not None and service.sessions is not None
    assert [session.id for session in service.sessions] == ["A"] + ["B"] * ("target" in changes)
