# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The admin API under ``/_simulator``: what a test needs to look behind the scenes. It is not signed."""

from __future__ import annotations

import copy
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

from aiohttp import web

from ..cloud.clock import iso
from ..cloud.connection import Connection
from ..cloud.faults import Fault, read_fault
from ..cloud.outside_changes import change_from_outside
from ..config.event_reader import read_event
from ..config.reader import ConfigError, Section
from ..simulation import Simulation

BASE = "/_simulator"
Json = dict[str, object]


class Admin:
    """The admin API.

    :param reverse_proxy: gives the URL of the reverse proxies' listener.
    """

    def __init__(self, simulation: Simulation, reverse_proxy: Callable[[], str]) -> None:
        self._simulation = simulation
        self._reverse_proxy = reverse_proxy

    def add_to(self, application: web.Application) -> None:
        """Add the routes."""
        router = application.router
        router.add_get(f"{BASE}/state", self._state)
        router.add_get(f"{BASE}/calls", self._calls)
        commands = {
            "reset": self._reset,
            "device": self._device,
            "events": self._events,
            "close": self._close,
            "advance": self._advance,
            "faults": self._faults,
        }
        for name, command in commands.items():
            router.add_post(f"{BASE}/{name}", _command(command))

    async def _state(self, _request: web.Request) -> web.Response:
        simulation = self._simulation
        return web.json_response(
            {
                "now": iso(simulation.clock.wall()),
                "reverse_proxy": self._reverse_proxy(),
                "connections": [self._connection(one) for one in simulation.broker.connections()],
            }
        )

    def _connection(self, connection: Connection) -> Json:
        behaviour, world = self._simulation.behaviour, self._simulation.world
        account = world.account(connection.account_id)
        end = connection.opened + timedelta(seconds=behaviour.lifetime)
        left = connection.deadline(behaviour.lifetime, behaviour.idle_timeout) - self._simulation.clock.elapsed()
        return {
            "id": connection.id,
            "session_id": connection.session_id,
            "service_id": connection.service_id,
            "host": connection.host,
            "port": None if connection.reverse else connection.port,
            "url": connection.url,
            "reverse": connection.reverse,
            "hostip": connection.hostip,
            "latched": connection.admission.latched,
            "clients": connection.activity.clients,
            "user": account.email if account else None,
            "via": connection.via,
            "opened": iso(connection.opened),
            "expires": iso(end),
            "closes_in": round(left, 3),
        }

    async def _calls(self, _request: web.Request) -> web.Response:
        return web.json_response(self._simulation.calls.report())

    def _reset(self, _body: Section) -> Json:
        self._simulation.reset()
        return {}

    def _device(self, body: Section) -> Json:
        with self._simulation.events.watching():
            change_from_outside(self._simulation.world, body, self._simulation.behaviour.agent_overwrites_name)
        return {}

    def _events(self, body: Section) -> Json:
        world = self._simulation.world
        events = [read_event(world, section) for section in body.sections("events")]
        world.events += events
        return {"events": len(events)}

    def _close(self, body: Section) -> Json:
        connection = self._simulation.broker.find(body.text("id"))
        if connection is not None:
            self._simulation.broker.close(connection)
        return {"closed": connection is not None}

    def _advance(self, body: Section) -> Json:
        self._simulation.clock.advance(body.number("seconds", 0.0), body.flag("wall", False))
        self._simulation.broker.time_passed()
        return {}

    def _faults(self, body: Section) -> Json:
        faults = [self._fault(section) for section in body.sections("faults")]
        self._simulation.faults.replace(faults, body.integer("seed", maximum=2**64) if body.has("seed") else None)
        return {"faults": len(faults)}

    def _fault(self, section: Section) -> Fault:
        fault = read_fault(section)
        if fault.name == "device_changes":
            # A mistake is the mistake of who orders the fault, not of the request that it hits.
            change = Section(fault.change, section.name("change"))
            change_from_outside(copy.deepcopy(self._simulation.world), change)
            change.finish()
        return fault


def _command(run: Callable[[Section], Json]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            text = await request.read()
            body = Section(json.loads(text) if text else {}, "")
            answer = run(body)
            body.finish()
        except (ConfigError, ValueError, RecursionError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response(answer)

    return handle
