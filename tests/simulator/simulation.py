# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One simulated remote.it: what the APIs, the proxies and the admin API share."""

from __future__ import annotations

import copy

from .api.calls import CallLog
from .api.graphql_wire import GraphQL
from .api.pipeline import Pipeline
from .api.rest import Rest
from .api.wire import Wire
from .auth.rate_limit import RateLimiter
from .cloud.agenda import Agenda
from .cloud.broker import Broker
from .cloud.clock import Clock
from .cloud.event_log import EventLog
from .cloud.faults import Faults
from .config.settings import Settings


class Simulation:
    """The state of one run, and the request pipelines of its two wires."""

    def __init__(self, settings: Settings) -> None:
        behaviour = settings.behaviour
        self.behaviour = behaviour
        self.world = copy.deepcopy(settings.world)
        self.clock = Clock(behaviour.time_factor, behaviour.clock_offset)
        self.faults = Faults()
        self.calls = CallLog()
        self.events = EventLog(self.world, behaviour, self.clock)
        self.broker = Broker(self.world, behaviour, self.clock, self.faults, self.events)
        self._configured = settings.world
        self._limiter = RateLimiter(behaviour.rate_limit)
        self._agenda = Agenda(self.clock)
        self.rest = self._pipeline(Rest(self.broker, behaviour))
        self.graphql = self._pipeline(GraphQL(self.broker, behaviour, self.clock, self._agenda))

    def _pipeline(self, wire: Wire) -> Pipeline:
        return Pipeline(
            wire,
            self.behaviour,
            self.clock,
            self.calls,
            self.faults,
            self._limiter,
            self.world,
            self._agenda,
            self.events,
        )

    def reset(self) -> None:
        """Go back to what the configuration file says; advanced simulated time is not taken back."""
        self.broker.close_all()
        self._agenda.clear()
        self.clock.reset()
        self.world.restore(self._configured)
        self.faults.replace([])
        self.calls.clear()
        self._limiter.clear()
