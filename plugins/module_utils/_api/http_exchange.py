# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One HTTP exchange: what was certainly not sent, what may have been lost, and what was answered."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from .._base.clock import Deadline
from .._base.dates import plausible
from .._base.errors import RemoteItError
from .._base.text import printable
from .._base.threads import within
from .http_session import Session, check_libraries
from .signature import Signer

if TYPE_CHECKING:
    from requests import Response

# A page of 1000 devices with all their services is a few MB.
_MAX_BODY = 64 * 1024 * 1024
# HMAC-SHA256 in base64, as both dialects write it.
_SIGNATURE = re.compile(r"[0-9A-Za-z+/]{43}=")
_SHORTEST_SECRET = 8


class Answer(NamedTuple):
    """An HTTP answer, read to its end. *received_at* is this machine's time when its headers came, in seconds since the epoch.

    *is_late* means that it is for nobody: the server had it ready when the request came, to end an idle connection.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: float
    is_late: bool = False

    def json_object(self) -> dict[str, Any]:
        """The body as a JSON object. ValueError with a description of what came instead."""
        kind = printable(self.headers.get("Content-Type", "").split(";")[0]) or "no content type"
        if not self.body.strip():
            raise ValueError("an empty body")
        try:
            parsed = json.loads(self.body)
        except (ValueError, RecursionError):
            raise ValueError(f"a body that is not JSON ({kind}, {len(self.body)} bytes)") from None
        if not isinstance(parsed, dict):
            raise ValueError(f"JSON that is not an object but {type(parsed).__name__}")
        return parsed

    def clock_offset(self) -> float | None:
        """Seconds by which the server's clock is ahead of ours, to about a second; None without a Date header."""
        try:
            return plausible(parsedate_to_datetime(self.headers["Date"]).timestamp()) - self.received_at
        except (KeyError, TypeError, ValueError, OverflowError):
            return None

    def retry_after(self) -> float | None:
        """Seconds that ``Retry-After`` asks for, given as a number or as a date; None without one."""
        value = self.headers.get("Retry-After", "").strip()
        if value.isdecimal():
            return float(value)
        try:
            return max(0.0, parsedate_to_datetime(value).timestamp() - self.received_at - (self.clock_offset() or 0.0))
        except (TypeError, ValueError, OverflowError):
            return None


class Http:
    """Posts requests over kept connections; never follows a redirect, because headers would follow it.

    *verify* is what requests takes; *request_timeout* bounds one exchange in seconds.
    """

    def __init__(self, verify: bool | str, request_timeout: float) -> None:
        check_libraries()
        if isinstance(verify, str):
            from .http_failure import check_ca  # few have CA certificates of their own

            check_ca("ca_path", verify)
        self._request_timeout = request_timeout
        self._verify = verify
        self._kept: Session | None = None

    def forget_kept(self) -> None:
        """Ask over a new connection next time."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def post(self, url: str, body: bytes, headers: Mapping[str, str], signer: Signer, deadline: Deadline) -> Answer:
        """The answer to one signed POST.

        Raises NotSentError when the request cannot have had an effect and AnswerLostError when it may have had one.
        """
        deadline.check(f"asking {url}")
        limit = min(self._request_timeout, deadline.remaining())
        all_headers = {"Content-Type": "application/json", "Accept": "application/json", **headers}
        # Only what ends as it should is used again.
        session, self._kept = self._kept or Session(), None
        try:
            # The timeout of requests bounds each wait for bytes, not their sum, nor the lookup of the host's name.
            answer, is_clean = within(limit, lambda: self._exchange(session, url, body, all_headers, signer, limit))
        except BaseException as error:
            sent = session.give_up()
            if isinstance(error, RemoteItError) or not isinstance(error, Exception):
                raise
            from .http_failure import answer_lost, check_ca_of_environment, not_sent  # most requests are answered

            if sent:
                raise answer_lost(url, limit, error) from None
            if self._verify is True:
                check_ca_of_environment()
            raise not_sent(url, limit, error, session.progress) from None
        if is_clean:
            self._kept = session
        else:
            session.close()
        return answer

    def _exchange(
        self, session: Session, url: str, body: bytes, headers: Mapping[str, str], signer: Signer, limit: float
    ) -> tuple[Answer, bool]:
        """The answer, and whether nothing can be left of it on the connection."""
        end = time.monotonic() + limit
        response = session.post(
            url,
            data=body,
            headers=headers,
            auth=signer,
            timeout=limit,
            verify=self._verify,
            allow_redirects=False,
            stream=True,
        )
        # The Date is of now, not of the end of a long body.
        received_at = time.time()
        with response:
            content = _without_secrets(_read(response, end), response.request.headers)
        is_clean = _has_one_end(response) and not session.progress.has_more()
        # RFC 9110, 15.5.9: the request did not come in time. On a new connection it would have.
        is_late = response.status_code == 408 and session.progress.is_kept
        return Answer(response.status_code, response.headers, content, received_at, is_late), is_clean


def _without_secrets(content: bytes, sent: Mapping[str, str]) -> bytes:
    """*content* without what must not be shown of the headers *sent*, should the server or a web proxy repeat them."""
    signatures = _SIGNATURE.findall(sent.get("Authorization", "") + sent.get("Signature", ""))
    for secret in (sent.get("DeveloperKey", ""), *signatures):
        # What is shorter is no key of remote.it's, and may be a part of something else.
        if len(secret) >= _SHORTEST_SECRET:
            for form in (secret.replace("/", "\\/"), secret):
                content = content.replace(form.encode(), b"********")
    return content


def _read(response: Response, end: float) -> bytes:
    """The whole body, or an error when it drips in for too long or is larger than any honest answer."""
    content = bytearray()
    # urllib3 1.26 takes a body that breaks off for a whole one, unless told so.
    response.raw.enforce_content_length = True
    for chunk in response.iter_content(65536):
        content += chunk
        if time.monotonic() > end:
            raise TimeoutError
        if len(content) > _MAX_BODY:
            raise OSError("more than 64 MiB")
    return bytes(content)


def _has_one_end(response: Response) -> bool:
    """Whether all who read the answer agree where it ends, so that nothing of it is left for the next exchange.

    An interim answer is followed by the final one. After an error of the server, a gateway may still have its own.
    """
    status, headers = response.status_code, response.headers
    length, coding = headers.get("Content-Length"), headers.get("Transfer-Encoding")
    framed = length.isdecimal() if length is not None and coding is None else (length, coding) == (None, "chunked")
    return framed and 200 <= status < 500 and status not in (204, 304, 408)
