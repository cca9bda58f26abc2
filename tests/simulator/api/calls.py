# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log of API requests; it never holds a secret."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field


@dataclass(slots=True)
class Call:
    """One API request.

    ``status`` is the HTTP status the client was sent, None when it got no complete answer; ``fault`` the fault that was
    injected; ``detail`` says why the request was refused.
    """

    number: int
    time: str
    wire: str
    operation: str = "unknown"
    service_id: str | None = None
    connection_id: str | None = None
    dialect: str | None = None
    key_id: str | None = None
    status: int | None = None
    fault: str | None = None
    detail: str | None = None


@dataclass(slots=True)
class CallLog:
    """API requests in the order of their arrival."""

    _calls: list[Call] = field(default_factory=list)

    def begin(self, time: str, wire: str) -> Call:
        """Enter a request that has just arrived; the caller fills in the rest."""
        call = Call(len(self._calls) + 1, time, wire)
        self._calls.append(call)
        return call

    def clear(self) -> None:
        """Forget everything."""
        self._calls.clear()

    def report(self) -> dict[str, object]:
        """Return the log and the number of calls per ``wire.operation``."""
        counts = Counter(f"{call.wire}.{call.operation}" for call in self._calls)
        return {"calls": [asdict(call) for call in self._calls], "counts": dict(counts)}
