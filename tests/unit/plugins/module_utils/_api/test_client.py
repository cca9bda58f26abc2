# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.dates import iso8601
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    AnswerLostError,
    CredentialsError,
)
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from tests.doubles import loopback
from tests.doubles.account import ME, Account, listed, refusal
from tests.doubles.material import CONNECTION_ID, DEVELOPER_KEY, SERVICE, credentials

pytestmark = pytest.mark.slow

REST_ANSWER = {
    "status": "true",
    "connection": {"connectionid": CONNECTION_ID, "proxy": "http://proxy18.rt3.io:38575", "expirationsec": "28797"},
}
GRAPHQL_ANSWER = {
    "data": {
        "connect": {
            "id": CONNECTION_ID,
            "created": "2026-02-03T04:05:06Z",
            "host": "proxy18.rt3.io",
            "port": 38575,
            "reverseProxy": False,
            "timeout": 28800,
        }
    }
}


def opened(account: Account, api: str = "rest", access: Access | None = None, wait: bool = True) -> Any:
    return account.client(api=api).open(SERVICE, access or Access(), wait, Deadline(60))


# -- open -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("access", "hostip"),
    [
        (Access(), "255.255.255.255"),
        (Access("public"), "0.0.0.0"),
        (Access("restricted", "203.0.113.7"), "203.0.113.7"),
    ],
)
@pytest.mark.parametrize("wait", [True, False])
def test_rest_opens_as_its_documentation_says(access: Access, hostip: str, wait: bool, account: Account) -> None:
    account.says["connect"] = REST_ANSWER
    connection = opened(account, access=access, wait=wait)
    assert (connection.id, connection.host, connection.port) == (CONNECTION_ID, "proxy18.rt3.io", 38575)
    assert (connection.api, connection.access, connection.client_ip) == ("rest", access.mode, access.client_ip)
    (request,) = account.server.received
    assert request.target == "/apv/v27/device/connect"
    # all values are strings, as the vendor's own clients send them
    assert request.json() == {"deviceaddress": SERVICE, "hostip": hostip, "wait": "true" if wait else "false"}
    assert request.headers["developerkey"] == DEVELOPER_KEY


@pytest.mark.parametrize(
    ("access", "hostip"), [(Access(), "255.255.255.255"), (Access("restricted", "203.0.113.7"), "203.0.113.7")]
)
def test_graphql_opens_as_its_schema_says(access: Access, hostip: str, account: Account) -> None:
    created = float(int(time.time()))
    account.says["open"] = {"data": {"connect": {**GRAPHQL_ANSWER["data"]["connect"], "created": iso8601(created)}}}
    connection = opened(account, "graphql", access)
    assert (connection.id, connection.host, connection.port) == (CONNECTION_ID, "proxy18.rt3.io", 38575)
    assert (connection.api, connection.opened_at, connection.expires_at) == ("graphql", created, created + 28800)
    (request,) = account.server.received
    assert request.target == "/graphql/v1"
    assert request.json()["variables"] == {"serviceId": SERVICE, "hostIP": hostip}
    assert "developerkey" not in request.headers


@pytest.mark.parametrize(
    ("ahead", "believed"),
    [(200, 200), (-200, -200), (14400, 0), (-14400, 0)],
)
def test_a_lifetime_counts_from_the_servers_clock(ahead: int, believed: int, account: Account) -> None:
    """But a clock that would have refused the signature is not the server's."""

    def answer(exchange: loopback.Exchange) -> None:
        loopback.reply(200, REST_ANSWER, {"Date": formatdate(time.time() + ahead, usegmt=True)})(exchange)

    account.says["connect"] = answer
    connection = opened(account)
    assert abs(connection.opened_at - time.time() - believed) < 30
    assert abs(connection.ahead - believed) < 30
    assert connection.asked_at <= connection.opened_at
    assert connection.expires_at == connection.opened_at + 28797


def test_rest_without_a_developer_key_asks_nothing(account: Account) -> None:
    without = account.client(credentials=credentials(developer_key=None))
    with pytest.raises(CredentialsError, match="developer_key"):
        without.open(SERVICE, Access(), True, Deadline(60))
    assert account.asked == []


@pytest.mark.parametrize("status", ["true", "TRUE", True])
def test_rest_says_yes_in_many_ways(status: Any, account: Account) -> None:
    account.says["connect"] = {**REST_ANSWER, "status": status}
    assert opened(account).id == CONNECTION_ID


@pytest.mark.parametrize("status", ["false", "FALSE", False])
def test_rest_says_no_in_many_ways(status: Any, account: Account) -> None:
    account.says["connect"] = {**REST_ANSWER, "status": status, "reason": "\x1b[31mbecause"}
    error = refusal(lambda: opened(account))
    assert (error.status, error.reason) == (200, "\\x1b[31mbecause")
    assert '"\\x1b[31mbecause"' in str(error)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"status": "false", "code": "GENERAL_ERROR"}, "GENERAL_ERROR"),
        ({"status": "false"}, "no reason given"),
    ],
)
def test_a_refusal_without_a_reason_has_some_words(answer: dict[str, str], reason: str, account: Account) -> None:
    account.says["connect"] = answer
    assert reason in str(refusal(lambda: opened(account)))


@pytest.mark.parametrize(
    ("api", "kind", "answer"),
    [
        ("rest", "connect", {"status": "true"}),
        ("rest", "connect", {"status": "pending"}),
        # neither yes nor no
        ("rest", "connect", {}),
        ("rest", "connect", {"data": None}),
        ("rest", "connect", {"status": {"unexpected": []}}),
        ("rest", "connect", {"status": "true", "connection": {"proxy": "http://-x:1"}}),
        # what is no clear no may be a yes
        ("rest", "connect", {"reason": "because"}),
        ("rest", "connect", {**REST_ANSWER, "status": None}),
        ("rest", "connect", {**REST_ANSWER, "status": "reset"}),
        ("rest", "connect", {**REST_ANSWER, "status": 0}),
        ("rest", "connect", {**REST_ANSWER, "status": {"code": 200}}),
        ("graphql", "open", {"data": {"connect": None}}),
        ("graphql", "open", {"data": {}}),
        ("graphql", "open", {"data": None}),
        ("graphql", "open", {}),
        ("graphql", "open", {"data": {"connect": {"host": "a"}}}),
        # half a connection beside errors may be one
        ("graphql", "open", {"data": {"connect": {"host": "a"}}, "errors": [{"message": "timeout"}]}),
        # an error in one of its fields that must not be null takes the whole connection away, not the deed
        ("graphql", "open", {"data": None, "errors": [{"message": "a", "path": ["connect", "host"]}]}),
        (
            "graphql",
            "open",
            {"data": {"connect": None}, "errors": ["b", {"message": "a", "path": ["connect", "port"]}]},
        ),
    ],
)
def test_a_yes_without_an_address_may_have_opened_something(
    api: str, kind: str, answer: dict[str, Any], account: Account
) -> None:
    account.says[kind] = answer
    with pytest.raises(AnswerLostError):
        opened(account, api)
    assert account.asked == [kind]


@pytest.mark.parametrize(
    ("api", "kind", "good"), [("rest", "connect", REST_ANSWER), ("graphql", "open", GRAPHQL_ANSWER)]
)
@pytest.mark.parametrize("lost", [loopback.close, loopback.reply(502, b"")], ids=["closed", "502"])
def test_opening_is_never_tried_again_when_its_answer_is_lost(
    lost: loopback.Step, api: str, kind: str, good: dict[str, Any], account: Account
) -> None:
    account.says[kind] = loopback.in_turn(lost, loopback.reply(200, good))
    with pytest.raises(AnswerLostError):
        opened(account, api)
    assert account.asked == [kind]


def test_a_connection_beside_errors_is_a_connection(account: Account) -> None:
    account.says["open"] = {**GRAPHQL_ANSWER, "errors": [{"message": "could not log the event"}]}
    assert opened(account, "graphql").id == CONNECTION_ID


@pytest.mark.parametrize(
    ("errors", "reason"),
    [
        ([{"message": "device is inactive"}], "device is inactive"),
        ([{"message": "a\nb"}, {"message": "c"}], "a\\nb"),
        (["text"], "text"),
        ({"message": "m"}, "m"),
        ("text", "text"),
        ([{"message": "device is inactive", "path": ["connect"]}], "device is inactive"),
        ([{"message": "m", "path": "connect"}, {"message": "n", "path": ["login", "id"]}], "m"),
    ],
)
@pytest.mark.parametrize("data", [None, {"connect": None}])
def test_errors_mean_that_graphql_refused(errors: Any, reason: str, data: Any, account: Account) -> None:
    account.says["open"] = {"data": data, "errors": errors}
    error = refusal(lambda: opened(account, "graphql"))
    assert (error.status, error.reason) == (200, reason)


# -- close ------------------------------------------------------------------------------------------------------------


def close(account: Account, api: str) -> None:
    account.client().close(SERVICE, CONNECTION_ID, api, Deadline(60))


@pytest.mark.parametrize("answer", [{"status": "true", "connectionid": CONNECTION_ID}, {"status": "true", "id": "x"}])
def test_rest_closes(answer: dict[str, str], account: Account) -> None:
    account.says["stop"] = answer
    close(account, "rest")
    (request,) = account.server.received
    assert request.target == "/apv/v27/device/connect/stop"
    assert request.json() == {"deviceaddress": SERVICE, "connectionid": CONNECTION_ID}
    assert request.headers["developerkey"] == DEVELOPER_KEY


def test_graphql_closes(account: Account) -> None:
    close(account, "graphql")
    (request,) = account.server.received
    assert request.json()["variables"] == {"serviceId": SERVICE, "connectionId": CONNECTION_ID}
    assert account.closed == [CONNECTION_ID]


@pytest.mark.parametrize(
    ("api", "kind", "answer"),
    [
        ("rest", "stop", {"status": "false", "reason": "connectionid is wrong"}),
        ("rest", "stop", loopback.reply(401, {"status": "false", "reason": "connectionid is wrong"})),
        ("graphql", "disconnect", {"data": {"disconnect": False}}),
        ("graphql", "disconnect", {"data": None, "errors": [{"message": "not found"}]}),
        ("graphql", "disconnect", {"data": {"disconnect": True}, "errors": [{"message": "but"}]}),
    ],
)
def test_what_is_not_confirmed_is_not_closed(api: str, kind: str, answer: Any, account: Account) -> None:
    account.says[kind] = answer
    refusal(lambda: close(account, api))


@pytest.mark.parametrize(
    ("api", "kind", "answer"),
    [
        ("rest", "stop", {}),
        ("rest", "stop", {"status": 7}),
        ("graphql", "disconnect", {"data": {"disconnect": None}}),
        ("graphql", "disconnect", {"data": {"disconnect": "true"}}),
        ("graphql", "disconnect", {"data": {}}),
        # an earlier try may be why
        (
            "rest",
            "stop",
            loopback.in_turn(loopback.close, loopback.reply(200, {"status": "false", "reason": "unknown"})),
        ),
        (
            "graphql",
            "disconnect",
            loopback.in_turn(loopback.close, loopback.reply(200, {"errors": [{"message": "no such connection"}]})),
        ),
    ],
)
def test_what_may_have_closed_something_is_told_from_a_refusal(
    api: str, kind: str, answer: Any, account: Account
) -> None:
    account.says[kind] = answer
    with pytest.raises(AnswerLostError):
        close(account, api)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        *[("service", 7), ("service", {}), ("service", "x")],
        *[("sessions", ...), ("sessions", None), ("sessions", 7), ("sessions", {}), ("sessions", "x")],
    ],
)
def test_an_answer_without_a_list_does_not_mean_that_there_is_nothing(name: str, found: Any, account: Account) -> None:
    login = {"id": "f0", **({} if found is ... else {name: found})}
    account.says[name] = {"data": {"login": login}}
    with pytest.raises(AnswerLostError, match="it has no list of "):
        account.client().sessions(Deadline(60)) if name == "sessions" else account.client().service(
            SERVICE, Deadline(60)
        )


@pytest.mark.parametrize("id", [..., None, 7])
def test_without_an_account_nobodys_sessions_are_taken_for_ours(id: Any, account: Account) -> None:
    whose = {} if id is ... else {"id": id}
    service = {"id": SERVICE, "sessions": [{**listed("THEIRS"), "user": whose}]}
    account.says["service"] = {"data": {"login": {**whose, "service": [service]}}}
    with pytest.raises(AnswerLostError, match="it has no usable id of a user"):
        account.client().service(SERVICE, Deadline(60))


def test_closing_is_tried_again(account: Account) -> None:
    account.says["stop"] = loopback.in_turn(loopback.close, loopback.reply(200, {"status": "true"}))
    close(account, "rest")
    assert account.asked == ["stop", "stop"]


# -- what is there ----------------------------------------------------------------------------------------------------


def test_a_service_that_we_cannot_see_is_none(account: Account) -> None:
    account.service = None
    assert account.client().service(SERVICE, Deadline(60)) is None


@pytest.mark.parametrize("login", [None, [], "x"])
def test_a_key_without_an_account_is_refused(login: Any, account: Account) -> None:
    account.says["sessions"] = {"data": {"login": login}}
    assert "no account" in str(refusal(lambda: account.client().sessions(Deadline(60))))


def test_reading_is_tried_again(account: Account) -> None:
    account.says["sessions"] = loopback.in_turn(
        loopback.reset, loopback.reply(200, {"data": {"login": {"id": ME, "sessions": []}}})
    )
    assert account.client().sessions(Deadline(60)) == []
