# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading of untyped configuration: every complaint names the key it is about."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Iterable, Iterator

_MISSING = object()
_LARGEST = 1e9


class ConfigError(Exception):
    """The configuration cannot be used; the text is one line and names the key."""


class Section:
    """A mapping of the configuration, at ``path``. Keys nobody asked for are errors (see :meth:`finish`)."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise ConfigError(f"{path or 'configuration'}: must be a mapping")
        self._values: dict[object, object] = value
        self._path = path
        self._asked: set[str] = set()

    def name(self, key: str) -> str:
        """Return the full name of ``key``, for messages."""
        return f"{self._path}.{key}" if self._path else key

    def has(self, key: str) -> bool:
        """Tell whether ``key`` has a value."""
        return self._values.get(key) is not None

    def fail(self, key: str, problem: str) -> ConfigError:
        """Return the error that says what is wrong with ``key``."""
        return ConfigError(f"{self.name(key)}: {problem}")

    def _get(self, key: str, default: object = _MISSING) -> object:
        self._asked.add(key)
        value = self._values.get(key)
        if value is None:
            if default is _MISSING:
                raise self.fail(key, "is required")
            return default
        return value

    def text(self, key: str, default: object = _MISSING) -> str:
        """Return a string."""
        value = self._get(key, default)
        if not isinstance(value, str):
            raise self.fail(key, "must be a string")
        return value

    def number(self, key: str, default: float, *, minimum: float | None = 0.0) -> float:
        """Return a number not below ``minimum``, and not above what fits any clock."""
        value = self._get(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or math.isnan(value):
            raise self.fail(key, "must be a number")
        if abs(value) > _LARGEST:
            raise self.fail(key, f"must not be above {_LARGEST:g}")
        if minimum is not None and value < minimum:
            raise self.fail(key, f"must not be below {minimum:g}")
        return float(value)

    def integer(self, key: str, default: object = _MISSING, *, minimum: int = 0, maximum: int = 10**9) -> int:
        """Return an integer from ``minimum`` to ``maximum``."""
        value = self._get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
            raise self.fail(key, f"must be an integer from {minimum} to {maximum}")
        return value

    def header(self, key: str, default: str) -> str:
        """Return a string that can be the value of an HTTP header."""
        value = self.text(key, default)
        if not (value.isascii() and value.isprintable()):
            raise self.fail(key, "must be printable ASCII")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Return a boolean."""
        value = self._get(key, default)
        if not isinstance(value, bool):
            raise self.fail(key, "must be true or false")
        return value

    def choice(self, key: str, default: str, choices: Iterable[str]) -> str:
        """Return one of ``choices``."""
        value = self.text(key, default)
        if value not in choices:
            raise self.fail(key, f"must be one of: {', '.join(choices)}")
        return value

    def texts(self, key: str, default: Iterable[str] = (), choices: Iterable[str] | None = None) -> tuple[str, ...]:
        """Return a list of strings, each one of ``choices`` when given."""
        values = self._get(key, list(default))
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise self.fail(key, "must be a list of strings")
        if choices is not None and not set(values) <= set(choices):
            raise self.fail(key, f"may only hold: {', '.join(choices)}")
        return tuple(values)

    def secret(self, key: str) -> bytes:
        """Return the bytes of a base64 text, in the standard or the URL-safe alphabet."""
        text = self.text(key).translate(str.maketrans("-_", "+/")).rstrip("=")
        try:
            return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        except binascii.Error:
            raise self.fail(key, "must be base64") from None

    def endpoint(self, key: str) -> tuple[str, int] | None:
        """Return ``host:port`` split, or None when absent."""
        if not self._get(key, None):
            return None
        return self._host_and_port(key, self.text(key))

    def endpoints(self) -> dict[tuple[str, int], tuple[str, int]]:
        """Return a mapping of ``host:port`` to ``host:port``, all of them split."""
        found = {}
        for key in self._values:
            target = self.endpoint(str(key))
            if target is not None:
                found[self._host_and_port(str(key), str(key))] = target
        return found

    def _host_and_port(self, key: str, value: str) -> tuple[str, int]:
        host, colon, port = value.rpartition(":")
        if not (colon and host and port.isdecimal() and 0 < int(port) < 65536):
            raise self.fail(key, "must be host:port")
        return host, int(port)

    def mapping(self, key: str) -> dict[str, object]:
        """Return a free-form mapping with string keys."""
        value = self._get(key, {})
        if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
            raise self.fail(key, "must be a mapping with string keys")
        return value

    def section(self, key: str) -> Section:
        """Return a nested mapping; an absent one is empty."""
        return Section(self._get(key, {}), self.name(key))

    def sections(self, key: str) -> Iterator[Section]:
        """Yield the mappings of a list; an absent one is empty."""
        values = self._get(key, [])
        if not isinstance(values, list):
            raise self.fail(key, "must be a list")
        for index, value in enumerate(values):
            yield Section(value, f"{self.name(key)}[{index}]")

    def finish(self) -> None:
        """Refuse keys that nobody asked for: they are spelling mistakes."""
        for key in self._values:
            if not isinstance(key, str) or key not in self._asked:
                raise self.fail(str(key), "is not a known key")
