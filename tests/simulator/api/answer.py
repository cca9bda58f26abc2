# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An API answer before it is written to the socket."""

from __future__ import annotations

import json
from dataclasses import dataclass, field


@dataclass(slots=True)
class Answer:
    """Status, headers and exact bytes."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def json_answer(value: object, status: int = 200, *, escape_slashes: bool = False) -> Answer:
    """Return a JSON answer; escaped slashes are legal JSON, and shown in the vendor's documentation."""
    text = json.dumps(value)
    return Answer(status, (text.replace("/", "\\/") if escape_slashes else text).encode("utf-8"))
