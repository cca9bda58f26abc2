# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever comes as an answer makes something usable or one of our errors, and never a text that is not printable."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._api.client import Client
from ansible_collections.community.remoteit.plugins.module_utils._api.http_exchange import Answer, Http
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Clock, Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RefusedError, RemoteItError
from ansible_collections.community.remoteit.plugins.module_utils._fleet.filter import FleetFilter
from ansible_collections.community.remoteit.plugins.module_utils._fleet.query import read_fleet
from ansible_collections.community.remoteit.plugins.module_utils._fleet.service_by_name import service_by_name
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.connection import Connection, session_result
from ansible_collections.community.remoteit.plugins.module_utils._model.ids import canonical_id, is_plain_host
from ansible_collections.community.remoteit.plugins.module_utils._model.session import Session
from ansible_collections.community.remoteit.plugins.module_utils._settings.patience import Patience
from tests.doubles import material
from tests.doubles.account import listed
from tests.doubles.fleet_cloud import ACME, ME, MY_EMAIL, device_node, service_node
from tests.doubles.material import CONNECTION_ID, NOW, SERVICE

pytestmark = pytest.mark.slow

DEVICES = {
    "total": 2,
    "hasMore": False,
    "items": [
        device_node(1, name="pi", tags=[{"name": "lab"}], attributes={"note": ["a", {"b": 1.5}]}),
        device_node(2, owner={"id": ACME, "email": "acme@example.com"}, services=[service_node(2), service_node(2, 2)]),
    ],
}
# All that is ever asked for, in one answer.
GRAPHQL: dict[str, Any] = {
    "data": {
        "applicationTypes": [{"id": 28, "name": "SSH"}],
        "platformTypes": [{"id": 1, "name": "Linux"}],
        "login": {
            "id": ME,
            "email": MY_EMAIL,
            "membership": [{"organization": {"name": "ACME", "account": {"id": ACME, "email": "acme@example.com"}}}],
            "devices": DEVICES,
            "account": {"devices": DEVICES},
            "before": {"items": [{"id": SERVICE}]},
            "sessions": [listed(CONNECTION_ID), listed("P2P", proxy=False), listed("THEIRS", user=ACME)],
            "service": [
                {
                    **service_node(1),
                    "id": SERVICE,
                    "device": {"name": "pi"},
                    "sessions": [listed(CONNECTION_ID), listed("THEIRS", user=ACME)],
                }
            ],
        },
        "connect": {
            "id": CONNECTION_ID,
            "created": "2026-02-03T04:05:04.000Z",
            "host": "proxy18.rt3.io",
            "port": 38575,
            "reverseProxy": False,
            "timeout": 28800,
        },
        "disconnect": True,
    },
    "errors": [],
}
REST: dict[str, Any] = {
    "status": "true",
    "reason": None,
    "connectionid": CONNECTION_ID,
    "connection": {
        "deviceaddress": SERVICE,
        "connectionid": CONNECTION_ID,
        "proxy": "http://proxy40.rt3.io:34168",
        "proxyserver": "proxy40.rt3.io",
        "proxyport": "34168",
        "proxyServerPort": 34168,
        "proxyURL": "proxy40.rt3.io:34168",
        "reverseProxy": False,
        "expirationsec": "28800",
        "proxyExpirationSec": 28700,
        "sessionID": "E2A92E32911AE2A92E32911AE2A92E32911AE2A9",
    },
}
NOISE = "a\x1b[31m\r\nb\u202e\ud800{{ 7*7 }}$(id)"
# Where in the text a value is to be that no library would write.
DEEP = re.compile(r'"DEEP (\d+)"')

SCALARS = st.one_of(
    st.sampled_from(
        [
            *(None, True, False, 0, -1, 28, 10**20, 10**400, 1.5, 1e300, float("inf"), float("nan")),
            *("", "80", SERVICE.lower(), CONNECTION_ID, "-oProxyCommand=id", "proxy18.rt3.io", "x" * 100_000, NOISE),
            *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "DEEP 60", "DEEP 990", "DEEP 20000"),
        ]
    ),
    st.text(max_size=8),
    st.integers(),
    st.floats(),
)
NAMES = st.one_of(
    st.sampled_from(["id", "name", "host", "message", "errors", "data", "login", NOISE]), st.text(max_size=4)
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=6
)
# where, what is done there, and with what
CHANGES = st.lists(
    st.tuples(st.integers(0, 400), st.sampled_from(["replace", "replace", "remove", "add", "repeat"]), JSON, NAMES),
    min_size=1,
    max_size=3,
)


def nodes(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each container in *value* and each key or index of it."""
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(one, (dict, list)):
            yield from nodes(one)


def changed(answer: dict[str, Any], changes: list[tuple[int, str, Any, str]]) -> dict[str, Any]:
    """*answer* with something else in it here and there."""
    answer = copy.deepcopy(answer)
    for number, what, value, name in changes:
        places = list(nodes(answer))
        if not places:
            break
        container, key = places[number % len(places)]
        if what == "remove":
            del container[key]
        elif what == "repeat":
            container[key] = [container[key], copy.deepcopy(container[key])]
        elif what == "add" and isinstance(container, dict):
            container[name] = value
        else:
            container[key] = value
    return answer


def body(document: Any) -> bytes:
    return DEEP.sub(lambda match: "[" * int(match[1]) + "]" * int(match[1]), json.dumps(document)).encode()


def replying(monkeypatch: pytest.MonkeyPatch, content: bytes, headers: dict[str, str]) -> None:
    """Have every request answered so, as long as nobody asks for ever."""
    left = 30

    def post(*arguments: Any) -> Answer:
        nonlocal left
        left -= 1
        if not left:
            raise RefusedError("enough", 200, "")
        return Answer(200, headers, content, NOW)

    monkeypatch.setattr(Http, "post", post)


def check_text(text: str) -> None:
    assert text.isprintable(), text


SETTINGS = material.settings(signature="cavage", patience=Patience(pause=0.0))
CLIENT = Client(SETTINGS, Clock(), check_text)
OWN = {"device": "pi", "device_tag": None, "service": "service 1", "account": None}


def named(**options: Any) -> str:
    return service_by_name({**OWN, **options}, CLIENT, Deadline(5), to_connect=True)


def fleet(account: str | None, **wanted: Any) -> list[dict[str, Any]]:
    filter_ = FleetFilter.from_options(wanted)
    devices = read_fleet(SETTINGS, filter_, account, Deadline(5), check_text)
    return [device.as_result() for device in devices]


QUESTIONS: dict[str, Callable[[], Any]] = {
    "fleet": lambda: fleet(None),
    "fleet of the organisation": lambda: fleet("acme", application=["ssh"]),
    "device": named,
    "tag": lambda: named(device=None, device_tag="lab", account=ACME),
    "service": lambda: CLIENT.service(SERVICE, Deadline(5)),
    "sessions": lambda: CLIENT.sessions(Deadline(5)),
    "connect": lambda: CLIENT._api("graphql").open(SERVICE, Access(), True, Deadline(5)),
    "disconnect": lambda: CLIENT.close(SERVICE, CONNECTION_ID, "graphql", Deadline(5)),
}
COMMANDS: dict[str, Callable[[], Any]] = {
    "connect": lambda: CLIENT._api("rest").open(SERVICE, Access(), True, Deadline(5)),
    "stop": lambda: CLIENT.close(SERVICE, CONNECTION_ID, "rest", Deadline(5)),
}


def check(question: str, found: Any) -> None:
    """What came of it can be shown, and ssh may be told of it."""
    for text in texts(found):
        check_text(text)
    if isinstance(found, Connection):
        assert is_plain_host(found.host)
        assert Connection.from_record(json.loads(json.dumps(found.as_record()))) == found
        json.dumps(found.as_result(NOW))
    elif question in ("device", "tag"):
        assert canonical_id(found) == found
    elif question.startswith("fleet"):
        json.dumps(found)
        assert all(canonical_id(one["id"]) == one["id"] for device in found for one in (device, *device["services"]))


def texts(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, Session):
        yield from texts(session_result(found))
    elif isinstance(found, dict):
        yield from texts([*found, *found.values()])
    elif isinstance(found, (list, tuple)) and not isinstance(found, Connection):
        for one in found:
            yield from texts(one)


def ask(question: str, work: Callable[[], Any]) -> None:
    try:
        found = work()
    except RemoteItError as error:
        check_text(str(error))
    else:
        check(question, found)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_whole_answer_is_understood(question: str, monkeypatch: pytest.MonkeyPatch) -> None:
    replying(monkeypatch, body(GRAPHQL), {})
    found = QUESTIONS[question]()
    check(question, found)
    assert found or question == "disconnect"


@pytest.mark.parametrize("command", COMMANDS)
def test_the_whole_answer_of_rest_is_understood(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    replying(monkeypatch, body(REST), {})
    check(command, COMMANDS[command]())


@settings(max_examples=150)
@given(changes=CHANGES)
@example(changes=[(0, "replace", NOISE, "")])
def test_any_answer_of_graphql(changes: list[Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        content = body(changed(GRAPHQL, changes))
        for question, work in QUESTIONS.items():
            replying(patch, content, {})
            ask(question, work)


@settings(max_examples=150)
@given(changes=CHANGES)
def test_any_answer_of_rest(changes: list[Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        content = body(changed(REST, changes))
        for command, work in COMMANDS.items():
            replying(patch, content, {})
            ask(command, work)


@given(
    document=JSON | st.binary(max_size=40), headers=st.dictionaries(st.sampled_from(["Date", "Retry-After"]), st.text())
)
@example(document={"errors": [{"message": "DEEP 990"}]}, headers={})
@example(document={"reason": "DEEP 990"}, headers={})
def test_any_document_at_all(document: Any, headers: dict[str, str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        content = document if isinstance(document, bytes) else body(document)
        for question, work in {**QUESTIONS, **COMMANDS}.items():
            replying(patch, content, headers)
            ask(question, work)
