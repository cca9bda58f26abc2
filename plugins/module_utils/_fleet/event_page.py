# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A page of the log of an account, and the first pages of those of devices or services, as GraphQL gives them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .._api.graphql import GraphqlApi, login_of
from .._base.clock import Deadline
from .._base.errors import AnswerLostError, OptionError, RefusedError
from .._base.text import enumerated, inert
from .._model.ids import same_id

DEVICE = "device"
SERVICE = "service"

_ARGUMENTS = "after: $after, size: $size, minDate: $minDate, maxDate: $maxDate, types: $types"
_VARIABLES = "$after: ID, $size: Int, $minDate: DateTime, $maxDate: DateTime, $types: [EventType!]"
_EVENT = "id type timestamp action state actor { email } owner { email } users { email } target { id name device { id name } }"
_GEO = "{ city countryName }"
_CONNECT_ADDRESSES = f" address sourceAddress targetAddress sourceGeo {_GEO} targetGeo {_GEO}"
_STATE_ADDRESSES = f" ... on DeviceStateEvent {{ externalAddress internalAddress geo {_GEO} }}"
_LIMITS = "limits { name value }"

# The limit of a plan, and what it may be: a duration of ISO 8601, of days and more.
_LOG_LIMIT = "log-limit"
_DURATION = re.compile(r"P(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?")
_DAYS = (365, 30, 7, 1)


class EventPage(NamedTuple):
    """Events, not parsed, the newest first; *last* is after which the next page begins, None if that is not told."""

    items: list[Any]
    has_more: bool
    last: str | None


class EventPages:
    """Reads the log of an account, whose id is *account*, None for the access key's own; or those of devices or services.

    *of* is DEVICE or SERVICE then.

    :ivar user: the e-mail address of the access key's user, None as long as that is not known
    :ivar log_days: for how many days the plan of the account keeps its log, None as long as that is not known
    """

    def __init__(self, api: GraphqlApi, of: str | None, account: str | None, addresses: bool) -> None:
        self._api = api
        self._of = of
        self._account = account
        self._query = _query(of, account, addresses)
        self.user: str | None = None
        self.log_days: int | None = None

    def read(self, ids: Sequence[str], arguments: Mapping[str, Any], deadline: Deadline) -> dict[str, EventPage]:
        """A page of the log of each of the *ids*, or of the account's, whose id is empty here.

        *arguments* are those of ``events(...)``, without those that are to have their defaults. Raises OptionError if there is no
        such device or service, and ApiError.
        """
        place: dict[str, Any] = {"ids": list(ids)} if self._of else {"account": self._account} if self._account else {}
        login = login_of(self._api.ask(self._query, {**arguments, **place}, deadline))
        email = login.get("email")
        self.user = inert(email) if isinstance(email, str) else None
        if self._of:
            self.log_days = _log_days(login)
            return self._pages_of(ids, login.get(self._of))
        owner = login.get("account") if self._account else login
        if not isinstance(owner, Mapping):
            raise RefusedError("remote.it does not show the events of this account to this access key.", 200, "")
        self.log_days = _log_days(owner)
        return {"": _page(owner)}

    def _pages_of(self, ids: Sequence[str], nodes: Any) -> dict[str, EventPage]:
        found = [node for node in nodes if isinstance(node, Mapping)] if isinstance(nodes, list) else []
        pages = {id_: _page(node) for id_ in ids for node in found if same_id(str(node.get("id")), id_)}
        unseen = [id_ for id_ in ids if id_ not in pages]
        if unseen:
            raise OptionError(
                f"{self._of}_ids={enumerated(unseen)} cannot be seen by this access key, so it has no log for it: check the ids, or "
                "leave them out, because the log of the account also tells of what is gone."
            )
        return pages


def _query(of: str | None, account: str | None, addresses: bool) -> str:
    connect = f"... on DeviceConnectEvent {{ session lifetime{_CONNECT_ADDRESSES if addresses else ''} }}"
    event = f"{_EVENT} {connect}{_STATE_ADDRESSES if addresses else ''}"
    log = f"events({_ARGUMENTS}) {{ hasMore last items {{ {event} }} }}"
    if of:
        return (
            f"query ($ids: [String!]!, {_VARIABLES}) {{ login {{ id email {_LIMITS} {of}(id: $ids) {{ id {log} }} }} }}"
        )
    if account:
        return f"query ($account: String!, {_VARIABLES}) {{ login {{ id email account(id: $account) {{ id {_LIMITS} {log} }} }} }}"
    return f"query ({_VARIABLES}) {{ login {{ id email {_LIMITS} {log} }} }}"


def _page(parent: Mapping[str, Any]) -> EventPage:
    page = parent.get("events")
    items = page.get("items") if isinstance(page, Mapping) else None
    if not isinstance(page, Mapping) or not isinstance(items, list):
        raise AnswerLostError("The answer to events cannot be used: it has no list of them.", status=200)
    last = page.get("last")
    return EventPage(items, page.get("hasMore") is True, last if isinstance(last, str) and last else None)


def _log_days(owner: Mapping[str, Any]) -> int | None:
    limits = owner.get("limits")
    for limit in limits if isinstance(limits, list) else ():
        if isinstance(limit, Mapping) and limit.get("name") == _LOG_LIMIT:
            return _days(str(limit.get("value")))
    return None


def _days(text: str) -> int | None:
    duration = _DURATION.fullmatch(text)
    if duration is None:
        return None
    return sum(int(number or 0) * days for number, days in zip(duration.groups(), _DAYS, strict=True)) or None
