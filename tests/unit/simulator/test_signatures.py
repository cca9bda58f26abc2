# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verification of signatures, in both dialects."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.auth import AuthBase

from tests.doubles.loopback import PATIENCE
from tests.simulator.admin_client import AdminClient
from tests.simulator.auth import cavage, rfc9421
from tests.simulator.auth.http_date import parse_http_date
from tests.simulator.auth.message import Headers, Message, SignatureRefused

from .client import ALICE_KEY, DISABLED_KEY, DOCUMENTED, CavageAuth, Client, Rfc9421Auth
from .conftest import Start

NEW_YEAR = datetime(2025, 1, 1, tzinfo=UTC)
SKEW = timedelta(seconds=300)
VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "fixtures/signature-vectors.json").read_text())


def message_of(vector: dict[str, Any]) -> Message:
    """Return the request of a golden vector as a server receives it."""
    url = urlsplit(vector["url"])
    headers = {"Host": vector["wire_host"], **vector["headers"], **vector["expected_headers"]}
    target = url.path + (f"?{url.query}" if url.query else "")
    return Message(vector["method"], url.scheme, target, Headers(headers.items()), (vector["body"] or "").encode())


def verify(vector: dict[str, Any], message: Message, now: datetime = NEW_YEAR) -> str:
    """Verify a message with the key of a golden vector."""
    text = vector["secret_base64"].translate(str.maketrans("-_", "+/"))
    keys = {vector["key_id"]: base64.b64decode(text + "=" * (-len(text) % 4))}
    if vector["scheme"] == "cavage":
        return cavage.verify(message, keys.get, now, SKEW, ["date"])
    return rfc9421.verify(message, keys.get, now, SKEW)


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_golden_vectors_hold(vector: dict[str, Any]) -> None:
    assert verify(vector, message_of(vector)) == vector["key_id"]


Change = Callable[[Message], Message]


def header(name: str, value: str | None) -> Change:
    """Return a change of one header: another value, or none."""

    def change(message: Message) -> Message:
        fields = [(key, value if key.lower() == name else old) for key, old in message.headers.items()]
        return replace(message, headers=Headers((key, text) for key, text in fields if text is not None))

    return change


def added(name: str, value: str) -> Change:
    """Return the addition of a header."""
    return lambda message: replace(message, headers=Headers([*message.headers.items(), (name, value)]))


def encoded_anew(**options: Any) -> Change:
    """Return what a gateway does that reads the body and writes it in its own way."""

    def change(message: Message) -> Message:
        body = json.dumps(json.loads(message.body), **options).encode()
        return header("content-length", str(len(body)))(replace(message, body=body))

    return change


# What an intermediary may do to a request, and which signatures then still hold: the table of the security guide.
INTERMEDIARY: dict[str, tuple[Change, set[str]]] = {
    "method": (lambda message: replace(message, method="PUT"), set()),
    "path": (lambda message: replace(message, target=message.target + "/stop"), set()),
    "query": (lambda message: replace(message, target=message.target + "?more=1"), set()),
    "host": (header("host", "api.elsewhere.example"), set()),
    "port": (header("host", "api.remote.it:8443"), set()),
    "date": (header("date", "Wed, 01 Jan 2025 00:00:01 GMT"), set()),
    "no date": (header("date", None), set()),
    "no TLS": (lambda message: replace(message, scheme="http"), {"cavage"}),
    "content type": (header("content-type", "application/json; charset=utf-8"), {"rfc9421"}),
    "body, longer": (encoded_anew(separators=(", ", ": ")), {"rfc9421"}),
    "body, as long": (encoded_anew(separators=(",", ":"), sort_keys=True), {"cavage", "rfc9421"}),
    "chunks": (header("content-length", None), {"rfc9421"}),
    "other headers": (added("Via", "1.1 gateway"), {"cavage", "rfc9421"}),
    "order of headers": (lambda m: replace(m, headers=Headers(reversed([*m.headers.items()]))), {"cavage", "rfc9421"}),
}


@pytest.mark.parametrize("dialect", ["cavage", "rfc9421"])
@pytest.mark.parametrize("change", INTERMEDIARY)
def test_a_signature_holds_as_long_as_what_it_covers_stays(change: str, dialect: str) -> None:
    name = {"cavage": "cavage-connect-post-documented", "rfc9421": "rfc9421-sdk-connect-post"}[dialect]
    vector = next(vector for vector in VECTORS if vector["name"] == name)
    alter, holding = INTERMEDIARY[change]
    message = alter(message_of(vector))
    assert message != message_of(vector)
    if dialect in holding:
        assert verify(vector, message) == vector["key_id"]
    else:
        with pytest.raises(SignatureRefused):
            verify(vector, message)


@pytest.mark.parametrize("name", ["cavage-rhs020-connect-post", "rfc9421-rhs2-connect-post"])
def test_a_signed_digest_must_match_the_body(name: str) -> None:
    vector = next(vector for vector in VECTORS if vector["name"] == name)
    message = message_of(vector)
    with pytest.raises(SignatureRefused):
        verify(vector, replace(message, body=message.body.replace(b"true", b"TRUE")))


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer abc",
        'Signature keyId="k"',
        'Signature keyId="k",algorithm="hmac-sha256",headers="date",signature="!!"',
        'Signature keyId="k",algorithm="hmac-sha512",headers="date",signature="AAAA"',
        'Signature keyId="k",algorithm="hmac-sha256",headers="host",signature="AAAA"',
        'Signature keyId="k",keyId="k",algorithm="hmac-sha256",headers="date",signature="AAAA"',
        'Signature keyId="k",algorithm="hmac-sha256",headers="date digest-not-sent",signature="AAAA"',
    ],
)
def test_cavage_refuses_what_it_cannot_trust(authorization: str) -> None:
    headers = Headers({"Date": "Wed, 01 Jan 2025 00:00:00 GMT", "Host": "h", "Authorization": authorization}.items())
    message = Message("GET", "http", "/", headers, b"")
    with pytest.raises(SignatureRefused):
        cavage.verify(message, {"k": b"secret"}.get, NEW_YEAR, SKEW, ["date"])


STATED = '("@method" "@authority" "@target-uri");created=1735689600;keyid="k"'


@pytest.mark.parametrize(
    ("stated", "signature"),
    [
        (f"s={STATED}", ""),
        (f"s={STATED}", "other=:AAAA:"),
        (f"s={STATED}", "s=:A:"),
        (f"s={STATED}", "s=:AAAA:"),
        (f's={STATED};alg="rsa-v1_5-sha256"', "s=:AAAA:"),
        (f"s={STATED};more=1", "s=:AAAA:"),
        (f"s={STATED};expires=1735689599", "s=:AAAA:"),
        ('s=("@method");created=1735689600;keyid="k"', "s=:AAAA:"),
        ('s=("@method" "@authority" "@target-uri" "@method");created=1735689600;keyid="k"', "s=:AAAA:"),
        ('s=("@method" "@authority" "@target-uri");keyid="k"', "s=:AAAA:"),
        ('s=("@method" "@authority" "@target-uri");created=999999999999999;keyid="k"', "s=:AAAA:"),
        ('s=("@method" "@authority" "@target-uri" "@status");created=1735689600;keyid="k"', "s=:AAAA:"),
        ('s=("@method" "@authority" "@target-uri" "not-sent");created=1735689600;keyid="k"', "s=:AAAA:"),
        ('s=("@method" "@authority" "@target-uri");created=1735689600;keyid="other"', "s=:AAAA:"),
    ],
)
def test_rfc9421_refuses_what_it_cannot_trust(stated: str, signature: str) -> None:
    headers = Headers({"Host": "h", "Signature-Input": stated, "Signature": signature}.items())
    message = Message("GET", "http", "/", headers, b"")
    with pytest.raises(SignatureRefused):
        rfc9421.verify(message, {"k": b"secret"}.get, NEW_YEAR, SKEW)


def test_a_digest_that_was_sent_must_be_signed() -> None:
    vector = next(vector for vector in VECTORS if vector["name"] == "rfc9421-sdk-connect-post")
    with pytest.raises(SignatureRefused, match="content-digest is not signed"):
        verify(vector, added("Content-Digest", "sha-256=:AAAA:")(message_of(vector)))


@pytest.mark.parametrize("zone", ["GMT", "UTC", "Z", "+0000"])
def test_dates_may_name_utc_in_four_ways(zone: str) -> None:
    assert parse_http_date(f"Wed, 01 Jan 2025 00:00:00 {zone}") == NEW_YEAR


@pytest.mark.parametrize(
    "text",
    [
        "Wed, 01 Jan 2025 00:00:00 CET",
        "Wed, 01 Jan 2025 00:00:00 +0100",
        "Mi, 01 Jan 2025 00:00:00 GMT",
        "Thu, 30 Feb 2025 00:00:00 GMT",
        "2025-01-01T00:00:00Z",
    ],
)
def test_other_dates_are_refused(text: str) -> None:
    with pytest.raises(SignatureRefused):
        parse_http_date(text)


@pytest.mark.parametrize("seconds", [-301, 301])
@pytest.mark.parametrize("name", ["cavage-connect-post-documented", "rfc9421-sdk-connect-post"])
def test_old_and_future_signatures_are_refused(name: str, seconds: int) -> None:
    vector = next(vector for vector in VECTORS if vector["name"] == name)
    verify(vector, message_of(vector), NEW_YEAR + timedelta(seconds=seconds // 2))
    with pytest.raises(SignatureRefused):
        verify(vector, message_of(vector), NEW_YEAR + timedelta(seconds=seconds))


SHORT = DOCUMENTED[:4]


@pytest.mark.parametrize(
    "auth",
    [CavageAuth(ALICE_KEY), CavageAuth(ALICE_KEY, SHORT), CavageAuth(ALICE_KEY, ["date"]), Rfc9421Auth(ALICE_KEY)],
    ids=["documented", "no length", "date only", "rfc9421"],
)
def test_both_wires_take_both_dialects(simulator: AdminClient, auth: AuthBase) -> None:
    client = Client(simulator, auth=auth)
    assert client.services().status_code == 200
    assert client.graphql("{ login { email } }") == {"login": {"email": "alice@example.com"}}
    dialects = {call["dialect"] for call in simulator.calls()}
    assert dialects == {"cavage" if isinstance(auth, CavageAuth) else "rfc9421"}


WRONG_SECRET = base64.b64encode(b"x" * 30).decode()


@pytest.mark.parametrize(
    "auth",
    [
        CavageAuth(DISABLED_KEY),
        CavageAuth("NOSUCHKEY"),
        CavageAuth(ALICE_KEY, secret=WRONG_SECRET),
        CavageAuth(ALICE_KEY, skew=-400),
        Rfc9421Auth(DISABLED_KEY),
        Rfc9421Auth(ALICE_KEY, WRONG_SECRET),
    ],
)
def test_a_refused_signature_is_401_on_both_wires(simulator: AdminClient, auth: AuthBase) -> None:
    client = Client(simulator, auth=auth)
    rest, graphql = client.services(), client.post_graphql("{ version }")
    assert (rest.status_code, rest.json()["status"]) == (401, "false")
    assert (graphql.status_code, graphql.json()) == (401, {"message": "Unauthorized"})
    assert all(call["detail"] for call in simulator.calls())


def test_an_unsigned_request_is_refused(simulator: AdminClient) -> None:
    assert requests.get(f"{simulator.rest_url}/device/list/all", timeout=PATIENCE).status_code == 401
    assert requests.post(simulator.graphql_url, json={"query": "{ version }"}, timeout=PATIENCE).status_code == 401


@pytest.mark.parametrize(
    ("form", "status", "kind"), [("forbidden", 403, "application/json"), ("text", 401, "text/plain")]
)
def test_a_refusal_may_take_other_forms(start: Start, form: str, status: int, kind: str) -> None:
    response = Client(start(auth_failure=form), auth=CavageAuth("NOSUCHKEY")).services()
    assert (response.status_code, response.headers["Content-Type"].partition(";")[0]) == (status, kind)


def test_a_wire_may_take_one_dialect_only_and_ask_for_more_headers(start: Start) -> None:
    server = start(signatures={"rest": ["cavage"], "graphql": ["rfc9421"], "required_headers": list(DOCUMENTED)})
    by_cavage, by_rfc9421 = Client(server), Client(server, auth=Rfc9421Auth(ALICE_KEY))
    assert (by_cavage.services().status_code, by_rfc9421.services().status_code) == (200, 401)
    assert by_cavage.post_graphql("{ version }").status_code == 401
    assert by_rfc9421.post_graphql("{ version }").status_code == 200
    assert Client(server, auth=CavageAuth(ALICE_KEY, SHORT)).services().status_code == 401


def test_a_server_with_a_wrong_clock_judges_by_it_and_shows_it(start: Start) -> None:
    server = start(clock_offset=-4000)
    refused = Client(server).services()
    assert refused.status_code == 401
    skew = (parsedate_to_datetime(refused.headers["Date"]) - datetime.now(UTC)).total_seconds()
    assert -4002 < skew < -3998
    assert Client(server, auth=CavageAuth(ALICE_KEY, skew=skew)).services().status_code == 200
    assert Client(server, auth=Rfc9421Auth(ALICE_KEY)).services().status_code == 401


def test_a_gateway_may_show_another_date_than_the_server_judges_by(start: Start) -> None:
    server = start(gateway_date=4000)
    accepted = Client(server).services()
    assert accepted.status_code == 200
    assert 3998 < (parsedate_to_datetime(accepted.headers["Date"]) - datetime.now(UTC)).total_seconds() < 4002
    assert Client(server, auth=CavageAuth(ALICE_KEY, skew=4000)).services().status_code == 401
