# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log of events that somebody asks for: of an account, or of some of the devices or services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from .._api.client import Client
from .._base.clock import Clock, Deadline
from .._base.errors import OptionError
from .._base.text import enumerated
from .._settings.settings import Settings
from .account import read_account
from .event import Event
from .event_page import DEVICE, SERVICE, EventPages
from .event_query import EventQuery
from .event_reader import EventReader
from .look_by_name import DevicesByName
from .lookout import DEVICES, SERVICE_IDS

_SHOWN = 5


class Log(NamedTuple):
    """Events, the newest first, and whether these are all that were asked for.

    *user* is the e-mail address of the access key's user, *days* is for how many days the plan keeps events; None if it is not told.
    """

    events: list[Event]
    complete: bool
    user: str | None
    days: int | None


class Whose(NamedTuple):
    """Whose log: that of *account*, None for the access key's own, or those of what *asked* holds, given as the option *by*.

    *by* is one of those of the lookout, None for the whole account.
    """

    account: str | None
    by: str | None = None
    asked: Sequence[str] = ()


def read_log(
    settings: Settings, whose: Whose, query: EventQuery, most: int, deadline: Deadline, warn: Callable[[str], None]
) -> Log:
    """The newest events that *query* asks for, up to *most*. *warn* takes one sentence for the user.

    Raises OptionError and ApiError.
    """
    client = Client(settings, Clock(), warn)
    pages, ids = _found(client, whose, query.addresses, deadline)
    reader = EventReader(pages, deadline)
    events, complete = reader.read(ids, query, most)
    if reader.unusable:
        left_out = enumerated(reader.unusable, _SHOWN)
        warn(f"Left out, because what remote.it tells of them cannot be used: {left_out}.")
    return Log(events, complete, pages.user, pages.log_days)


def _found(client: Client, whose: Whose, addresses: bool, deadline: Deadline) -> tuple[EventPages, Sequence[str]]:
    if whose.by is None:
        account = read_account(client.graphql, whose.account, deadline)
        return EventPages(client.graphql, None, account, addresses), ()
    ids = _ids_of(client, whose, deadline) if whose.by == DEVICES else whose.asked
    return EventPages(client.graphql, SERVICE if whose.by == SERVICE_IDS else DEVICE, None, addresses), ids


def _ids_of(client: Client, whose: Whose, deadline: Deadline) -> list[str]:
    found = DevicesByName(client, whose.asked, whose.account).look(deadline)
    missing = [name for name in whose.asked if name not in found]
    if missing:
        raise OptionError(
            f"devices={enumerated(map(repr, missing))} fits no device of the account, nor one that is shared with it: check the "
            "names, which must be exact, or leave devices out, because the log of the account also tells of what is gone."
        )
    return [found[name].id for name in whose.asked]
