# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An API request exactly as it came over the wire: what signatures are computed from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


class Headers:
    """Header fields in the order received; names are compared without case."""

    def __init__(self, fields: Iterable[tuple[str, str]]) -> None:
        self._fields = tuple(fields)

    def items(self) -> Iterator[tuple[str, str]]:
        """Yield every field line, repeated names included."""
        return iter(self._fields)

    def get(self, name: str) -> str | None:
        """Return the value of a field, repeated lines joined by a comma and a space; None when it was not sent."""
        values = [value.strip(" \t") for key, value in self._fields if key.lower() == name.lower()]
        return ", ".join(values) if values else None


@dataclass(frozen=True, slots=True)
class Message:
    """One request: ``target`` is path and query as received, ``scheme`` what the client used."""

    method: str
    scheme: str
    target: str
    headers: Headers
    body: bytes

    @property
    def url(self) -> str:
        """The URL as the client saw it."""
        return f"{self.scheme}://{self.headers.get('host') or ''}{self.target}"


class SignatureRefused(Exception):
    """The signature does not hold; the text says why, for the call log only."""
