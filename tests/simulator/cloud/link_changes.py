# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connect links are made, changed and removed.

The vendor's application switches a link off and on again without losing its URL, and warns that a link that is removed
does not come back. What is not sent is believed to stay as it is, a password that is sent as null goes.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from ..config.settings import Behaviour
from ..config.world import Account, Device, Link, Permission, Service, World
from .access import service_to_change
from .change_refusals import ChangeRefused, Objection
from .clock import Clock, iso


class LinkChanges:
    """The writes about connect links; each raises :class:`ChangeRefused` when the service says no."""

    def __init__(self, world: World, behaviour: Behaviour, clock: Clock) -> None:
        self._world = world
        self._behaviour = behaviour
        self._clock = clock

    def set(self, account: Account, id_: str, given: Mapping[str, Any]) -> tuple[Device, Service]:
        """Make or change the link of a service and return its device and it.

        :param given: of ``enabled``, ``password``, ``allow`` and ``deny``, those that are to be set.
        """
        device, service = service_to_change(self._world, account, id_, Permission.MANAGE)
        for key in ("allow", "deny"):
            _check_networks(given.get(key) or ())
        link = service.link or Link(_new_url(), secrets.token_urlsafe(16), True, None, [], [], iso(self._clock.wall()))
        was_enabled = link.enabled
        for key in ("enabled", "allow", "deny"):
            if given.get(key) is not None:
                setattr(link, key, given[key])
        if "password" in given:
            link.password = given["password"] or None
        if link.enabled and not was_enabled and self._behaviour.link_url == "rotates":
            link.url = _new_url()
        service.link = link
        return device, service

    def remove(self, account: Account, id_: str) -> None:
        """Remove the link of a service for good."""
        _device, service = service_to_change(self._world, account, id_, Permission.MANAGE)
        if service.link is None:
            raise ChangeRefused(Objection.UNKNOWN_LINK)
        service.link = None


def _check_networks(networks: Sequence[str]) -> None:
    for network in networks:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError:
            raise ChangeRefused(Objection.BAD_CIDR) from None


def _new_url() -> str:
    return f"https://{secrets.token_hex(8)}.connect.remote.it"
