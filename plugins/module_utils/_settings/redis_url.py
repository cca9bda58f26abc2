# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The address of a registry in Redis, as its users write it."""

from __future__ import annotations

import os
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from .._model.ids import is_plain_host

SCHEMES = ("redis", "rediss")
DEFAULT_PREFIX = "remoteit"
_FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")


class RedisUrl(NamedTuple):
    """Where a Redis is, who we are there and what the names of our keys begin with; the rest is what TLS needs."""

    host: str
    port: int
    db: int
    username: str | None
    tls: bool
    prefix: str
    ssl_ca_certs: str | None
    ssl_certfile: str | None
    ssl_keyfile: str | None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{SCHEMES[self.tls]}://{host}:{self.port}/{self.db}"


def redis_url(text: str) -> RedisUrl:
    """``redis[s]://[USER@]HOST[:PORT][/DB][?prefix=…&ssl_ca_certs=…&ssl_certfile=…&ssl_keyfile=…]``.

    ValueError, which says what is wrong and shows no password, when *text* is something else.
    """
    parts = urlsplit(text)
    if parts.scheme not in SCHEMES:
        raise ValueError("a directory, redis:// or rediss:// is expected")
    if parts.password is not None:
        raise ValueError("a password is shown to everybody there: put it into registry_password")
    host = parts.hostname or ""
    if not (":" in host or is_plain_host(host)):
        raise ValueError("it names no host")
    db = parts.path.strip("/") or "0"
    if not (db.isascii() and db.isdecimal()):
        raise ValueError(f"{db!r} is not the number of a database")
    tls = parts.scheme == SCHEMES[True]
    options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    prefix = options.pop("prefix", DEFAULT_PREFIX)
    if not prefix.isprintable() or not prefix:
        raise ValueError("the prefix is empty or not printable")
    for name, path in options.items():
        if name not in _FILES or not tls:
            raise ValueError(f"{name!r} is not an option of {parts.scheme}://")
        if not os.access(path, os.R_OK):
            raise ValueError(f"the file of {name} does not exist, or may not be read")
    if parts.fragment:
        raise ValueError("it has a fragment")
    username = unquote(parts.username) if parts.username else None
    return RedisUrl(host, parts.port or 6379, int(db), username, tls, prefix, *(options.get(name) for name in _FILES))
