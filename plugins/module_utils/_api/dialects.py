# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which dialect of signatures is accepted where."""

from __future__ import annotations

from .._settings.settings import CAVAGE, GRAPHQL, REST, RFC9421

# Each API is signed first as its own documentation does it.
_FIRST = {REST: CAVAGE, GRAPHQL: RFC9421}
_OTHER = {CAVAGE: RFC9421, RFC9421: CAVAGE}


class Dialects:
    """What the clients of one task, in whatever threads, have learnt of each API at each host, given by a URL of it."""

    def __init__(self) -> None:
        self._accepted: dict[tuple[str, str], str] = {}
        self._expected: dict[tuple[str, str], str] = {}

    def accepted(self, api: str, url: str) -> str | None:
        """The one that was accepted, None where none was yet."""
        return self._accepted.get(_place(api, url))

    def accept(self, api: str, url: str, dialect: str) -> None:
        """Take note that *dialect* was accepted."""
        self._accepted[_place(api, url)] = dialect

    def expect(self, api: str, url: str, dialect: str | None) -> None:
        """Begin with the *dialect* that another task learnt, if it is one."""
        if dialect in _OTHER:
            self._expected[_place(api, url)] = dialect

    def likely(self, api: str, url: str) -> str:
        """The one to begin with."""
        place = _place(api, url)
        return self._accepted.get(place) or self._expected.get(place) or _FIRST[api]


def other_dialect(dialect: str) -> str:
    """The one that *dialect* is not."""
    return _OTHER[dialect]


def _place(api: str, url: str) -> tuple[str, str]:
    """The API and the host, with its port."""
    return api, url.partition("://")[2].partition("/")[0]
