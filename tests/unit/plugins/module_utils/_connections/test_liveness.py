# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._connections.liveness import (
    LISTED_AFTER,
    alive,
    is_certain,
    pair,
    probe,
)
from tests.doubles import loopback
from tests.doubles.material import NOW, OTHER_SERVICE, SERVICE, connection, session

pytestmark = pytest.mark.slow

# -- which session belongs to which connection ------------------------------------------------------------------------


@pytest.mark.parametrize("api", ["rest", "graphql"])
@pytest.mark.parametrize(
    ("known", "listed"),
    [
        ({"id": "ABC"}, "ABC"),
        ({"id": "ABC"}, "abc"),
        ({"id": "abc"}, "ABC"),
        ({"id": "X", "session_id": "ABC"}, "abc"),
    ],
)
def test_a_session_is_known_by_its_id(api: str, known: dict[str, Any], listed: str) -> None:
    # whenever it began
    found = session(listed, started_at=NOW - 10**6)
    made = connection(api=api, **known)
    assert pair([made], [session("OTHER", started_at=NOW - 10**6), found]) == {made.id: found}


@pytest.mark.parametrize("offset", [-5, -4, 0, 2])
def test_what_rest_opened_is_known_by_when_it_began(offset: float) -> None:
    found = session("OTHER-ID", started_at=NOW + offset)
    assert pair([connection(asked_at=NOW - 2)], [found]) == {connection().id: found}


@pytest.mark.parametrize("offset", [-60, -10, 10, 60])
def test_what_began_at_another_time_is_another(offset: float) -> None:
    assert pair([connection(asked_at=NOW - 2)], [session("OTHER-ID", started_at=NOW + offset)]) == {}


def test_what_was_listed_under_its_own_id_is_known_by_that_alone() -> None:
    now = NOW + 60
    (known,) = alive([connection(id="abc")], [session("ABC")], now)
    assert alive([known], [session("OTHER")], now) == []
    # as one that never was is not
    assert alive([connection(id="abc")], [session("OTHER")], now) != []


def test_what_graphql_opened_is_known_by_its_id_alone() -> None:
    assert pair([connection(api="graphql")], [session("OTHER-ID")]) == {}


def test_a_session_of_another_service_is_another() -> None:
    assert pair([connection()], [session("OTHER-ID", OTHER_SERVICE)]) == {}


def test_a_session_belongs_to_one_connection() -> None:
    first, second = connection(id="FIRST"), connection(id="SECOND")
    # the newer one, because it would not have been opened if the older one had been of use
    assert set(pair([first, second], [session("OTHER-ID")])) == {"SECOND"}
    both = pair([first, second], [session("S1", started_at=NOW - 1), session("S2", started_at=NOW)])
    assert {item.id for item in both.values()} == {"S1", "S2"}


def test_a_session_belongs_to_the_connection_that_it_is_nearest_to() -> None:
    gone, open_ = connection(id="GONE", opened_at=NOW - 2, asked_at=NOW - 2), connection(id="OPEN", asked_at=NOW)
    for connections in ([gone, open_], [open_, gone]):
        assert set(pair(connections, [session("OTHER-ID", started_at=NOW)])) == {"OPEN"}


@pytest.mark.parametrize("other", [-2.1, 0.5])
def test_what_began_while_it_was_opened_comes_before_what_did_not(other: float) -> None:
    # the call took two seconds, and others made theirs just before and just after it
    sessions = [session("OTHER", started_at=NOW + other), session("OWN", started_at=NOW - 1.9)]
    assert pair([connection(asked_at=NOW - 2)], sessions)[connection().id].id == "OWN"


def test_an_id_counts_before_a_time() -> None:
    first, second = connection(id="FIRST"), connection(id="SECOND")
    assert pair([first, second], [session("SECOND")]) == {"SECOND": session("SECOND")}
    found = pair([first, second], [session("SECOND"), session("OTHER-ID")])
    assert found == {"FIRST": session("OTHER-ID"), "SECOND": session("SECOND")}


def test_its_own_id_counts_before_the_one_it_was_known_by() -> None:
    # as when a session that began with it was listed before its own was
    made = connection(id="OWN", session_id="OTHER")
    assert pair([made], [session("OTHER"), session("OWN")]) == {"OWN": session("OWN")}
    found = pair([connection(id="FIRST", session_id="SECOND"), connection(id="SECOND")], [session("SECOND")])
    assert found == {"SECOND": session("SECOND")}


def test_the_nearest_of_two_sessions_is_taken() -> None:
    found = pair([connection(asked_at=NOW - 2)], [session("FAR", started_at=NOW - 4), session("NEAR", started_at=NOW)])
    assert found[connection().id].id == "NEAR"


def test_when_it_was_seen_is_told_by_this_machines_clock() -> None:
    (seen,) = alive([connection()], [session("ITS-OWN")], NOW + 60, ahead=40.0)
    assert seen.verified_at == NOW + 20


def test_what_was_listed_once_is_known_by_its_id_alone() -> None:
    (known,) = alive([connection()], [session("ITS-OWN")], NOW + 60)
    assert pair([known], [session("ITS-OWN")]) == {known.id: session("ITS-OWN")}
    assert pair([known], [session("SOMEBODY-ELSES")]) == {}


def test_a_session_may_have_begun_by_either_clock() -> None:
    # the answer's Date was 40 seconds ahead of the clock that we sign with
    opened = connection(asked_at=NOW - 2, ahead=40.0)
    for began, is_sure in ((NOW - 41, False), (NOW - 1, False), (NOW - 20, None), (NOW + 39, None)):
        found = session("OTHER-ID", started_at=began)
        assert pair([opened], [found]) == ({} if is_sure is None else {opened.id: found})
        # so that it must not be taken for certain later
        assert all(kept.session_id is None for kept in alive([opened], [found], NOW + 60))
        assert not is_certain(opened, found)
    both = session("OTHER-ID", started_at=NOW - 2)
    near = opened._replace(ahead=1.5)
    assert is_certain(near, both)
    assert alive([near], [both], NOW + 60)[0].session_id == "OTHER-ID"
    assert is_certain(opened, session(opened.id.lower(), started_at=NOW + 20))


CONNECTIONS = st.lists(
    st.builds(
        lambda id, session_id, api, offset: connection(
            id=id, session_id=session_id, api=api, opened_at=NOW + offset, asked_at=NOW + offset - 1
        ),
        st.sampled_from("ABCD"),
        st.sampled_from(["a", "S", None]),
        st.sampled_from(["rest", "graphql"]),
        st.integers(-9, 9),
    ),
    max_size=4,
    unique_by=lambda item: item.id,
)
SESSIONS = st.lists(
    st.builds(
        lambda id, service, offset: session(id, service, NOW + offset),
        st.sampled_from(["a", "B", "S", "T", "U"]),
        st.sampled_from([SERVICE, OTHER_SERVICE]),
        st.integers(-9, 9),
    ),
    max_size=4,
    unique_by=lambda item: item.id,
)


@given(CONNECTIONS, SESSIONS)
def test_pairs_never_share_a_session_and_never_invent_one(connections: list[Any], sessions: list[Any]) -> None:
    found = pair(connections, sessions)
    assert len({item.id for item in found.values()}) == len(found)
    assert set(found.values()) <= set(sessions)
    assert set(found) <= {item.id for item in connections}
    # whoever is listed under its own id is found, as long as no other connection claims the same session
    claims = [
        {name.lower() for name in (item.id, item.session_id) if name} & {each.id.lower() for each in sessions}
        for item in connections
    ]
    if all(not one & other for i, one in enumerate(claims) for other in claims[:i]):
        assert {item.id for item, claim in zip(connections, claims, strict=True) if claim} <= set(found)


# -- which connections are alive --------------------------------------------------------------------------------------


def test_what_is_listed_is_alive_and_was_seen_now() -> None:
    later = NOW + 1000
    (kept,) = alive([connection()], [session("OTHER-ID")], later)
    assert kept == connection(session_id="OTHER-ID", is_listed=True, verified_at=later)
    # and is known by that id from now on
    assert pair([kept], [session("OTHER-ID", started_at=NOW + 500)]) != {}


def test_a_connection_is_not_bound_to_a_session_before_its_own_must_be_listed() -> None:
    other, own = session("OTHER", started_at=NOW - 2.5), session("OWN", started_at=NOW - 1)
    kept = alive([connection()], [other], NOW + LISTED_AFTER - 0.1)
    assert kept == [connection(verified_at=NOW + LISTED_AFTER - 0.1)]
    (kept_later,) = alive(kept, [other, own], NOW + 60)
    assert kept_later.session_id == "OWN"


def test_what_is_not_listed_is_closed() -> None:
    assert alive([connection()], [], NOW + 1000) == []
    assert alive([connection(), connection(id="B")], [session("b")], NOW + 1000) == [
        connection(id="B", session_id="b", is_listed=True, verified_at=NOW + 1000)
    ]


@pytest.mark.parametrize(("age", "kept"), [(0, 1), (LISTED_AFTER - 0.1, 1), (LISTED_AFTER, 0), (60, 0)])
def test_what_was_opened_just_now_may_not_be_listed_yet(age: float, kept: int) -> None:
    found = alive([connection(api="graphql")], [], NOW + age)
    # but nobody has seen it
    assert found == [connection(api="graphql")] * kept


def test_the_order_stays() -> None:
    ids = ["C", "A", "B"]
    sessions = [session(id) for id in "ABC"]
    assert [item.id for item in alive([connection(id=id) for id in ids], sessions, NOW)] == ids


# -- asking the proxy -------------------------------------------------------------------------------------------------

HERE = socket.gethostname()


@pytest.fixture
def listener() -> Any:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def at(port: int, **changes: Any) -> Any:
    return connection(host="127.0.0.1", port=port, opened_from=HERE, **changes)


@pytest.mark.parametrize(
    "changes", [{"access": "latching"}, {"access": "public"}, {"access": "public", "opened_from": "elsewhere"}]
)
def test_a_proxy_that_answers_is_open(changes: dict[str, Any], listener: socket.socket) -> None:
    ours = {"opened_from": HERE, **changes}
    assert probe(connection(host="127.0.0.1", port=listener.getsockname()[1], **ours), 0.4, Deadline(20))
    listener.settimeout(20)
    peer, _address = listener.accept()
    # and the probe leaves nothing open behind it
    peer.settimeout(20)
    assert peer.recv(1) == b""
    peer.close()


def test_a_proxy_that_refuses_is_closed() -> None:
    assert probe(at(loopback.unused_port()), 0.4, Deadline(20)) is False


def test_a_proxy_whose_name_is_gone_is_closed() -> None:
    assert probe(connection(host="proxy.remoteit.invalid", opened_from=HERE), 0.4, Deadline(20)) is False


@pytest.mark.parametrize(
    "changes",
    [
        # it would latch to this machine instead of the one that opened it
        {"access": "latching", "opened_from": "elsewhere"},
        # it may be for another client
        {"access": "restricted", "client_ip": "203.0.113.7"},
        {"access": "restricted", "client_ip": "127.0.0.1", "opened_from": HERE},
    ],
)
def test_a_proxy_that_must_not_be_touched_is_not(changes: dict[str, Any], listener: socket.socket) -> None:
    made = connection(host="127.0.0.1", port=listener.getsockname()[1], **changes)
    assert probe(made, 0.4, Deadline(20)) is None
    listener.settimeout(0.1)
    with pytest.raises(TimeoutError):
        listener.accept()


def test_a_reverse_proxy_is_asked_on_the_port_of_https() -> None:
    reverse = connection(host="127.0.0.1", port=None, type="reverse", access="restricted", client_ip="203.0.113.7")
    # nobody listens there, or somebody does: it was asked either way
    assert probe(reverse, 0.4, Deadline(20)) is not None


@pytest.mark.parametrize(("seconds", "answer"), [(20, False), (0.2, None)])
def test_a_name_server_that_hangs_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, seconds: float, answer: bool | None
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_question, **_options: time.sleep(5))
    begun = time.monotonic()
    # that a task has no time left tells nothing of the proxy
    assert probe(connection(host="proxy.remoteit.example", opened_from=HERE), 0.4, Deadline(seconds)) is answer
    assert time.monotonic() - begun < 4


def test_without_time_to_ask_nothing_is_known(listener: socket.socket) -> None:
    assert probe(at(listener.getsockname()[1]), 0.4, Deadline(0)) is None
    listener.settimeout(0.1)
    with pytest.raises(TimeoutError):
        listener.accept()
