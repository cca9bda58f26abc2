# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens to an API request between its arrival and the last byte of the answer."""

from __future__ import annotations

import asyncio
import contextlib

from aiohttp import web

from ..auth.authentication import authenticate, claimed_key_id, dialect_of
from ..auth.message import Headers, Message, SignatureRefused
from ..auth.rate_limit import RateLimiter
from ..cloud.agenda import Agenda
from ..cloud.clock import Clock, iso
from ..cloud.event_log import EventLog
from ..cloud.faults import Fault, Faults
from ..cloud.outside_changes import change_from_outside
from ..config.reader import ConfigError, Section
from ..config.settings import Behaviour
from ..config.world import World
from .answer import Answer
from .calls import Call, CallLog
from .fault_effects import EDITS, WRITES, drop
from .wire import Request, Wire


class Pipeline:
    """Logs, throttles, authenticates and answers the requests of one wire, faults included."""

    def __init__(
        self,
        wire: Wire,
        behaviour: Behaviour,
        clock: Clock,
        calls: CallLog,
        faults: Faults,
        limiter: RateLimiter,
        world: World,
        agenda: Agenda,
        events: EventLog,
    ) -> None:
        self._wire = wire
        self._behaviour = behaviour
        self._clock = clock
        self._calls = calls
        self._faults = faults
        self._limiter = limiter
        self._world = world
        self._agenda = agenda
        self._events = events

    async def handle(self, http: web.Request) -> web.StreamResponse:
        """Answer one request."""
        # Entered before anything is read: what cannot be read is a call, too.
        call = self._calls.begin(iso(self._clock.wall()), self._wire.name)
        try:
            message = await _message(http)
        except web.HTTPException as error:
            call.status, call.detail = error.status, error.reason
            raise
        self._agenda.run_due()
        request = self._wire.read(message)
        call.operation, call.service_id = request.operation, request.service_id
        call.connection_id = request.connection_id
        call.dialect, call.key_id = dialect_of(message), claimed_key_id(message)
        fault = self._faults.take(self._wire.name, request.operation, call.key_id)
        if fault is None:
            return await _write(http, await self._answer(http, request, call), call)
        call.fault = fault.name
        return await self._answer_with_fault(http, request, call, fault)

    async def _answer_with_fault(
        self, http: web.Request, request: Request, call: Call, fault: Fault
    ) -> web.StreamResponse:
        if fault.name == "latency":
            await asyncio.sleep(fault.seconds)
        elif fault.name == "device_leaves":
            self._world.remove(fault.id)
        elif fault.name == "device_changes":
            # What has gone meanwhile, nobody changes.
            with contextlib.suppress(ConfigError), self._events.watching():
                change = Section(fault.change, "change")
                change_from_outside(self._world, change, self._behaviour.agent_overwrites_name)
        elif fault.name == "part_refused":
            request.refused = {fault.field: fault.text}
        answer = await self._answer(http, request, call) if fault.committed else Answer(200, b"{}")
        if fault.name == "lost_request" or (fault.name == "lost_answer" and fault.how != "half"):
            await drop(http, fault.how)
            return web.Response()
        if fault.name == "refused":
            answer = self._wire.failure(fault.text)
        elif fault.name in EDITS:
            answer = EDITS[fault.name](fault, answer)
        return await _write(http, answer, call, fault)

    async def _answer(self, http: web.Request, request: Request, call: Call) -> Answer:
        address = http.remote or ""
        try:
            identity = authenticate(
                request.message, self._wire.dialects, address, self._world, self._clock, self._behaviour
            )
        except SignatureRefused as refused:
            call.detail = str(refused)
            return self._unauthorized(request)
        call.key_id = identity.key_id
        pause = self._limiter.check(identity.key_id)
        if pause is not None:
            call.detail = "throttled"
            answer = self._wire.failure("Too many requests", 429)
            answer.headers |= {"Retry-After": str(pause)} if self._limiter.tells else {}
            return answer
        missing = self._wire.missing_credential(request, identity)
        if missing is not None:
            call.detail = "developer key is wrong or missing"
            return missing
        return await self._wire.answer(request, identity, call)

    def _unauthorized(self, request: Request) -> Answer:
        if self._behaviour.auth_failure == "text":
            return Answer(401, b"Unauthorized", "text/plain")
        return self._wire.unauthorized(request, 403 if self._behaviour.auth_failure == "forbidden" else 401)


async def _message(http: web.Request) -> Message:
    headers = Headers((name.decode("latin-1"), value.decode("latin-1")) for name, value in http.raw_headers)
    return Message(http.method, http.scheme, http.raw_path, headers, await http.read())


async def _write(http: web.Request, answer: Answer, call: Call, fault: Fault | None = None) -> web.StreamResponse:
    headers = {"Content-Type": answer.content_type, **answer.headers}
    if fault is None or fault.name != "lost_answer":
        call.status = answer.status
    if fault is None or fault.name not in WRITES:
        return web.Response(status=answer.status, body=answer.body, headers=headers)
    response = web.StreamResponse(status=answer.status, headers=headers)
    response.content_length = len(answer.body)
    await response.prepare(http)
    await WRITES[fault.name](http, response, answer.body, fault)
    return response
