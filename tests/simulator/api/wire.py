# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the two APIs have in common, as the request pipeline sees them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Protocol

from ..auth.authentication import Identity
from ..auth.message import Message
from .answer import Answer
from .calls import Call


@dataclass(slots=True)
class Request:
    """An API request whose operation is known.

    ``content`` is what the wire made of the body; ``refused`` has the words with which parts of it are to be refused.
    """

    message: Message
    operation: str
    service_id: str | None = None
    connection_id: str | None = None
    content: dict[str, object] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


def json_body(message: Message) -> object:
    """Return what the body says, whatever its content type; an absent body says nothing: None.

    :raises ValueError: it is not JSON, or nested so deeply that nobody reads it.
    """
    if not message.body:
        return None
    try:
        return json.loads(message.body)
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None


class Wire(Protocol):
    """One of the two APIs."""

    name: str
    dialects: tuple[str, ...]

    def read(self, message: Message) -> Request:
        """Find out what a request wants; never fails."""

    def missing_credential(self, request: Request, identity: Identity) -> Answer | None:
        """Return the answer to a signed request that lacks another credential, None when it lacks nothing."""

    def unauthorized(self, request: Request, status: int) -> Answer:
        """Return the JSON answer to a request whose signature was refused."""

    def failure(self, message: str, status: int = 200) -> Answer:
        """Return this API's answer for a failure with ``message``."""

    async def answer(self, request: Request, identity: Identity, call: Call) -> Answer:
        """Carry the request out."""
