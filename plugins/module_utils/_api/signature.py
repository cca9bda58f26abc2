# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signing requests, in the two dialects that remote.it knows. A signer is a requests auth callable for one request."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from importlib import metadata
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .._base.library import Library
from .._settings.credentials import Credentials
from .._settings.settings import CAVAGE

if TYPE_CHECKING:
    from requests import PreparedRequest

RFC9421_LIBRARY = Library("requests-http-signature>=2.0.0,<3")

with RFC9421_LIBRARY.imported():
    import requests_http_signature

    _version = metadata.version("requests-http-signature")
    # Other major versions import under the same name, but sign something else or not at all.
    if _version.split(".")[0] != "2":
        raise ImportError(f"its version is {_version}")

    import http_message_signatures  # what it signs with

Signer = Callable[["PreparedRequest"], "PreparedRequest"]

# The list that the vendor's REST examples sign, in their order.
CAVAGE_HEADERS = ("(request-target)", "host", "date", "content-type", "content-length")

# What the vendor's JavaScript SDK covers, and for how long its signatures hold. The body is not covered: a gateway that
# encodes it anew does no harm, and the vendor's own tools leave it out since 2024.
RFC9421_COMPONENTS = ("@method", "@authority", "@target-uri", "date")
RFC9421_LABEL = "remoteit"
RFC9421_LIFETIME = timedelta(seconds=300)


def check_library(signature: str) -> None:
    """Raise MissingLibraryError if something may have to be signed, by the option *signature*, that cannot be."""
    if signature != CAVAGE:
        _try_rfc9421()


@functools.cache
def _try_rfc9421() -> None:
    """Sign something: what the library needs may be of a version that fails only then."""
    RFC9421_LIBRARY.require()
    with RFC9421_LIBRARY.used():
        from requests import Request

        Request("POST", "https://remote.it/", json={}, auth=_rfc9421_signer(Credentials("id", b"key"), 0.0)).prepare()


def signer(dialect: str, credentials: Credentials, now: float) -> Signer:
    """A callable that signs one request as of *now* (seconds since the epoch) in *dialect*."""
    if dialect == CAVAGE:
        return CavageSigner(credentials, now)
    return _rfc9421_signer(credentials, now)


class CavageSigner:
    """``Authorization: Signature …`` as the vendor's shell recipe makes it, byte for byte."""

    def __init__(self, credentials: Credentials, now: float) -> None:
        self._credentials = credentials
        self._now = now

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Date"] = formatdate(self._now, usegmt=True)
        digest = hmac.new(self._credentials.key, signing_string(request).encode(), hashlib.sha256).digest()
        request.headers["Authorization"] = (
            f'Signature keyId="{self._credentials.key_id}",algorithm="hmac-sha256",'
            f'headers="{" ".join(CAVAGE_HEADERS)}",signature="{base64.b64encode(digest).decode()}"'
        )
        return request


def signing_string(request: PreparedRequest) -> str:
    """The text that is signed: one ``name: value`` line for each name of CAVAGE_HEADERS. KeyError when one is unset."""
    parts = urlsplit(request.url or "")
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    # The Host header that the HTTP client will send: it leaves out user info, and the port as the URL does.
    derived = {
        "(request-target)": f"{(request.method or '').lower()} {target}",
        "host": request.headers.get("Host") or parts.netloc.rpartition("@")[2],
    }
    return "\n".join(f"{name}: {derived.get(name) or request.headers[name]}" for name in CAVAGE_HEADERS)


def _rfc9421_signer(credentials: Credentials, now: float) -> Signer:
    RFC9421_LIBRARY.require()

    class SdkSigner(http_message_signatures.HTTPMessageSigner):
        """HTTPMessageSigner in the form of the vendor's SDK: without a digest, and with parameters in its order."""

        def prepare(self, message: PreparedRequest, **options: Any) -> http_message_signatures.PreparedSignature:
            prepared = super().prepare(message, **{**options, "body": None})
            components = prepared.signature_params.partition(";")[0]
            created, expires = (int(options[name].timestamp()) for name in ("created", "expires"))
            parameters = (
                f'{components};keyid="{credentials.key_id}";alg="{prepared.algorithm_id}"'
                f";created={created};expires={expires}"
            )
            unordered = prepared.signature_params.encode()
            base = prepared.signature_base.removesuffix(unordered) + parameters.encode()
            return replace(prepared, signature_base=base, signature_params=parameters)

    class Rfc9421Auth(requests_http_signature.HTTPSignatureAuth):
        """HTTPSignatureAuth with remote.it's time instead of this machine's."""

        signer_class = SdkSigner

        def get_created(self, request: PreparedRequest) -> datetime:
            request.headers["Date"] = formatdate(now, usegmt=True)
            return datetime.fromtimestamp(now, UTC)

    made: Signer = Rfc9421Auth(
        signature_algorithm=requests_http_signature.algorithms.HMAC_SHA256,
        key=credentials.key,
        key_id=credentials.key_id,
        label=RFC9421_LABEL,
        expires_in=RFC9421_LIFETIME,
        covered_component_ids=RFC9421_COMPONENTS,
    )
    return made
