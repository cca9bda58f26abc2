# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which faults are switched on. What each one does to an answer is in fault_effects."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from ..config.reader import Section

_ANY = "*"
_PROXY_MOMENTS = {"refuse": "open", "close": "client", "hang": "client"}
API_FAULTS = (
    "latency",
    "lost_request",
    "lost_answer",
    "status",
    "redirect",
    "refused",
    "errors",
    "data_null",
    "empty",
    "html",
    "truncated",
    "wrong_type",
    "wrong_fields",
    "extra_fields",
    "drip",
    "large",
    "device_leaves",
    "device_changes",
    "part_refused",
    "item_error",
    "field_error",
    "wrong_item",
)
_WIRES = ("rest", "graphql", "proxy", _ANY)
_OPERATIONS = (
    "connect",
    "stop",
    "list",
    "disconnect",
    "query",
    "add_service",
    "update_service",
    "remove_service",
    "add_tag",
    "remove_tag",
    "set_attribute",
    "set_attributes",
    "rename_service",
    "delete_device",
    "set_connect_link",
    "remove_connect_link",
    _ANY,
)
_HOW = ("close", "reset", "half", "hang")
# A status, a redirect and a refusal come instead of the deed, the others after it.
_INSTEAD = ("lost_request", "status", "redirect", "refused", "errors", "data_null")


@dataclass(slots=True)
class Fault:
    """One fault that is switched on.

    ``left`` is how many requests it still hits, None for all, ``spared`` how many it lets pass before; ``committed``
    tells whether the request is carried out although the client sees the fault. ``change`` is what somebody else does
    before, ``field`` the mutation of a request that is refused, by its alias.
    """

    wire: str
    operation: str
    name: str
    left: int | None
    spared: int
    probability: float
    committed: bool
    seconds: float
    how: str
    status: int
    retry_after: str | None
    location: str
    text: str
    size: int
    id: str
    key_id: str
    change: dict[str, object]
    field: str

    def hits(self, wire: str, operation: str, key_id: str, chance: random.Random) -> bool:
        """Tell whether a request of this kind, signed by this access key, is hit, and count it."""
        if self.left == 0 or self.wire not in (wire, _ANY) or self.operation not in (operation, _ANY):
            return False
        if self.wire == _ANY and wire == "proxy":
            return False
        if self.key_id not in (key_id, _ANY):
            return False
        if chance.random() >= self.probability:
            return False
        if self.spared:
            self.spared -= 1
            return False
        if self.left is not None:
            self.left -= 1
        return True


@dataclass(slots=True)
class Faults:
    """The faults that are switched on; the first one that fits hits."""

    _faults: list[Fault] = field(default_factory=list)
    _chance: random.Random = field(default_factory=random.Random)

    def replace(self, faults: list[Fault], seed: int | None = None) -> None:
        """Switch these faults on and all others off; the same *seed* gives the same chances again."""
        self._faults = faults
        self._chance.seed(seed)

    def take(self, wire: str, operation: str, key_id: str | None = None) -> Fault | None:
        """Return the fault that hits this request, or None."""
        hits = (fault for fault in self._faults if fault.hits(wire, operation, key_id or "", self._chance))
        return next(hits, None)


def read_fault(section: Section) -> Fault:
    """Build a fault from what the admin API was sent.

    :raises ConfigError: a value cannot be used.
    """
    wire = section.choice("wire", _ANY, _WIRES)
    names = tuple(_PROXY_MOMENTS) if wire == "proxy" else API_FAULTS
    name = section.choice("fault", "", names)
    operation = section.choice("operation", _ANY, _OPERATIONS)
    fault = Fault(
        wire=wire,
        operation=_PROXY_MOMENTS[name] if wire == "proxy" else operation,
        name=name,
        left=section.integer("count") if section.has("count") else None,
        spared=section.integer("after", 0),
        probability=section.number("probability", 1.0),
        committed=section.flag("committed", name not in _INSTEAD),
        seconds=section.number("seconds", 1.0),
        how=section.choice("how", "close", _HOW),
        status=section.integer("status", 302 if name == "redirect" else 503, minimum=200, maximum=599),
        retry_after=section.header("retry_after", "") or None,
        location=section.header("location", "http://127.0.0.1:1/elsewhere"),
        text=section.text("text", "injected fault"),
        size=section.integer("size", 10_000_000, maximum=100_000_000),
        id=section.text("id", ""),
        key_id=section.text("key_id", _ANY),
        change=section.mapping("change"),
        field=section.text("field", ""),
    )
    section.finish()
    return fault
