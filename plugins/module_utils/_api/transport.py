# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signed JSON calls: the right dialect, the right time, and repetition of what may be repeated."""

from __future__ import annotations

import itertools
import json
import random
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .._base.clock import Clock, Deadline
from .._base.errors import AnswerLostError, ApiError, NotSentError, RefusedError
from .._base.text import printable
from .._settings.credentials import Credentials
from .._settings.settings import AUTO, Settings
from .dialects import Dialects, other_dialect
from .http_exchange import Answer, Http
from .signature import check_library, signer
from .throttle import Throttle

_UNAUTHORIZED = (401, 403)
_THROTTLED = 429
# Strict verifiers reject a signature made two seconds in the future.
_TOLERATED_SKEW = 2.0


class Reply(NamedTuple):
    """What remote.it answered, and how the answer to an earlier try of the same was *lost*, if one was."""

    document: dict[str, Any]
    lost: AnswerLostError | None


class Transport:
    """Sends JSON objects to remote.it and returns JSON objects. *warn* takes one sentence for the user.

    *dialects* are what is known of signatures, which others may learn at the same time, and *throttle* holds all of them back.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        warn: Callable[[str], None],
        dialects: Dialects,
        throttle: Throttle,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._dialects = dialects
        self._throttle = throttle
        self._warn = warn
        self._http = Http(settings.verify, settings.request_timeout)
        # Before anything is opened: what could not be signed later could not be closed.
        check_library(settings.signature)
        # Whether what must not be sent twice was lost once.
        self._has_lost = False

    def call(
        self,
        api: str,
        url: str,
        payload: Mapping[str, Any],
        deadline: Deadline,
        *,
        headers: Mapping[str, str] | None = None,
        repeatable: bool,
    ) -> Reply:
        """The JSON object that answers *payload* to *api*.

        What certainly had no effect is tried again; what may have had one only if it is *repeatable*. Raises
        NotSentError, AnswerLostError or RefusedError.
        """
        body = json.dumps(payload).encode()
        if self._has_lost and not repeatable:
            # Whoever ends kept connections without notice would take it again.
            self._http.forget_kept()
        lost: AnswerLostError | None = None
        for tries in itertools.count(1):
            self._throttle.wait(deadline)
            try:
                answer = self._authenticated(api, url, body, headers or {}, deadline)
                return Reply(_json_object(url, answer, self._settings.credentials), lost)
            except NotSentError as error:
                # That this try had no effect says nothing of one before.
                failure: ApiError = lost or error
            except AnswerLostError as error:
                if not repeatable:
                    self._has_lost = True
                    raise
                failure = lost = error
            except RefusedError as error:
                failure = error.after(lost)
                if error.status != _THROTTLED:
                    raise
            self._throttle.hold(failure.retry_after)
            if not self._waits(tries, failure.retry_after, deadline):
                raise failure
        raise AssertionError("unreachable")

    def _waits(self, tries: int, asked_for: float, deadline: Deadline) -> bool:
        """Wait until the next try after so many; False if there is none. remote.it has *asked_for* so many seconds."""
        patience = self._settings.patience
        wait = max(patience.pause * 2 ** (tries - 1) * random.uniform(0.5, 1.0), asked_for)
        if tries == patience.requests or wait >= deadline.remaining():
            return False
        deadline.sleep(wait)
        return True

    def _authenticated(self, api: str, url: str, body: bytes, headers: Mapping[str, str], deadline: Deadline) -> Answer:
        """The answer, after at most one change of dialect, and in each at most one correction of the clock."""
        chosen = self._settings.signature
        dialect = self._dialects.likely(api, url) if chosen == AUTO else chosen

        def post(ahead: float) -> Answer:
            sign = signer(dialect, self._settings.credentials, time.time() + ahead)
            return self._http.post(url, body, headers, sign, deadline)

        answer = self._at_the_right_time(post)
        if answer.status in _UNAUTHORIZED and chosen == AUTO and dialect != self._dialects.accepted(api, url):
            dialect = other_dialect(dialect)
            second = self._at_the_right_time(post)
            if second.status not in _UNAUTHORIZED:
                answer = second
        if answer.status == 200:
            self._dialects.accept(api, url, dialect)
            self._clock.observe(answer.clock_offset())
        return answer

    def _at_the_right_time(self, post: Callable[[float], Answer]) -> Answer:
        """The answer to what *post* signs as of our time, or if that is refused, as of the time that the answer shows.

        If that is refused as well, ours may have been right, and is kept.
        """
        answer = post(self._clock.offset)
        ahead = answer.clock_offset()
        if answer.status not in _UNAUTHORIZED or ahead is None or abs(ahead - self._clock.offset) <= _TOLERATED_SKEW:
            return answer
        corrected = post(ahead)
        # A refusal in other words is not about the time any more.
        if corrected.status in _UNAUTHORIZED and reason_of(corrected) == reason_of(answer):
            return answer
        if corrected.status == 200:
            self._clock.offset = ahead
            direction = "behind" if ahead > 0 else "ahead of"
            self._warn(
                f"The clock of this machine is {abs(ahead):.0f} seconds {direction} remote.it's; requests are signed "
                "with remote.it's time. Correct the clock, for example with NTP."
            )
        return corrected


def _json_object(url: str, answer: Answer, credentials: Credentials) -> dict[str, Any]:
    if 300 <= answer.status < 400 and "Location" in answer.headers:
        target = printable(answer.headers["Location"]) or "nowhere"
        raise RefusedError(f"{url} redirects to {target}, which is never followed: correct the URL.", answer.status, "")
    if answer.is_late:
        raise NotSentError(f"{url} ended the connection that it had kept (HTTP 408).", status=answer.status)
    # An interim answer is none, and 304 says that it is known. With 408, a gateway may mean what it waited for itself.
    if not (200 <= answer.status < 300 or 400 <= answer.status < 500) or answer.status == 408:
        asked_for = answer.retry_after() if answer.status == 503 else None
        raise AnswerLostError(f"{url} answered HTTP {answer.status}.", asked_for or 0.0, answer.status)
    if answer.status == _THROTTLED:
        message = f"{url} throttles requests (HTTP 429); try again later."
        raise RefusedError(message, answer.status, "", answer.retry_after() or 0.0)
    if answer.status >= 400:
        raise _refusal(url, answer, credentials)
    try:
        return answer.json_object()
    except ValueError as error:
        raise AnswerLostError(f"{url} answered HTTP {answer.status} with {error}.", status=answer.status) from None


def _refusal(url: str, answer: Answer, credentials: Credentials) -> RefusedError:
    reason = reason_of(answer)
    if credentials.developer_key:
        # It goes along with each request, and a gateway may show what it got.
        reason = reason.replace(credentials.developer_key, "********")
    said = f': "{reason}"' if reason else ""
    if answer.status in _UNAUTHORIZED:
        message = (
            f"{url} does not accept the access key or its signature (HTTP {answer.status}{said}); check that the key "
            f"is enabled and that id, secret and developer key belong together. The key is {credentials.name}."
        )
        ahead = answer.clock_offset() or 0.0
        if abs(ahead) > _TOLERATED_SKEW:
            direction = "ahead of" if ahead > 0 else "behind"
            message += f" The clock of the answer is {abs(ahead):.0f} seconds {direction} this machine's."
    elif answer.status == 407:
        message = (
            f"A web proxy on the way to {url} refused the request (HTTP 407{said}); give its user and password in "
            "HTTPS_PROXY, or name the host in NO_PROXY."
        )
    else:
        message = f"{url} refused the request (HTTP {answer.status}{said})."
    return RefusedError(message, answer.status, reason)


def reason_of(answer: Answer) -> str:
    """The words in which an error was answered, printable: REST's reason, GraphQL's message, or plain text."""
    try:
        document = answer.json_object()
    except ValueError:
        text = answer.body.decode("utf-8", "replace")
        return "" if "<" in text else printable(text)
    errors = document.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    words = (
        document.get("reason") or document.get("message") or (first.get("message") if isinstance(first, dict) else "")
    )
    return printable(str(words or ""))
