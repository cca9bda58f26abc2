# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import socket
import time
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.asked import Asked
from ansible_collections.community.remoteit.plugins.module_utils._model.connection import (
    Connection,
    predicted_result,
    session_result,
)
from ansible_collections.community.remoteit.plugins.module_utils._model.session import Session
from tests.doubles.material import CONNECTION_ID, NOW, SERVICE, connection


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


def test_a_prediction_and_a_session_have_the_same_keys_and_none_where_nothing_is_known() -> None:
    keys = list(connection().as_result(NOW))
    predicted = predicted_result(SERVICE, Access("restricted", "203.0.113.7"), "rest")
    listed = session_result(Session(CONNECTION_ID, SERVICE, NOW))
    assert list(predicted) == list(listed) == keys
    known = {"service_id": SERVICE, "access": "restricted", "client_ip": "203.0.113.7", "api": "rest"}
    assert predicted == {**dict.fromkeys(keys), **known}
    known = {"id": CONNECTION_ID, "service_id": SERVICE, "opened_at": "2026-02-03T04:05:06Z"}
    assert listed == {**dict.fromkeys(keys), **known}


TOLD: dict[str, Any] = {
    "id": CONNECTION_ID,
    "type": "port",
    "host": "proxy18.rt3.io",
    "port": 38575,
    "proxy": "http://x",
    "opened_at": NOW,
    "expires_at": NOW + 28800,
    "api": "rest",
}


def test_what_was_opened_is_what_was_asked_for_and_told() -> None:
    asked = Asked(SERVICE, Access("restricted", "203.0.113.7"), NOW - 2, NOW)
    made = Connection.opened(asked, **TOLD)
    # by this machine's clock, whatever remote.it's is
    assert made.verified_at == pytest.approx(time.time(), abs=5)
    assert made == Connection(
        service_id=SERVICE,
        access="restricted",
        client_ip="203.0.113.7",
        asked_at=NOW - 2,
        verified_at=made.verified_at,
        opened_from=socket.gethostname(),
        **TOLD,
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        *(({"id": value}, "it has no usable id") for value in (None, "", "-x", 7, ["a"])),
        *(({"host": value}, "its host .* is not a plain host name") for value in (None, "", "-oProxyCommand=id", 7)),
        *(({"port": value}, "it has no usable port") for value in (None, 0, 65536, "22", [22])),
        ({"type": "reverse"}, "it has no usable port"),
        ({"type": "other", "port": None}, "it has no usable port"),
    ],
)
def test_what_cannot_be_used_was_not_opened(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Connection.opened(Asked(SERVICE, Access(), NOW - 2, NOW), **{**TOLD, **changes})


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


@pytest.mark.parametrize("name", Connection._fields)
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
        *[(name, value) for name in ("is_listed", "kept", "closing") for value in (1, "no", None)],
    ],
)
def test_a_record_that_was_not_written_by_us_is_refused(name: str, value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        Connection.from_record({**connection().as_record(), name: value})
