# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps a connect link from being changed, and what its owner should know of it."""

from __future__ import annotations

from collections.abc import Callable

from .._base.errors import OptionError, RefusedError
from .._base.text import enumerated
from .device_view import MANAGE
from .link_view import LinkedService, LinkView
from .networks import are_everybody


def check_may_link(service: LinkedService) -> None:
    """Raise RefusedError if whoever asks may not change the link of *service*, OptionError if it can have none."""
    if MANAGE not in service.permissions:
        raise RefusedError(
            f"No connect link: this access key may not manage {service.shown()}; ask {service.owner or 'its owner'} for "
            "MANAGE.",
            200,
            "",
        )
    if not service.is_web:
        raise OptionError(
            f"{service.shown()} has the type {service.kind}, which is no web service, and a connect link is a URL for "
            "browsers: name a service of the type HTTP or HTTPS, or open a connection to this one by "
            "community.remoteit.remoteit_connection."
        )


def warn_of(service: LinkedService, wanted: LinkView, link: LinkView, warn: Callable[[str], None]) -> None:
    """Tell *warn* of what is not as it is *wanted* at *link*, and of a link that is open to everybody."""
    name = service.shown()
    for option in ("allow", "deny"):
        asked, told = getattr(wanted, option), getattr(link, option)
        if asked != told:
            warn(
                f"remote.it has other networks in {option} of the connect link of {name} than it should: {_listed(told)} "
                f"instead of {_listed(asked)}."
            )
    if wanted.url != link.url:
        warn(f"The connect link of {name} has another URL than before: {link.url} instead of {wanted.url}.")
    if wanted.password and not link.password:
        warn(
            f"remote.it does not tell whether the connect link of {name} has its password: try it. Each run with password "
            "sets it again."
        )
    if link.enabled and not wanted.password and not link.password and are_everybody(link.allow):
        warn(
            f"As far as remote.it tells, anybody on the Internet who has the URL can open the connect link of {name}: set "
            "password, or allow without 0.0.0.0/0."
        )


def _listed(networks: tuple[str, ...]) -> str:
    return enumerated(networks) or "none"
