# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verification of HTTP Message Signatures (RFC 9421), by the http-message-signatures library."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    algorithms,
)

from .http_date import check_date
from .message import Message, SignatureRefused

# The part that the vendor's SDK and its Python page have in common.
_REQUIRED = ("@method", "@authority", "@target-uri")


class _Keys(HTTPSignatureKeyResolver):
    def __init__(self, find_key: Callable[[str], bytes | None]) -> None:
        self._find_key = find_key

    def resolve_public_key(self, key_id: str) -> bytes | None:
        return self._find_key(key_id)


class _Verifier(HTTPMessageVerifier):
    """The library's verifier, with the simulator's clock in place of the machine's."""

    def __init__(self, find_key: Callable[[str], bytes | None], now: datetime, max_skew: timedelta) -> None:
        super().__init__(signature_algorithm=algorithms.HMAC_SHA256, key_resolver=_Keys(find_key))
        self._now = now
        self._max_skew = max_skew

    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:
        times: dict[str, datetime] = {}
        for name in ("created", "expires"):
            if name in sig_input.params:
                times[name] = datetime.fromtimestamp(int(sig_input.params[name]), tz=UTC)
        if "created" not in times:
            raise InvalidSignature("no created parameter")
        if abs(times["created"] - self._now) > self._max_skew:
            raise InvalidSignature(f"created is off by {(times['created'] - self._now).total_seconds():.0f} s")
        if times.get("expires", self._now) < self._now:
            raise InvalidSignature("signature has expired")


def verify(message: Message, find_key: Callable[[str], bytes | None], now: datetime, max_skew: timedelta) -> str:
    """Verify the signature of ``message`` and return the id of the key that made it.

    A ``Date`` that was sent must be near ``now``; a ``Content-Digest`` that was sent must be signed and hold.

    :param find_key: gives the secret of a key id that may be used now.
    :raises SignatureRefused: anything about it is wrong.
    """
    if message.headers.get("date") is not None:
        check_date(message.headers.get("date"), now, max_skew)
    digested = message.headers.get("content-digest") is not None
    try:
        results = _Verifier(find_key, now, max_skew).verify(
            message, max_age=None, require_components=_REQUIRED, body=message.body if digested else None
        )
    except (HTTPMessageSignaturesException, OverflowError, OSError, ValueError) as error:
        raise SignatureRefused(str(error)) from None
    return str(results[0].parameters["keyid"])
