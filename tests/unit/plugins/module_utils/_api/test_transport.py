# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import formatdate, parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._api.dialects import Dialects
from ansible_collections.community.remoteit.plugins.module_utils._api.http_exchange import Answer
from ansible_collections.community.remoteit.plugins.module_utils._api.throttle import Throttle
from ansible_collections.community.remoteit.plugins.module_utils._api.transport import Transport, reason_of
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Clock, Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    AnswerLostError,
    NotSentError,
    RefusedError,
)
from ansible_collections.community.remoteit.plugins.module_utils._settings.patience import PATIENCE
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings
from tests.doubles import loopback, material
from tests.doubles.loopback import Exchange, Received, Server, Step, reply, reset, whole
from tests.doubles.material import HURRY, NOW
from tests.simulator.auth import cavage, rfc9421
from tests.simulator.auth.message import Headers, Message

pytestmark = pytest.mark.slow

GOOD = {"status": "true"}


class Caller:
    """A transport with what it warned of; *learnt* is shared with others."""

    def __init__(self, learnt: Dialects | None = None, **changes: Any) -> None:
        self.warnings: list[str] = []
        self.clock = Clock()
        self._transport = Transport(
            material.settings(**{"patience": HURRY, **changes}),
            self.clock,
            self.warnings.append,
            learnt or Dialects(),
            Throttle(),
        )

    def __call__(
        self, url: str, payload: Any = None, *, wire: str = "rest", repeatable: bool = False, seconds: float = 60.0
    ) -> dict[str, Any]:
        return self._transport.call(wire, url, payload or {}, Deadline(seconds), repeatable=repeatable).document


def dialect(request: Received) -> str:
    return "cavage" if "authorization" in request.headers else "rfc9421"


def dialects(server: Server) -> list[str]:
    return [dialect(request) for request in server.received]


def signed_at(request: Received) -> float:
    return parsedate_to_datetime(request.headers["date"]).timestamp()


# -- what is sent -----------------------------------------------------------------------------------------------------


def test_a_payload_goes_out_as_json_and_an_object_comes_back() -> None:
    with Server(reply(200, GOOD)) as server:
        assert Caller()(f"{server.url}/a", {"name": "Müller", "wait": "true"}) == GOOD
    (request,) = server.received
    assert request.json() == {"name": "Müller", "wait": "true"}
    assert (request.method, request.target) == ("POST", "/a")


@pytest.mark.parametrize(("wire", "first"), [("rest", "cavage"), ("graphql", "rfc9421")])
def test_each_wire_is_signed_as_its_own_documentation_does_it(wire: str, first: str) -> None:
    with Server(reply(200, GOOD)) as server:
        Caller()(server.url, wire=wire)
    assert dialects(server) == [first]


@pytest.mark.parametrize("wire", ["rest", "graphql"])
@pytest.mark.parametrize("chosen", ["cavage", "rfc9421"])
def test_a_dialect_that_was_chosen_is_the_only_one(wire: str, chosen: str) -> None:
    with Server(reply(401, {}), reply(200, GOOD)) as server:
        call = Caller(signature=chosen)
        with pytest.raises(RefusedError):
            call(server.url, wire=wire)
        call(server.url, wire=wire)
    assert dialects(server) == [chosen, chosen]


@pytest.mark.parametrize("host", ["[::1]", "[0:0:0:0:0:0:0:1]", "[0000:0::0:0001]"])
@pytest.mark.parametrize("chosen", ["cavage", "rfc9421"])
def test_what_is_signed_is_what_is_sent_in_whichever_form_an_address_is_given(host: str, chosen: str) -> None:
    """The server knows itself by the short form, and verifies by code that is not ours."""

    def check(exchange: Exchange) -> None:
        request = exchange.request
        headers = Headers({**request.headers, "host": f"[::1]:{server.port}"}.items())
        message = Message(request.method, "http", request.target, headers, request.body)
        now, skew = datetime.now(UTC), timedelta(seconds=60)
        keys = {material.KEY_ID: material.KEY}
        if dialect(request) == "cavage":
            cavage.verify(message, keys.get, now, skew, ("date", "host"))
        else:
            rfc9421.verify(message, keys.get, now, skew)
        reply(200, GOOD)(exchange)

    with Server(check, host="::1") as server:
        options = {"access_key_id": material.KEY_ID, "secret_access_key": material.SECRET, "signature": chosen}
        settings = Settings.from_options({**options, "rest_url": f"http://{host}:{server.port}/a"}, {})
        transport = Transport(settings, Clock(), pytest.fail, Dialects(), Throttle())
        assert transport.call("rest", f"{settings.rest_url}/b", {}, Deadline(60), repeatable=False).document == GOOD
        (request,) = server.received
        assert request.headers["host"] == f"[::1]:{server.port}"


# -- what is tried again ----------------------------------------------------------------------------------------------

LOST: dict[str, Step] = {
    "102": loopback.part(whole(102, b""), 1000),
    "103": loopback.part(whole(103, {}), 1000),
    "408": reply(408, b""),
    "500": reply(500, {"reason": "oops"}),
    "502": reply(502, b"<html><h1>Bad Gateway</h1></html>", {"Content-Type": "text/html"}),
    "503": reply(503, b""),
    "504": reply(504, b"upstream timed out", {"Content-Type": "text/plain"}),
    "html": reply(200, b"<html>maintenance</html>", {"Content-Type": "text/html"}),
    "empty": reply(200, b""),
    "no content": reply(204, b""),
    "array": reply(200, []),
    "null": reply(200, b"null"),
    "half": reply(200, b'{"status": "tr'),
    "half the headers": loopback.part(whole(200, GOOD), 30),
    "closed": loopback.close,
    "reset": reset,
}


@pytest.mark.parametrize("step", LOST.values(), ids=LOST)
def test_what_may_have_had_an_effect_is_not_tried_again(step: Step) -> None:
    with Server(step, reply(200, GOOD)) as server:
        with pytest.raises(AnswerLostError) as caught:
            Caller()(f"{server.url}/a", seconds=30)
        assert len(server.received) == 1
    assert f"{server.url}/a" in str(caught.value)
    assert "<" not in str(caught.value)


@pytest.mark.parametrize("step", LOST.values(), ids=LOST)
def test_what_can_be_repeated_is_tried_again(step: Step) -> None:
    with Server(step, step, reply(200, GOOD)) as server:
        assert Caller()(f"{server.url}/a", repeatable=True) == GOOD
        assert len(server.received) == 3


@pytest.mark.parametrize("repeatable", [True, False])
def test_a_server_that_ends_a_kept_connection_by_408_did_nothing(repeatable: bool) -> None:
    call = Caller(signature="cavage")
    late = reply(408, b"", {"Connection": "close"})
    with Server(reply(200, GOOD), late, reply(200, GOOD)) as server:
        call(server.url, repeatable=True)
        assert call(server.url, repeatable=repeatable) == GOOD
        assert (len(server.received), server.connections) == (3, 2)


def test_it_is_tried_four_times() -> None:
    with Server(reply(500, {})) as server:
        with pytest.raises(AnswerLostError, match="HTTP 500"):
            Caller()(server.url, repeatable=True)
        assert len(server.received) == 4


def test_the_pauses_double_and_are_never_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(Deadline, "sleep", lambda _self, seconds: pauses.append(seconds))
    with Server(reply(503, b"")) as server:
        for _time in range(5):
            with pytest.raises(AnswerLostError):
                Caller(patience=PATIENCE)(server.url, repeatable=True)
    # by their place among the three pauses between four attempts: at most half a second, one, two
    for place, longest in enumerate((0.5, 1.0, 2.0)):
        those = pauses[place::3]
        assert len(those) == 5 and all(longest / 2 <= pause <= longest for pause in those)
        # many clients that failed together must not come back together
        assert len(set(those)) == 5


@pytest.mark.parametrize("repeatable", [True, False])
def test_what_was_not_sent_is_tried_again(repeatable: bool) -> None:
    port = loopback.unused_port()
    url = f"http://127.0.0.1:{port}/a"
    with contextlib.ExitStack() as stack:
        threading.Timer(0.1, lambda: stack.enter_context(Server(reply(200, GOOD), port=port))).start()
        assert Caller(patience=PATIENCE)(url, repeatable=repeatable) == GOOD


def test_what_can_never_be_sent_gives_up() -> None:
    with pytest.raises(NotSentError, match="could not be reached"):
        Caller()(f"http://127.0.0.1:{loopback.unused_port()}/a")


def test_no_pause_goes_beyond_the_deadline() -> None:
    begun = time.monotonic()
    with Server(reply(500, {})) as server:
        with pytest.raises(AnswerLostError, match="HTTP 500"):
            # time enough for an answer, but not for the pause after it
            Caller(patience=PATIENCE._replace(pause=60.0))(server.url, repeatable=True, seconds=5.0)
        assert len(server.received) == 1
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("status", [400, 404, 405, 410, 418, 422])
def test_a_refusal_is_not_tried_again(status: int) -> None:
    with Server(reply(status, {"reason": "because"}), reply(200, GOOD)) as server:
        with pytest.raises(RefusedError) as caught:
            Caller()(f"{server.url}/a", repeatable=True)
        assert len(server.received) == 1
    assert (caught.value.status, caught.value.reason) == (status, "because")
    assert str(caught.value) == f'{server.url}/a refused the request (HTTP {status}: "because").'


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused_and_never_followed(status: int) -> None:
    with Server(reply(200, GOOD)) as other:
        with (
            Server(reply(status, b"", {"Location": f"{other.url}/stolen"})) as server,
            pytest.raises(RefusedError) as caught,
        ):
            Caller()(f"{server.url}/a", repeatable=True)
        assert (len(server.received), other.received) == (1, [])
    assert f"redirects to {other.url}/stolen, which is never followed: correct the URL" in str(caught.value)


def test_a_web_proxy_that_wants_a_password_is_not_taken_for_remote_it() -> None:
    with Server(reply(407, b"log in first", {"Content-Type": "text/plain"})) as server:
        with pytest.raises(RefusedError) as caught:
            Caller()(f"{server.url}/a", repeatable=True)
        assert len(server.received) == 1
    assert str(caught.value) == (
        f'A web proxy on the way to {server.url}/a refused the request (HTTP 407: "log in first"); give its user and '
        "password in HTTPS_PROXY, or name the host in NO_PROXY."
    )


# -- throttling -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_throttled_request_waits_as_long_as_asked(form: str) -> None:
    # by a clock of the server's own, to which alone its dates belong
    clock = NOW + 10**7
    value = "1" if form == "seconds" else formatdate(clock + 1, usegmt=True)
    headers = {"Retry-After": value, "Date": formatdate(clock, usegmt=True)}
    with Server(reply(429, {}, headers), reply(200, GOOD)) as server:
        # also what must not be repeated: it had no effect
        assert Caller()(server.url, repeatable=False) == GOOD
    first, second = server.received
    # both ends are taken in this process, but the pause begins only when the answer has arrived
    assert 0.95 < second.at - first.at < 20


def test_not_modified_is_no_answer_to_what_may_have_been_done() -> None:
    with Server(reply(304, b"")) as server, pytest.raises(AnswerLostError, match="HTTP 304"):
        Caller()(server.url, repeatable=False)


def test_an_outage_is_waited_for_as_long_as_asked() -> None:
    with Server(reply(503, b"", {"Retry-After": "2"}), reply(200, GOOD)) as server:
        assert Caller()(server.url, repeatable=True) == GOOD
    first, second = server.received
    # without being asked, the pause would be half a second at most
    assert 1.95 < second.at - first.at < 20


@pytest.mark.parametrize("repeatable", [True, False])
def test_an_outage_that_is_too_long_or_must_not_be_waited_for_is_a_lost_answer(repeatable: bool) -> None:
    pause = "3600" if repeatable else "0"
    with Server(reply(503, b"", {"Retry-After": pause})) as server:
        with pytest.raises(AnswerLostError, match="HTTP 503"):
            Caller()(server.url, repeatable=repeatable, seconds=30)
        assert len(server.received) == 1


def test_a_throttled_request_without_a_pause_is_tried_again_soon() -> None:
    with Server(reply(429, b"slow down"), reply(429, {}, {"Retry-After": "soon"}), reply(200, GOOD)) as server:
        assert Caller()(server.url) == GOOD


def test_a_request_that_stays_throttled_is_refused() -> None:
    with Server(reply(429, {})) as server:
        with pytest.raises(RefusedError, match="throttles requests") as caught:
            Caller()(server.url)
        assert len(server.received) == 4
    assert caught.value.status == 429


@pytest.mark.parametrize("value", ["3600", "9" * 30, "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_a_pause_beyond_the_deadline_is_not_waited_for(value: str) -> None:
    begun = time.monotonic()
    with Server(reply(429, {}, {"Retry-After": value})) as server:
        with pytest.raises(RefusedError):
            Caller()(server.url, seconds=30)
        assert len(server.received) == 1
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize("wire", ["rest", "graphql"])
def test_every_attempt_is_signed_afresh(wire: str) -> None:
    with Server(reply(429, {}, {"Retry-After": "1"}), reply(200, GOOD)) as server:
        Caller()(server.url, wire=wire)
    first, second = server.received
    assert first.body == second.body
    assert signed_at(second) > signed_at(first)
    name = "authorization" if wire == "rest" else "signature"
    assert first.headers[name] != second.headers[name]


# -- the clock --------------------------------------------------------------------------------------------------------


def strict(ahead: float, status: int = 401) -> Step:
    """A server whose clock is ahead of ours, and which refuses what was signed more than five minutes off."""

    def step(exchange: Exchange) -> None:
        now = time.time() + ahead
        headers = {"Date": formatdate(now, usegmt=True)}
        good = abs(signed_at(exchange.request) - now) < 300
        reply(200 if good else status, GOOD if good else {"reason": "clock"}, headers)(exchange)

    return step


@pytest.mark.parametrize("wire", ["rest", "graphql"])
@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(("ahead", "said"), [(3600.0, "3600 seconds behind"), (-86400.0, "86400 seconds ahead of")])
def test_a_clock_that_is_off_is_found_and_told_once(wire: str, status: int, ahead: float, said: str) -> None:
    call = Caller()
    with Server(strict(ahead, status)) as server:
        assert call(server.url, wire=wire) == GOOD
        assert len(server.received) == 2
        assert call(server.url, wire=wire) == GOOD
        assert len(server.received) == 3
    first, second, third = server.received
    assert abs(signed_at(first) - time.time()) < 60
    assert abs(signed_at(second) - time.time() - ahead) < 60
    assert abs(signed_at(third) - time.time() - ahead) < 60
    assert dialect(first) == dialect(second) == dialect(third)
    (warning,) = call.warnings
    seconds = re.search(r"is (\d+) seconds (behind|ahead of)", warning)
    assert seconds and abs(int(seconds[1]) - abs(ahead)) <= 5 and seconds[2] in said
    assert abs(call.clock.offset - ahead) < 5


def test_also_what_must_not_be_repeated_is_signed_again() -> None:
    with Server(strict(3600)) as server:
        assert Caller()(server.url, repeatable=False) == GOOD


@pytest.mark.parametrize(
    "headers", [{}, {"Date": "yesterday"}, {"Date": ""}], ids=["no date", "no such date", "empty date"]
)
def test_without_a_date_there_is_nothing_to_correct(headers: dict[str, str]) -> None:
    call = Caller(signature="cavage")
    with Server(reply(401, {}, headers)) as server:
        with pytest.raises(RefusedError):
            call(server.url)
        assert len(server.received) == 1
    assert (call.warnings, call.clock.offset) == ([], 0.0)


def test_a_clock_that_is_right_is_not_blamed() -> None:
    call = Caller(signature="cavage")

    def refuse(exchange: Exchange) -> None:
        reply(401, {}, {"Date": formatdate(time.time(), usegmt=True)})(exchange)

    with Server(refuse) as server:
        with pytest.raises(RefusedError):
            call(server.url)
        assert len(server.received) == 1
    assert call.warnings == []


def test_a_clock_that_is_off_does_not_matter_while_signatures_are_accepted() -> None:
    call = Caller()

    def lenient(exchange: Exchange) -> None:
        reply(200, GOOD, {"Date": formatdate(time.time() + 200, usegmt=True)})(exchange)

    with Server(lenient) as server:
        call(server.url)
        assert len(server.received) == 1
    assert (call.warnings, call.clock.offset) == ([], 0.0)
    # but when connections expire is a matter of the server's time
    assert abs(call.clock.server_time() - time.time() - 200) < 60


@pytest.mark.parametrize("ahead", [4.0, 3600.0])
def test_a_date_that_is_wrong_spoils_no_signature(ahead: float) -> None:
    """As a gateway may write it. The dialect is what was refused."""
    call = Caller()

    def only_rfc9421_at_our_time(exchange: Exchange) -> None:
        good = dialect(exchange.request) == "rfc9421" and abs(signed_at(exchange.request) - time.time()) < 3
        headers = {"Date": formatdate(time.time() + ahead, usegmt=True)}
        reply(200 if good else 401, GOOD if good else {}, headers)(exchange)

    with Server(only_rfc9421_at_our_time) as server:
        assert call(server.url) == GOOD
        assert dialects(server) == ["cavage", "cavage", "rfc9421"]
        assert call(server.url) == GOOD
        assert dialects(server)[3:] == ["rfc9421"]
    assert (call.warnings, call.clock.offset) == ([], 0.0)


def test_a_clock_and_a_dialect_that_are_wrong_are_both_found() -> None:
    call = Caller()

    def only_rfc9421_an_hour_ahead(exchange: Exchange) -> None:
        now = time.time() + 3600
        good = dialect(exchange.request) == "rfc9421" and abs(signed_at(exchange.request) - now) < 300
        reply(200 if good else 401, GOOD if good else {}, {"Date": formatdate(now, usegmt=True)})(exchange)

    with Server(only_rfc9421_an_hour_ahead) as server:
        assert call(server.url) == GOOD
        assert dialects(server) == ["cavage", "cavage", "rfc9421", "rfc9421"]
        assert call(server.url) == GOOD
        assert dialects(server)[4:] == ["rfc9421"]
    assert len(call.warnings) == 1
    assert abs(call.clock.offset - 3600) < 5


def test_a_refusal_for_another_reason_than_the_time_is_the_one_that_is_told() -> None:
    call = Caller(signature="cavage")

    def step(exchange: Exchange) -> None:
        now = time.time() + 3600
        in_time = abs(signed_at(exchange.request) - now) < 300
        headers = {"Date": formatdate(now, usegmt=True)}
        reply(403 if in_time else 401, {"reason": "not yours" if in_time else "too late"}, headers)(exchange)

    with Server(step) as server:
        with pytest.raises(RefusedError, match=r'HTTP 403: "not yours"'):
            call(server.url)
        assert len(server.received) == 2


def test_a_wrong_key_and_a_clock_that_differs_are_both_told() -> None:
    call = Caller()

    def refuse(exchange: Exchange) -> None:
        reply(401, {"reason": "no such key"}, {"Date": formatdate(time.time() + 3600, usegmt=True)})(exchange)

    with Server(refuse) as server:
        with pytest.raises(RefusedError, match=r"no such key.* 3[56]\d\d seconds ahead of this machine's"):
            call(server.url)
        assert dialects(server) == ["cavage", "cavage", "rfc9421", "rfc9421"]
    # nothing has shown that it is ours that is wrong
    assert (call.warnings, call.clock.offset) == ([], 0.0)


# -- the dialect ------------------------------------------------------------------------------------------------------


def only(*accepted: str, status: int = 401) -> Step:
    """A server that knows these dialects."""

    def step(exchange: Exchange) -> None:
        known = dialect(exchange.request) in accepted
        reply(200 if known else status, GOOD if known else {"reason": dialect(exchange.request)})(exchange)

    return step


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(("wire", "first", "second"), [("rest", "cavage", "rfc9421"), ("graphql", "rfc9421", "cavage")])
def test_the_other_dialect_is_tried_once_and_remembered(wire: str, first: str, second: str, status: int) -> None:
    learnt = Dialects()
    with Server(only(second, status=status)) as server:
        assert Caller(learnt)(server.url, wire=wire) == GOOD
        assert dialects(server) == [first, second]
        # by all who share it, and for all that this wire asks of this host
        assert Caller(learnt)(f"{server.url}/other", wire=wire) == GOOD
        assert dialects(server) == [first, second, second]
        assert Caller()(server.url, wire=wire) == GOOD
        assert dialects(server)[3:] == [first, second]
    with Server(only(first, second)) as other:
        assert Caller(learnt)(other.url, wire=wire) == GOOD
        assert dialects(other) == [first]


def test_what_another_thread_learns_meanwhile_is_no_refusal() -> None:
    learnt = Dialects()

    def refuse_late(exchange: Exchange) -> None:
        # it was sent before the other one was answered
        assert Caller(learnt)(server.url) == GOOD
        reply(401, {"reason": "late"})(exchange)

    with Server(refuse_late, only("rfc9421")) as server:
        assert Caller(learnt)(server.url) == GOOD
        assert dialects(server) == ["cavage", "cavage", "rfc9421", "rfc9421"]


def test_each_wire_has_a_dialect_of_its_own_at_the_same_host() -> None:
    def other_way_round(exchange: Exchange) -> None:
        wants = "rfc9421" if exchange.request.target == "/rest" else "cavage"
        reply(200 if dialect(exchange.request) == wants else 401, GOOD)(exchange)

    with Server(other_way_round) as server:
        learnt = Dialects()
        for wire in ("rest", "graphql") * 2:
            assert Caller(learnt)(f"{server.url}/{wire}", wire=wire) == GOOD
        assert dialects(server) == ["cavage", "rfc9421", "rfc9421", "cavage", "rfc9421", "cavage"]


def test_a_developer_key_that_the_answer_shows_is_not_told() -> None:
    answer = reply(400, {"reason": f"got {material.DEVELOPER_KEY} twice"})
    with Server(answer) as server, pytest.raises(RefusedError) as caught:
        Caller()(server.url)
    assert caught.value.as_result()["error"] == {"kind": "refused", "status": 400, "reason": "got ******** twice"}
    assert material.DEVELOPER_KEY not in str(caught.value)


def test_once_a_dialect_has_worked_a_refusal_is_a_refusal() -> None:
    with Server(reply(200, GOOD), reply(403, {"reason": "not yours"})) as server:
        call = Caller()
        call(server.url)
        with pytest.raises(RefusedError, match="not yours"):
            call(server.url)
        assert dialects(server) == ["cavage", "cavage"]


def test_when_neither_dialect_is_accepted_the_first_answer_counts() -> None:
    with Server(only()) as server:
        for _time in range(2):
            with pytest.raises(RefusedError) as caught:
                Caller()(f"{server.url}/a")
            assert caught.value.reason == "cavage"
        # nothing was learnt from it
        assert dialects(server) == ["cavage", "rfc9421"] * 2
    assert caught.value.status == 401
    assert str(caught.value) == (
        f'{server.url}/a does not accept the access key or its signature (HTTP 401: "cavage"); check that the key is '
        f"enabled and that id, secret and developer key belong together. The key is {material.KEY_ID}."
    )


def test_the_other_dialect_may_be_answered_by_anything() -> None:
    with Server(reply(401, {}), reply(404, {"reason": "no such service"})) as server:
        with pytest.raises(RefusedError, match="no such service"):
            Caller()(server.url)
        assert dialects(server) == ["cavage", "rfc9421"]


# -- the words of a refusal -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            b'{"status":"false","reason":"api key failed validation","code":"GENERAL_ERROR"}',
            "api key failed validation",
        ),
        (b'{"message": "Unauthorized"}', "Unauthorized"),
        (b'{"errors": [{"message": "no such service"}, {"message": "other"}]}', "no such service"),
        (b'{"errors": []}', ""),
        (b'{"errors": ["text"]}', ""),
        (b'{"errors": {"message": "x"}}', ""),
        (b'{"reason": null}', ""),
        (b'{"reason": {"a": [1]}}', "{'a': [1]}"),
        (b'{"reason": "\\u001b[31mred\\nline"}', "\\x1b[31mred\\nline"),
        (b"", ""),
        (b"[]", "[]"),
        (b"plain words\n", "plain words"),
        (b"<html><body>Forbidden</body></html>", ""),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_the_words_of_an_answer_are_found_wherever_they_stand(body: bytes, reason: str) -> None:
    assert reason_of(Answer(401, {}, body, NOW)) == reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["message", "a"]), inner, max_size=2),
    max_leaves=5,
)


@given(st.binary(max_size=50) | st.dictionaries(st.sampled_from(["reason", "message", "errors"]), JSON))
def test_any_answer_has_printable_words_or_none(content: Any) -> None:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    words = reason_of(Answer(401, {}, body, NOW))
    assert words.isprintable()
    assert len(words) <= 2000


def test_what_was_lost_over_a_kept_connection_is_not_sent_over_one_again() -> None:
    with Server(reply(200, GOOD), loopback.close, reply(200, GOOD)) as server:
        caller = Caller()
        assert caller(f"{server.url}/read", repeatable=True) == GOOD
        with pytest.raises(AnswerLostError):
            caller(f"{server.url}/connect")
        assert server.connections == 1
        # what is read next is kept as well
        assert caller(f"{server.url}/read", repeatable=True) == GOOD
        assert caller(f"{server.url}/connect") == GOOD
        assert server.connections == 3


def test_what_may_have_had_an_effect_is_not_told_to_have_had_none() -> None:
    server = Server(loopback.close)

    def take_and_go(exchange: Exchange) -> None:
        server.__exit__()
        loopback.close(exchange)

    server.steps = [take_and_go]
    with server, pytest.raises(AnswerLostError) as caught:
        Caller()(server.url, repeatable=True)
    assert len(server.received) == 1
    assert caught.value.kind == "answer_lost"
