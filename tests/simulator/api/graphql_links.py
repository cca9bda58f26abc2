# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connect links as the GraphQL API tells them."""

from __future__ import annotations

from ..cloud.applications import application
from ..config.world import Link, Service

Values = dict[str, object]
_STARS = "*" * 8


def link_values(link: Link, password: str) -> Values:
    """Return what is told of a link, but its service.

    :param password: the behaviour ``link_password``.
    """
    told = {"plain": link.password, "stars": _STARS if link.password else None, "omitted": None}
    return {
        "url": link.url,
        "code": link.code,
        "enabled": link.enabled,
        "allow": link.allow,
        "deny": link.deny,
        "password": told[password],
        "created": link.created,
    }


def link_type(service: Service) -> str:
    """Return which kind of link a service has: a URL if browsers can use it, else a key for WebSockets."""
    return "HTTPS" if application(service.application).proxy else "WSS"
