# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every fault that can befall one request: what it is called, how the simulator makes it, what a message says of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

# What an answer may hold while this suite runs: the limit is the same, but to reach it costs less.
MAX_BODY = 1_000_000
# Seconds that a request may take where a fault makes it take longer.
SHORT_REQUEST = 2.0

LOST = "the connection to .* broke before the answer was complete|could not be read"
NOT_ACCEPTED = "does not accept the access key or its signature"
THROTTLED = r"throttles requests \(HTTP 429\)"
MIDNIGHT_2100 = 4102444800
# Stands for the date in a second.
SOON = "soon"


@dataclass(frozen=True)
class ApiFault:
    """A fault.

    *title* is what the guide calls it, *says* a regular expression that a message finds what went wrong by, *spec* what
    the simulator is told. *slow* requests take longer than they may. *wire* is the only one that knows such an answer.
    """

    title: str
    says: str
    spec: dict[str, Any]
    slow: bool = False
    wire: str | None = None


def timely(spec: Mapping[str, Any]) -> dict[str, Any]:
    """*spec* as it is to be told just before the fault hits."""
    if spec.get("retry_after") != SOON:
        return dict(spec)
    return {**spec, "retry_after": formatdate(time.time() + 1, usegmt=True)}


def _fault(title: str, says: str, name: str, *, slow: bool = False, wire: str | None = None, **spec: Any) -> ApiFault:
    return ApiFault(title, says, {"fault": name, **spec}, slow, wire)


FAULTS = (
    _fault("answer late, but in time", "", "latency", seconds=0.2),
    _fault("answer lost: connection closed", LOST, "lost_answer", how="close"),
    _fault("answer lost: connection reset", LOST, "lost_answer", how="reset"),
    _fault("answer lost: half of it came", LOST, "lost_answer", how="half"),
    _fault("answer lost: silence", "did not answer within", "lost_answer", how="hang", slow=True),
    _fault("request lost: connection closed", LOST, "lost_request", how="close"),
    _fault("request lost: connection reset", LOST, "lost_request", how="reset"),
    _fault("request lost: silence", "did not answer within", "lost_request", how="hang", slow=True),
    _fault("HTTP 401", f"{NOT_ACCEPTED}.*HTTP 401", "status", status=401),
    _fault("HTTP 403", f"{NOT_ACCEPTED}.*HTTP 403", "status", status=403),
    _fault("HTTP 408", "HTTP 408", "status", status=408),
    _fault("HTTP 429", THROTTLED, "status", status=429),
    _fault("HTTP 429, ``Retry-After`` 1 second", THROTTLED, "status", status=429, retry_after="1"),
    _fault("HTTP 429, ``Retry-After`` an hour", THROTTLED, "status", status=429, retry_after="3600"),
    _fault(
        "HTTP 429, ``Retry-After`` a date that is far off",
        THROTTLED,
        "status",
        status=429,
        retry_after=formatdate(MIDNIGHT_2100, usegmt=True),
    ),
    _fault("HTTP 429, ``Retry-After`` a date", THROTTLED, "status", status=429, retry_after=SOON),
    _fault("HTTP 500", "HTTP 500", "status", status=500),
    _fault("HTTP 502 with HTML", "HTTP 502", "status", status=502),
    _fault("HTTP 502 with HTML, though it was done", "HTTP 502", "status", status=502, committed=True),
    _fault("HTTP 503", "HTTP 503", "status", status=503),
    _fault("HTTP 503, ``Retry-After`` 1 second", "HTTP 503", "status", status=503, retry_after="1"),
    _fault("HTTP 503, ``Retry-After`` an hour", "HTTP 503", "status", status=503, retry_after="3600"),
    _fault("no body", "an empty body", "empty"),
    _fault("an HTML page instead", r"a body that is not JSON \(text/html", "html"),
    _fault("half of the JSON", "a body that is not JSON", "truncated"),
    _fault("JSON of another type", "JSON that is not an object but list", "wrong_type"),
    _fault("fields of other types", "cannot be used|refused|no account|did not confirm", "wrong_fields"),
    _fault("fields that nobody knows", "", "extra_fields"),
    _fault("refused in so many words", "refused .*not today", "refused", text="not today"),
    _fault("GraphQL errors without data", "refused .*not today", "errors", text="not today", wire="graphql"),
    _fault("GraphQL errors beside the data", "refused .*half", "errors", text="half", committed=True, wire="graphql"),
    _fault("GraphQL errors that take the data away", "not today", "field_error", text="not today", wire="graphql"),
    _fault("``data`` is null", "answered without data|refused|no reason", "data_null", wire="graphql"),
    _fault("answer drips in, but in time", "", "drip", seconds=0.2),
    _fault("answer drips in too slowly", "did not answer within", "drip", seconds=600, slow=True),
    _fault("answer very large", "", "large", size=MAX_BODY // 2),
    _fault("answer larger than can be", "more than 64 MiB", "large", size=MAX_BODY * 2),
    _fault("redirect", "redirects to .*, which is never followed", "redirect"),
)
