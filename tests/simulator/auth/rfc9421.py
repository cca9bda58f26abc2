# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verification of HTTP Message Signatures (RFC 9421): one signature by hmac-sha256, over whole fields and the request
itself.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .http_date import check_date
from .message import Message, SignatureRefused

# The part that the vendor's SDK and its Python page have in common.
_REQUIRED = ("@method", "@authority", "@target-uri")

_LABEL = r"([a-z*][a-z0-9_.*-]*)"
_PARAMETER = r';([a-z]+)=(?:"([^"\\]*)"|(\d{1,15}))'
_INPUT = re.compile(rf'{_LABEL}=(\(((?:"[^"\\]+" ?)*)\)((?:{_PARAMETER})*))')
_SIGNATURE = re.compile(rf"{_LABEL}=:([A-Za-z0-9+/=]*):")
_PARAMETERS = {"alg", "created", "expires", "keyid", "nonce", "tag"}
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_HASHES = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}


@dataclass(frozen=True, slots=True)
class _Signature:
    """What the two header fields say; ``text`` is the list of components with its parameters, as it was signed."""

    text: str
    covered: list[str]
    parameters: dict[str, str]
    value: bytes


def verify(message: Message, find_key: Callable[[str], bytes | None], now: datetime, max_skew: timedelta) -> str:
    """Verify the signature of ``message`` and return the id of the key that made it.

    A ``Date`` that was sent must be near ``now``; a ``Content-Digest`` that was sent must be signed and hold.

    :param find_key: gives the secret of a key id that may be used now.
    :raises SignatureRefused: anything about it is wrong.
    """
    signature = _read(message)
    missing = [name for name in _REQUIRED if name not in signature.covered]
    if missing:
        raise SignatureRefused(f"signature does not cover {' '.join(missing)}")
    if message.headers.get("date") is not None:
        check_date(message.headers.get("date"), now, max_skew)
    _check_times(signature.parameters, now, max_skew)
    _check_digest(message, signature.covered)
    key_id = signature.parameters.get("keyid", "")
    secret = find_key(key_id)
    if secret is None:
        raise SignatureRefused("key is unknown or disabled")
    lines = [f'"{name}": {_component(message, name)}' for name in signature.covered]
    base = "\n".join([*lines, f'"@signature-params": {signature.text}'])
    if not hmac.compare_digest(hmac.new(secret, base.encode("latin-1"), hashlib.sha256).digest(), signature.value):
        raise SignatureRefused("signature does not match")
    return key_id


def _read(message: Message) -> _Signature:
    stated = _INPUT.fullmatch(message.headers.get("signature-input") or "")
    signed = _SIGNATURE.fullmatch(message.headers.get("signature") or "")
    if stated is None or signed is None or stated[1] != signed[1]:
        raise SignatureRefused("signature headers cannot be read")
    covered = re.findall(r'"([^"]+)"', stated[3])
    parameters = {name: text or number for name, text, number in re.findall(_PARAMETER, stated[4])}
    if len(covered) != len(set(covered)) or not set(parameters) <= _PARAMETERS:
        raise SignatureRefused("a component is repeated, or a parameter is unknown")
    if parameters.get("alg", "hmac-sha256") != "hmac-sha256":
        raise SignatureRefused(f"algorithm is {parameters['alg']}")
    try:
        value = base64.b64decode(signed[2], validate=True)
    except binascii.Error:
        raise SignatureRefused("signature is not base64") from None
    return _Signature(stated[2], covered, parameters, value)


def _check_times(parameters: dict[str, str], now: datetime, max_skew: timedelta) -> None:
    try:
        times = {
            name: datetime.fromtimestamp(int(parameters[name]), UTC)
            for name in ("created", "expires")
            if name in parameters
        }
    except (ValueError, OverflowError, OSError):
        raise SignatureRefused("created or expires is no time") from None
    if "created" not in times:
        raise SignatureRefused("no created parameter")
    if abs(times["created"] - now) > max_skew:
        raise SignatureRefused(f"created is off by {(times['created'] - now).total_seconds():.0f} s")
    if times.get("expires", now) < now:
        raise SignatureRefused("signature has expired")


def _component(message: Message, name: str) -> str:
    """Return the value that is signed under ``name``."""
    if name.startswith("@"):
        return _derived(message, name)
    value = message.headers.get(name)
    if value is None:
        raise SignatureRefused(f"signed header {name} was not sent")
    return value


def _derived(message: Message, name: str) -> str:
    path, _mark, query = message.target.partition("?")
    derived = {
        "@method": message.method,
        "@scheme": message.scheme,
        "@authority": (message.headers.get("host") or "").lower().removesuffix(_DEFAULT_PORTS[message.scheme]),
        "@target-uri": message.url,
        "@request-target": message.target,
        "@path": path,
        "@query": f"?{query}",
    }
    if name not in derived:
        raise SignatureRefused(f"component {name} is unknown")
    return derived[name]


def _check_digest(message: Message, covered: list[str]) -> None:
    field = message.headers.get("content-digest")
    if field is None:
        return
    if "content-digest" not in covered:
        raise SignatureRefused("content-digest is not signed")
    for digest in field.split(", "):
        name, _mark, value = digest.partition("=")
        made = _HASHES[name](message.body).digest() if name in _HASHES else b""
        if value != f":{base64.b64encode(made).decode('ascii')}:":
            raise SignatureRefused("content-digest does not match the body")
