# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who sent a request: the signature, in either dialect, by a key that exists and is enabled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from ..cloud.clock import Clock
from ..config.settings import Behaviour
from ..config.world import Account, World
from . import cavage, rfc9421
from .message import Message, SignatureRefused

_KEY_ID = re.compile(r'\bkeyid="([^"]*)"', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Identity:
    """An authenticated caller; ``address`` is the IP address the request came from."""

    account: Account
    key_id: str
    dialect: str
    address: str


def dialect_of(message: Message) -> str | None:
    """Return the signature dialect a request uses, or None when it is not signed."""
    if message.headers.get("signature-input"):
        return "rfc9421"
    return "cavage" if message.headers.get("authorization") else None


def claimed_key_id(message: Message) -> str | None:
    """Return the key id a signature names, whether or not it holds."""
    fields = message.headers.get("signature-input") or message.headers.get("authorization") or ""
    match = _KEY_ID.search(fields)
    return match[1] if match else None


def authenticate(
    message: Message, accepted: tuple[str, ...], address: str, world: World, clock: Clock, behaviour: Behaviour
) -> Identity:
    """Verify the signature of ``message``.

    :param accepted: the dialects this wire accepts.
    :raises SignatureRefused: it is missing, of a dialect not accepted here, or does not hold.
    """
    dialect = dialect_of(message)
    if dialect is None:
        raise SignatureRefused("request is not signed")
    if dialect not in accepted:
        raise SignatureRefused(f"dialect {dialect} is not accepted here")

    def find_key(key_id: str) -> bytes | None:
        found = world.key(key_id)
        return found[1].secret if found and found[1].enabled else None

    now, skew = clock.wall(), timedelta(seconds=behaviour.max_clock_skew)
    if dialect == "cavage":
        key_id = cavage.verify(message, find_key, now, skew, behaviour.signatures.required_headers)
    else:
        key_id = rfc9421.verify(message, find_key, now, skew)
    owner = world.key(key_id)
    if owner is None:
        raise SignatureRefused("key is unknown")
    return Identity(account=owner[0], key_id=key_id, dialect=dialect, address=address)
