# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One HTTP exchange: what was certainly not sent, what may have been lost, and what was answered."""

from __future__ import annotations

import json
import os
import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from ._clock import Deadline, plausible, within
from ._errors import AnswerLostError, ApiError, MissingLibraryError, NotSentError, OptionError
from ._signature import Signer
from ._text import printable

try:
    import requests
    import urllib3.exceptions

    class _Session(requests.Session):
        """A session that leaves redirects alone. Even told not to follow one, requests reads its body and its target."""

        def get_redirect_target(self, resp: requests.Response) -> None:
            """There is none."""

    HAS_REQUESTS = True
except ImportError:
    HAS_REQUESTS = False

# A page of 1000 devices with all their services is a few MB.
_MAX_BODY = 64 * 1024 * 1024
# HMAC-SHA256 in base64, as both dialects write it.
_SIGNATURE = re.compile(r"[0-9A-Za-z+/]{43}=")
_SHORTEST_SECRET = 8
# So that requests is the first to notice that a limit is over: it can tell what was being waited for.
_GRACE = 0.5


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, read to its end. *received_at* is this machine's time in seconds since the epoch."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: float

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
        if not HAS_REQUESTS:
            raise MissingLibraryError("requests>=2.34.2,<3")
        if isinstance(verify, str):
            _check_ca(verify)
        self._request_timeout = request_timeout
        self._verify = verify
        self._session = _Session()

    def post(self, url: str, body: bytes, headers: Mapping[str, str], signer: Signer, deadline: Deadline) -> Answer:
        """The answer to one signed POST.

        Raises NotSentError when the request cannot have had an effect and AnswerLostError when it may have had one.
        """
        deadline.check(f"asking {url}")
        limit = min(self._request_timeout, deadline.remaining())
        all_headers = {"Content-Type": "application/json", "Accept": "application/json", **headers}
        try:
            # The timeout of requests bounds each wait for bytes, not their sum, nor the lookup of the host's name.
            return within(limit + _GRACE, lambda: self._exchange(url, body, all_headers, signer, limit))
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, TimeoutError) as error:
            raise _translated(url, limit, error) from None

    def _exchange(self, url: str, body: bytes, headers: Mapping[str, str], signer: Signer, limit: float) -> Answer:
        end = time.monotonic() + limit
        response = self._session.post(
            url,
            data=body,
            headers=headers,
            auth=signer,
            timeout=limit,
            verify=self._verify,
            allow_redirects=False,
            stream=True,
        )
        with response:
            content = _without_secrets(_read(response, end), response.request.headers)
        return Answer(response.status_code, response.headers, content, time.time())


def _without_secrets(content: bytes, sent: Mapping[str, str]) -> bytes:
    """*content* without what must not be shown of the headers *sent*, should the server or a web proxy repeat them."""
    signatures = _SIGNATURE.findall(sent.get("Authorization", "") + sent.get("Signature", ""))
    for secret in (sent.get("DeveloperKey", ""), *signatures):
        # What is shorter is no key of remote.it's, and may be a part of something else.
        if len(secret) >= _SHORTEST_SECRET:
            for form in (secret.replace("/", "\\/"), secret):
                content = content.replace(form.encode(), b"********")
    return content


def _check_ca(path: str) -> None:
    """Raise OptionError if *path* is a file without CA certificates: later, it would look like a failure of the server.

    A directory is not read before a certificate is looked for.
    """
    try:
        if not os.path.isdir(path):
            ssl.create_default_context(cafile=path)
    except OSError as error:
        raise OptionError(f"ca_path={path} cannot be used as CA certificates: {printable(str(error))}.") from None


def _translated(url: str, limit: float, error: Exception) -> ApiError:
    """What an exchange that failed means for the caller: not sent, or perhaps carried out."""
    cause = _cause(error)
    if isinstance(error, requests.exceptions.SSLError):
        if isinstance(_innermost(error), ssl.SSLCertVerificationError):
            return NotSentError(
                f"The TLS certificate of {url} is not trusted ({cause}); if a private CA signed it, set ca_path."
            )
        # Any other failure of TLS may have come after the request was sent.
        return AnswerLostError(f"TLS with {url} failed ({cause}).")
    if isinstance(error, (requests.exceptions.InvalidURL, urllib3.exceptions.LocationValueError)):
        # The cause may quote a part of the web proxy's URL, in which there may be a password.
        return NotSentError(f"{url} cannot be asked: it, or the URL of the web proxy in the environment, is not one.")
    if isinstance(error, requests.exceptions.InvalidSchema):
        return NotSentError(f"{url} could not be reached ({cause}).")
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return NotSentError(f"{url} could not be reached within {limit:.0f} seconds.")
    # What is read after the headers can run out of time behind the back of requests.
    if isinstance(error, (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)):
        return AnswerLostError(f"{url} did not answer within {limit:.0f} seconds.")
    if isinstance(error, requests.exceptions.ConnectionError):
        if _never_connected(error):
            return NotSentError(f"{url} could not be reached ({cause}).")
        return AnswerLostError(f"The connection to {url} broke before the answer was complete.")
    return AnswerLostError(f"The answer of {url} could not be read ({cause}).")


def _read(response: requests.Response, end: float) -> bytes:
    """The whole body, or an error when it drips in for too long or is larger than any honest answer."""
    content = bytearray()
    while chunk := response.raw.read1(65536, decode_content=True):
        content += chunk
        if time.monotonic() > end:
            raise requests.exceptions.ReadTimeout
        if len(content) > _MAX_BODY:
            raise requests.exceptions.ContentDecodingError("more than 64 MiB")
    return bytes(content)


def _never_connected(error: requests.exceptions.ConnectionError) -> bool:
    """Whether the TCP connection was never made: name not found, refused, no route, proxy not reached."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ProxyError))


def _innermost(error: BaseException) -> BaseException:
    """The error that requests and urllib3 wrapped."""
    while error.args and isinstance(error.args[0], BaseException):
        wrapped = error.args[0]
        reason = getattr(wrapped, "reason", None)
        error = reason if isinstance(reason, BaseException) else wrapped
    return error


def _cause(error: BaseException) -> str:
    """The words of the innermost error, without the addresses of objects that are printed around them."""
    return printable(str(_innermost(error)).rpartition(": ")[2]) or type(error).__name__
