# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words by which remote.it and SSH know things: ids, aliases and host names, and which of them are usable."""

from __future__ import annotations

import re

_ID = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){7}")
_CONNECTION_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.:-]{0,127}")
_HOST = re.compile(
    r"(?=.{1,253}\Z)[0-9A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?(\.[0-9A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?)*"
)
_ALIAS_PREFIX = "remoteit-"
# What host_key_alias() makes, for patterns of text that holds one.
ALIAS_PATTERN = f"{_ALIAS_PREFIX}[0-9a-f]{{16}}"


def canonical_id(text: str) -> str:
    """The canonical form of the id of a service or device: eight upper-case hex octets with colons. Raises ValueError."""
    if not _ID.fullmatch(text):
        raise ValueError(f"{text!r} is not an id: eight hex octets such as 80:00:00:00:01:02:03:04 are expected")
    return text.upper()


def is_id(text: str) -> bool:
    """Whether *text* is the id of a service, a device or an account: remote.it writes them alike."""
    return _ID.fullmatch(text) is not None


def host_key_alias(service: str) -> str:
    """The stable name of a service for SSH: no colon, because sftp and scp read one as a separator."""
    return _ALIAS_PREFIX + hex_digits(service)


def is_host_key_alias(text: str) -> bool:
    """Whether *text* is a name as host_key_alias() makes it."""
    return re.fullmatch(ALIAS_PATTERN, text) is not None


def hex_digits(id_or_alias: str) -> str:
    """The 16 digits of the id of a service, or of its host_key_alias(), in lower case."""
    return id_or_alias.removeprefix(_ALIAS_PREFIX).replace(":", "").lower()


def service_id_of(alias: str) -> str:
    """The inverse of host_key_alias(), which also takes the digits alone. Raises ValueError."""
    digits = hex_digits(alias)
    return canonical_id(":".join(digits[start : start + 2] for start in range(0, len(digits), 2)))


def is_connection_id(text: str) -> bool:
    """Whether *text* can be the id of a connection; remote.it uses UUIDs and, in older answers, hex strings."""
    return _CONNECTION_ID.fullmatch(text) is not None


def is_plain_host(text: str) -> bool:
    """Whether *text* is a host name or IPv4 address and nothing else, so that it may be handed to ssh."""
    return _HOST.fullmatch(text) is not None


def same_id(this: str | None, other: str | None) -> bool:
    """Whether two ids are equal; remote.it writes the same id in upper and lower case."""
    return this is not None and other is not None and this.lower() == other.lower()
