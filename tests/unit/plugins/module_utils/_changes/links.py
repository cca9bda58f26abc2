# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A connect link and its service, as a test wants them."""

from __future__ import annotations

from typing import Any

from ansible_collections.community.remoteit.plugins.module_utils._changes.link_view import LinkedService, LinkView

URL = "https://a.connect.remote.it"


def link(**changes: Any) -> LinkView:
    """A link that is on, and that everybody can open."""
    made = LinkView(url=URL, enabled=True, allow=(), deny=(), password=None, created="2026-02-03T04:05:06.000Z")
    return made._replace(**changes)


def linked(**changes: Any) -> LinkedService:
    """A web service without a link, which may be managed."""
    made = LinkedService(
        id="80:00:00:00:00:00:01:04",
        name="web",
        kind="HTTP",
        is_web=True,
        link=None,
        device_id="80:00:00:00:00:00:01:00",
        device_name="pi",
        permissions=("VIEW", "MANAGE"),
        owner="owner@example.com",
    )
    return made._replace(**changes)
