# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A look at devices by their names, of which some may not be there yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._api.client import Client
from .._api.graphql import login_of, refusal
from .._base.clock import Deadline
from .._base.errors import AnswerLostError, OptionError
from .._base.text import enumerated, inert
from .account import read_account
from .page import PAGE_SIZE, SORT, unpacked
from .parse import parse_seen_device
from .presence import Sighting

# How many names are looked for by one request: nobody says how long one may be.
_AT_ONCE = 100

_FOUND = "{ total hasMore items { id name online lastReported } }"


class DevicesByName:
    """Looks at the devices with these *names* by *client*, in *account* or, if that is None, the access key's own."""

    def __init__(self, client: Client, names: Sequence[str], account: str | None) -> None:
        self._client = client
        self._names = names
        self._account = account
        self._organisation: str | None = None

    def look(self, deadline: Deadline) -> dict[str, Sighting]:
        """Those that are there, by name. Raises OptionError if two have the same one, and ApiError."""
        if self._account is not None and self._organisation is None:
            self._organisation = read_account(self._client.graphql, self._account, deadline)
            # The own account needs no other look.
            self._account = self._organisation
        found: dict[str, Sighting] = {}
        for start in range(0, len(self._names), _AT_ONCE):
            for name, devices in self._named(self._names[start : start + _AT_ONCE], deadline).items():
                if len(devices) > 1:
                    raise OptionError(
                        f"devices={name!r} fits {len(devices)} devices: set device_ids to the ids of those that are meant, "
                        f"of {enumerated(devices)}."
                    )
                for device in devices.values():
                    found[name] = device
        return found

    def _named(self, names: Sequence[str], deadline: Deadline) -> dict[str, dict[str, Sighting]]:
        """The devices with each of the names, by id."""
        found: dict[str, dict[str, Sighting]] = {name: {} for name in names}
        # A name is also a part of others, which may fill more than one page.
        starts = dict.fromkeys(names, 0)
        while starts:
            parent = self._pages(starts, deadline)
            following = {}
            for number, (name, start) in enumerate(starts.items()):
                nodes, has_more, _total = unpacked(parent, start, (), f"d{number}")
                found[name] |= {device.id: device for device in _of_name(nodes, name)}
                if has_more and nodes:
                    following[name] = start + len(nodes)
            starts = following
        return found

    def _pages(self, starts: Mapping[str, int], deadline: Deadline) -> Any:
        """The object of the answer that has a page for each name, beginning at an index."""
        variables: dict[str, Any] = {"size": PAGE_SIZE}
        declared, fields = "$size: Int", ""
        for number, (name, start) in enumerate(starts.items()):
            variables |= {f"n{number}": name.strip(), f"f{number}": start}
            declared += f", $n{number}: String, $f{number}: Int"
            fields += f' d{number}: devices(sort: "{SORT}", name: $n{number}, from: $f{number}, size: $size) {_FOUND}'
        if self._organisation is not None:
            variables["account"] = self._organisation
            declared += ", $account: String"
            fields = f" account(id: $account) {{{fields} }}"
        login = login_of(self._read(f"query ({declared}) {{ login {{ id{fields} }} }}", variables, deadline))
        return login if self._organisation is None else login.get("account")

    def _read(self, query: str, variables: Mapping[str, Any], deadline: Deadline) -> Mapping[str, Any]:
        data, errors = self._client.graphql.read(query, variables, deadline)
        if errors:
            raise refusal(errors)
        return data


def _of_name(nodes: Sequence[Any], name: str) -> list[Sighting]:
    """The devices among *nodes* that have exactly this name. What others are like is no matter."""
    own = [node for node in nodes if isinstance(node, Mapping) and inert(str(node.get("name"))) == inert(name)]
    try:
        return [parse_seen_device(node) for node in own]
    except ValueError as error:
        raise AnswerLostError(f"The answer to devices cannot be used: {error}.", status=200) from None
