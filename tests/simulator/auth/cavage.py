# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verification of ``Authorization: Signature``, after draft-cavage-http-signatures and the vendor page
"Authentication" (algorithm hmac-sha256 only).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from .http_date import check_date
from .message import Message, SignatureRefused

_PARAMETER = r'([A-Za-z]+)=(?:"([^"\\]*)"|(\d+))'
_PARAMETERS = re.compile(rf"{_PARAMETER}(?:\s*,\s*{_PARAMETER})*")


def verify(
    message: Message,
    find_key: Callable[[str], bytes | None],
    now: datetime,
    max_skew: timedelta,
    required: Iterable[str],
) -> str:
    """Verify the signature of ``message`` and return the id of the key that made it.

    :param find_key: gives the secret of a key id that may be used now.
    :param required: header names the signature must cover.
    :raises SignatureRefused: anything about it is wrong.
    """
    parameters = parse_parameters(message.headers.get("authorization") or "")
    if parameters.get("algorithm") != "hmac-sha256":
        raise SignatureRefused(f"algorithm is {parameters.get('algorithm')}")
    covered = parameters.get("headers", "date").lower().split(" ")
    missing = [name for name in required if name not in covered]
    if missing:
        raise SignatureRefused(f"signature does not cover {' '.join(missing)}")
    check_date(message.headers.get("date"), now, max_skew)
    _check_content(message, covered)
    key_id = parameters.get("keyId", "")
    secret = find_key(key_id)
    if secret is None:
        raise SignatureRefused("key is unknown or disabled")
    expected = hmac.new(secret, signing_string(message, covered).encode("latin-1"), hashlib.sha256).digest()
    try:
        given = base64.b64decode(parameters.get("signature", ""), validate=True)
    except binascii.Error:
        raise SignatureRefused("signature is not base64") from None
    if not hmac.compare_digest(expected, given):
        raise SignatureRefused("signature does not match")
    return key_id


def parse_parameters(authorization: str) -> dict[str, str]:
    """Split the header value into its parameters.

    :raises SignatureRefused: it has another scheme, or cannot be read.
    """
    scheme, blank, rest = authorization.partition(" ")
    rest = rest.strip()
    if not blank or scheme.lower() != "signature" or not _PARAMETERS.fullmatch(rest):
        raise SignatureRefused("authorization header cannot be read")
    found = re.findall(_PARAMETER, rest)
    parameters = {name: quoted or bare for name, quoted, bare in found}
    if len(parameters) != len(found):
        raise SignatureRefused("a signature parameter is repeated")
    return parameters


def signing_string(message: Message, covered: Iterable[str]) -> str:
    """Return the text that was signed: one line per covered name, no line feed at the end.

    :raises SignatureRefused: a covered header was not sent.
    """
    lines = []
    for name in covered:
        if name == "(request-target)":
            value: str | None = f"{message.method.lower()} {message.target}"
        else:
            value = message.headers.get(name)
        if value is None:
            raise SignatureRefused(f"signed header {name} was not sent")
        lines.append(f"{name}: {value}")
    return "\n".join(lines)


def _check_content(message: Message, covered: Iterable[str]) -> None:
    length = message.headers.get("content-length")
    if length is not None and length != str(len(message.body)):
        raise SignatureRefused(f"content-length is {length}, the body has {len(message.body)} bytes")
    if "digest" in covered:
        digest = "SHA-256=" + base64.b64encode(hashlib.sha256(message.body).digest()).decode("ascii")
        if message.headers.get("digest") != digest:
            raise SignatureRefused("digest does not match the body")
