# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the user can do about a Redis that answers no, or not at all."""

from __future__ import annotations

from collections.abc import Iterable

_PASSWORD = "correct the user in registry and the password in registry_password or REMOTEIT_REGISTRY_PASSWORD"
_RIGHTS = "let this user do what the guide 'Beyond one machine' lists"
_CLUSTER = "a Redis Cluster cannot be a registry: name a single Redis or Valkey in registry"
_PRIMARY = "it is a replica: name its primary in registry"

# By the words that the answer begins with; the first that fits counts.
_CURES = (
    ("NOAUTH", _PASSWORD),
    ("WRONGPASS", _PASSWORD),
    ("ERR AUTH", "it knows no password: leave out registry_password and REMOTEIT_REGISTRY_PASSWORD"),
    ("ERR Client sent AUTH", "it knows no password: leave out registry_password and REMOTEIT_REGISTRY_PASSWORD"),
    ("NOPERM", _RIGHTS),
    ("ERR The user executing the script can't run", _RIGHTS),
    ("OOM", "its memory is full: raise its maxmemory, or remove what is not needed"),
    ("READONLY", _PRIMARY),
    ("MASTERDOWN", _PRIMARY),
    ("NOREPLICAS", "too few of its replicas are there: start them, or lower its min-replicas-to-write"),
    ("MISCONF", "it cannot save its data: make room on its disk"),
    ("CLUSTERDOWN", _CLUSTER),
    ("MOVED", _CLUSTER),
    ("ASK", _CLUSTER),
    ("CROSSSLOT", _CLUSTER),
    ("TRYAGAIN", _CLUSTER),
    ("ERR SELECT is not allowed in cluster mode", _CLUSTER),
    (
        "ERR unknown command",
        "a Sentinel, or a server that lacks this command, cannot be a registry: name the Redis or Valkey itself",
    ),
    ("ERR max number of clients reached", "too many use it at once: raise its maxclients, or lower forks"),
    ("LOADING", "it still loads its data: try again"),
    ("BUSY", "a script keeps it busy: try again, or end that script"),
    ("ERR DB index", "correct the number of the database in registry"),
    ("ERR invalid DB index", "correct the number of the database in registry"),
    ("WRONGTYPE", "something else is kept under this name: set another prefix in registry"),
)
_ANY = "mend it, or set registry to another one"

_CERTIFICATES = (
    "start or mend it, or correct ssl_ca_certs, ssl_certfile and ssl_keyfile in registry, or its certificate"
)
_SLOW = ("no answer before", "start or mend it, or raise timeout")
# By what was in the way, without TLS and with it.
_WAYS = (
    (
        _SLOW,
        ("Connection reset", "start or mend it, or begin registry with rediss:// if it speaks nothing but TLS"),
    ),
    (
        _SLOW,
        ("no answer", "start or mend it, or begin registry with redis:// if it does not speak TLS"),
        ("[SSL", _CERTIFICATES),
        ("[X509", _CERTIFICATES),
        # It does not always say first that it wants to see a certificate.
        ("EOF occurred", _CERTIFICATES),
        ("Connection reset", _CERTIFICATES),
        ("Broken pipe", _CERTIFICATES),
    ),
)
_AWAY = "start or mend it, or set registry to another one"

# Who is asked again soon may answer: another one, after a failover behind one address.
_SOON = ("LOADING", "BUSY", "ERR max number of clients reached", "READONLY", "MASTERDOWN")


def cure(words: str) -> str:
    """What to do about an answer that is no, as the second half of a sentence."""
    return _first(_CURES, words, _ANY)


def way_there(reason: str, *, tls: bool) -> str:
    """What to do where *reason* is why there is no answer, as the second half of a sentence."""
    return _first(_WAYS[tls], reason, _AWAY)


def _first(cures: Iterable[tuple[str, str]], words: str, otherwise: str) -> str:
    return next((what for beginning, what in cures if words.startswith(beginning)), otherwise)


def is_temporary(words: str) -> bool:
    """Whether the same question will be answered in a moment."""
    return words.startswith(_SOON)
