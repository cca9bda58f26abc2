# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What queries and mutations begin with: every field of the two root types, and what answers it."""

from __future__ import annotations

from collections.abc import Mapping

from ..auth.authentication import Identity
from ..cloud.agenda import Agenda
from ..cloud.broker import Broker
from ..cloud.clock import Clock
from ..cloud.device_changes import DeviceChanges
from ..cloud.link_changes import LinkChanges
from ..cloud.service_changes import ServiceChanges
from ..cloud.tag_changes import TagChanges
from ..config.settings import Behaviour
from .calls import Call
from .graphql_accounts import APPLICATION_TYPES, PLATFORM_TYPES, Accounts
from .graphql_device_mutations import DeviceMutations
from .graphql_devices import Devices
from .graphql_events import Events
from .graphql_link_mutations import LinkMutations
from .graphql_mutations import Mutations
from .graphql_refusals import refusing
from .graphql_service_mutations import ServiceMutations
from .graphql_sessions import Sessions


class Roots:
    """Makes the root value of each request: what its sender can read and do."""

    def __init__(self, broker: Broker, behaviour: Behaviour, clock: Clock, agenda: Agenda) -> None:
        self._broker = broker
        self._behaviour = behaviour
        self._clock = clock
        self._services = ServiceChanges(broker, behaviour, clock, agenda)
        self._changes = DeviceChanges(broker, behaviour, self._services)
        self._tags = TagChanges(broker.world, behaviour)
        self._links = LinkChanges(broker.world, behaviour, clock)

    def of(self, identity: Identity, call: Call, refused: Mapping[str, str]) -> dict[str, object]:
        """Return the root value.

        :param refused: words with which mutations are to be refused, by the alias of each.
        """
        viewer = identity.account
        sessions = Sessions(self._broker, self._behaviour, self._clock, viewer)
        events = Events(self._broker.events, self._broker.world, self._clock)
        devices = Devices(self._broker, self._behaviour, self._clock, viewer, sessions, events)
        accounts = Accounts(self._broker.world, viewer, devices, sessions, events, self._behaviour.event_days)
        mutations = Mutations(self._broker, self._behaviour, identity, sessions, call)
        services = ServiceMutations(self._services, self._behaviour, devices, viewer)
        resolvers = {
            "connect": mutations.connect,
            "disconnect": mutations.disconnect,
            **services.resolvers(),
            **DeviceMutations(self._changes, self._tags, viewer).resolvers(),
            **LinkMutations(self._links, devices, viewer).resolvers(),
        }
        return {
            "version": "simulator",
            "applicationTypes": APPLICATION_TYPES,
            "platformTypes": PLATFORM_TYPES,
            "login": lambda _info: accounts.user(viewer),
            **{name: refusing(resolver, call, refused) for name, resolver in resolvers.items()},
        }
