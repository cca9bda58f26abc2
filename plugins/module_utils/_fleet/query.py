# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the fleet of an account by GraphQL, however many pages it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._api.client import Client
from .._api.graphql import login_of, refusal
from .._base.clock import Clock, Deadline
from .._base.text import enumerated
from .._settings.settings import Settings
from .account import MEMBERSHIP, chosen_account
from .device import Device, TypeNames
from .filter import FleetFilter
from .page import TYPE_NAMES, Page, item_id, read_page
from .parse import label, parse_device, parse_type_names

_READS = 3
# How many pages are fleet_filter for at a time.
_AT_A_TIME = 10
# More than any account has, should remote.it tell a total that is none.
_MOST_PAGES = 1000
_SHOWN = 5

_DIRECTORY = f"query {{ {TYPE_NAMES} login {{ id email {MEMBERSHIP} }} }}"


def read_fleet(
    settings: Settings, fleet_filter: FleetFilter, account: str | None, deadline: Deadline, warn: Callable[[str], None]
) -> list[Device]:
    """The devices that pass the filter, as fleet_of() tells. *warn* takes one sentence for the user."""
    return fleet_of(Client(settings, Clock(), warn), fleet_filter, account, deadline)


def fleet_of(client: Client, fleet_filter: FleetFilter, account: str | None, deadline: Deadline) -> list[Device]:
    """The devices that pass the filter, sorted by name and id.

    *account* is the id, e-mail address or organisation's name of one that the access key can see, None for its own.
    Raises OptionError and ApiError.
    """
    return _Reader(client, deadline).read(fleet_filter, account)


@dataclass
class _Reading:
    """What one reading of all pages gave; *is_whole* is False if devices came or went meanwhile."""

    account_id: str = ""
    items: list[tuple[Any, str]] = field(default_factory=list)
    total: int | None = None
    is_whole: bool = True

    def add(self, page: Page) -> None:
        """Take the next page."""
        if self.items:
            # What is gone from the pages before draws the next page forward, past a device that nobody then reads.
            self.is_whole &= page.total == self.total and page.before == item_id(self.items[-1][0])
        self.is_whole &= bool(page.items) or not page.has_more
        self.account_id = page.account_id
        self.total = page.total
        self.items += page.items

    def has_repeats(self) -> bool:
        """Whether a device is there twice."""
        ids = [item_id(node) for node, _why in self.items if isinstance(node, Mapping)]
        return len(set(ids)) < len(ids)


class _Reader:
    """Reads by *client*, and by others beside it."""

    def __init__(self, client: Client, deadline: Deadline) -> None:
        self._client = client
        self._deadline = deadline
        self._warn = client.warn
        self._names: TypeNames | None = None
        self._organisation: str | None = None
        self._left_out: dict[str, None] = {}

    def read(self, fleet_filter: FleetFilter, account: str | None) -> list[Device]:
        if account is not None or fleet_filter.needs_type_names:
            data, errors = self._client.graphql.read(_DIRECTORY, {}, self._deadline)
            if errors:
                raise refusal(errors)
            self._names = parse_type_names(data)
            self._organisation = chosen_account(login_of(data), account)
        fleet_filter = fleet_filter.resolved(self._names or TypeNames())
        devices = fleet_filter.trimmed(self._parsed(self._whole(fleet_filter.variables())))
        self._mention_left_out()
        return sorted(devices, key=lambda device: (device.name, device.id))

    def _whole(self, variables: Mapping[str, Any]) -> _Reading:
        for read in range(_READS):
            # What went wrong with pages side by side may go well with one after the other.
            reading = self._read_all(variables, side_by_side=not read)
            if reading.is_whole and not reading.has_repeats():
                return reading
        self._warn(
            f"Devices came, went or changed while they were listed, {_READS} times in a row: the list may not be "
            "complete. Run again later."
        )
        return reading

    def _read_all(self, variables: Mapping[str, Any], *, side_by_side: bool) -> _Reading:
        reading = _Reading()
        pages = [self._page(self._client, variables, 0)]
        reading.add(pages[0])
        if side_by_side and pages[0].has_more and pages[0].items:
            starts = range(len(reading.items), pages[0].total or 0, len(reading.items))
            pages += self._pages(variables, starts[:_MOST_PAGES])
            for page in pages[1:]:
                reading.add(page)
        while pages[-1].has_more and pages[-1].items:
            pages.append(self._page(self._client, variables, len(reading.items)))
            reading.add(pages[-1])
        return reading

    def _pages(self, variables: Mapping[str, Any], starts: Sequence[int]) -> list[Page]:
        """The pages that begin at *starts*, read side by side. Raises ApiError."""
        from .._base.pool import side_by_side  # most fleets have one page

        def read(client: Client, start: int) -> Page:
            return self._page(client, variables, start)

        return side_by_side(lambda: self._client.beside(self._warn), read, starts, _AT_A_TIME, until_error=True)

    def _page(self, client: Client, variables: Mapping[str, Any], start: int) -> Page:
        page = read_page(client.graphql, variables, self._organisation, start, self._names is None, self._deadline)
        self._names = self._names or page.names
        return page

    def _parsed(self, reading: _Reading) -> list[Device]:
        """The devices that can be used, each once."""
        names = self._names or TypeNames()
        devices: dict[str, Device] = {}
        for node, why in reading.items:
            try:
                if why:
                    raise ValueError(f'remote.it says "{why}"')
                device = parse_device(node, names, reading.account_id, self._organisation, self._leave_out)
            except ValueError as error:
                self._leave_out("device", node, str(error))
                continue
            devices[device.id] = device
        return list(devices.values())

    def _leave_out(self, what: str, node: Any, why: str) -> None:
        self._left_out[f"{what} {label(node)} ({why})"] = None

    def _mention_left_out(self) -> None:
        if self._left_out:
            left_out = enumerated(self._left_out, _SHOWN)
            self._warn(f"Left out, because what remote.it tells of them cannot be used: {left_out}.")
