# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connect links are set and removed, and what was asked for is known to have been done when it returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._api.graphql import GraphqlApi
from .._base.clock import Deadline
from .._base.errors import AnswerLostError, ApiError, RefusedError
from .link_view import LINK, LinkedService, LinkView, parse_link, read_linked_service
from .lost_answers import is_seen, may_be_done

# An argument whose variable is not given is not sent.
_SET = f"""\
mutation ($serviceId: String!, $enabled: Boolean, $password: String, $allow: [String!], $deny: [String!]) {{
  setConnectLink(serviceId: $serviceId, enabled: $enabled, password: $password, allow: $allow, deny: $deny) {{ {LINK} }}
}}"""
_REMOVE = "mutation ($serviceId: String!) { removeConnectLink(serviceId: $serviceId) }"


def set_link(
    graphql: GraphqlApi,
    service: LinkedService,
    values: Mapping[str, Any],
    looks: Sequence[float],
    deadline: Deadline,
) -> LinkView:
    """Set these *values* of the link, which is made if there is none, and return it. Raises ApiError.

    It sets values, so it is asked for again where an answer is lost. If all are lost, the link is looked for; *looks* are the
    pauses before that, in seconds.
    """
    seen: list[LinkView] = []

    def look() -> bool:
        now = read_linked_service(graphql, service.id, deadline)
        if now is not None and now.link is not None and _has(now.link, values):
            seen.append(now.link)
        return bool(seen)

    try:
        data = graphql.ask(_SET, {"serviceId": service.id, **values}, deadline)
    except ApiError as error:
        if may_be_done(error) and is_seen(look, looks, deadline):
            return seen[0]
        raise
    if data.get("setConnectLink") is None:
        raise RefusedError("remote.it did not set the connect link, and does not say why.", 200, "")
    try:
        link = parse_link(data["setConnectLink"])
    except ValueError as error:
        raise AnswerLostError(f"The answer to setConnectLink cannot be used: {error}.", status=200) from None
    if link.enabled != values["enabled"]:
        raise RefusedError(
            f"remote.it accepted the change of the connect link {link.url}, but did not switch it "
            f"{'on' if values['enabled'] else 'off'}: run the task again, or do it in the remote.it application.",
            200,
            "",
        )
    return link


def _has(link: LinkView, values: Mapping[str, Any]) -> bool:
    """Whether *link* is told to have these *values*; a password that is not told is not."""
    told = {"enabled": link.enabled, "allow": list(link.allow), "deny": list(link.deny), "password": link.password}
    return all(told[name] == value for name, value in values.items())


def remove_link(graphql: GraphqlApi, service: LinkedService, deadline: Deadline) -> None:
    """Remove the link. Raises ApiError if it is still there."""
    try:
        if graphql.ask(_REMOVE, {"serviceId": service.id}, deadline).get("removeConnectLink") is True:
            return
        failure: ApiError = RefusedError("remote.it did not confirm that the connect link is removed.", 200, "")
    except (AnswerLostError, RefusedError) as error:
        failure = error
    # Whatever a later try was told, an earlier one may have done it, or somebody else.
    now = read_linked_service(graphql, service.id, deadline)
    if now is not None and now.link is not None:
        raise failure
