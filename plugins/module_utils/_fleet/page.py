# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One page of an account's devices, as GraphQL gives it: what is asked for, and what of the answer can be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._api.graphql import GraphqlApi, login_of, refusal
from .._base.clock import Deadline
from .._base.errors import AnswerLostError, RefusedError
from .device import TypeNames
from .parse import parse_type_names

# The most that remote.it gives at once (vendor page "API Usage").
PAGE_SIZE = 1000

# Nothing changes its creation, and what is new comes last: other orders move devices from page to page. Both keys are
# known to be accepted, which ``id`` is not.
SORT = "created,name"

TYPE_NAMES = "applicationTypes { id name } platformTypes { id name }"
# A link of another type is the key of a service, which is a secret.
_LINK = "link(type: [HTTPS]) { url enabled }"
_SERVICES = (
    "services { id name application protocol host port enabled online can(permission: CONNECT) permissions attributes "
    f"{_LINK} }}"
)
_DEVICE = (
    "id name online platform tags(accountId: $account) { name } owner { id email } attributes created lastReported "
    f"license endpoint {{ externalAddress }} hardwareId version configurable permissions {_SERVICES}"
)
_VARIABLES = (
    "$account: String, $from: Int, $size: Int, $name: String, $tag: ListFilter, $state: String, $platform: [Int!], "
    "$application: [Int!], $owner: Boolean"
)
_FILTER = (
    f'sort: "{SORT}", name: $name, tag: $tag, state: $state, platform: $platform, application: $application, '
    "owner: $owner"
)
_PAGE = f"devices({_FILTER}, from: $from, size: $size) {{ total hasMore items {{ {_DEVICE} }} }}"
_BEFORE = f"before: devices({_FILTER}, from: $before, size: 1) {{ items {{ id }} }}"


@dataclass(frozen=True)
class Page:
    """A page, not parsed.

    *account_id* is the account's, *items* are the devices, each with what remote.it says is wrong with it or an empty
    text, *total* is the number of devices on all pages if it is told, *before* the id of the device that was just
    before the page at that moment, *names* is None unless it was asked for.
    """

    account_id: str
    items: list[tuple[Any, str]]
    has_more: bool
    total: int | None
    before: str | None
    names: TypeNames | None


def read_page(
    api: GraphqlApi,
    variables: Mapping[str, Any],
    organisation: str | None,
    start: int,
    with_names: bool,
    deadline: Deadline,
) -> Page:
    """The page of the account's devices, filtered by *variables*, that begins at index *start*. Raises ApiError."""
    place: dict[str, Any] = {"from": start, "size": PAGE_SIZE}
    if start:
        place["before"] = start - 1
    if organisation is not None:
        place["account"] = organisation
    data, errors = api.read(_query(organisation, start, with_names), {**variables, **place}, deadline)
    # A link that is not for this access key is none.
    errors = [error for error in errors if not _is_about_a_link(error)]
    items = ["login", "devices", "items"] if organisation is None else ["login", "account", "devices", "items"]
    fatal = [error for error in errors if _index(error, items) is None]
    if fatal:
        raise refusal(fatal)
    if errors and not isinstance(data.get("login"), Mapping):
        # One device that has no answer at all takes everything with it.
        raise refusal(errors)
    login = login_of(data)
    parent = login if organisation is None else login.get("account")
    nodes, has_more, total = unpacked(parent, start, errors)
    said = {_index(error, items): refusal(error).reason for error in errors}
    return Page(
        account_id=organisation or str(login.get("id")),
        items=[(node, said.get(index, "")) for index, node in enumerate(nodes)],
        has_more=has_more,
        total=total,
        before=_before(parent),
        names=parse_type_names(data) if with_names else None,
    )


def _query(organisation: str | None, start: int, with_names: bool) -> str:
    fleet = f"{_BEFORE} {_PAGE}" if start else _PAGE
    if organisation is not None:
        fleet = f"account(id: $account) {{ {fleet} }}"
    declared = f"{_VARIABLES}, $before: Int" if start else _VARIABLES
    return f"query ({declared}) {{ {TYPE_NAMES if with_names else ''} login {{ id {fleet} }} }}"


def unpacked(
    parent: Any, start: int, errors: Sequence[Any], field: str = "devices"
) -> tuple[list[Any], bool, int | None]:
    """The items of a page, whether more follow, and the total if it is told.

    *parent* has the page as *field*; *start* is the index at which it begins. Raises RefusedError and AnswerLostError.
    """
    page = parent.get(field) if isinstance(parent, Mapping) else None
    items = page.get("items") if isinstance(page, Mapping) else None
    if not isinstance(page, Mapping) or not isinstance(items, list):
        if errors:
            raise refusal(errors)
        if parent is None:
            raise RefusedError("remote.it does not show the devices of this account to this access key.", 200, "")
        raise AnswerLostError("The answer to devices cannot be used: it has no list of them.", status=200)
    total, has_more = page.get("total"), page.get("hasMore")
    if not isinstance(total, int):
        total = None
    if not isinstance(has_more, bool):
        has_more = total is not None and start + len(items) < total
    return items, has_more, total


def _before(parent: Any) -> str | None:
    before = parent.get("before")
    items = before.get("items") if isinstance(before, Mapping) else None
    first = items[0] if isinstance(items, list) and items else None
    return item_id(first)


def item_id(node: Any) -> str | None:
    """The id of a device in the form in which ids are compared, None where there is none."""
    return str(node.get("id")).lower() if isinstance(node, Mapping) else None


def _is_about_a_link(error: Any) -> bool:
    path = error.get("path") if isinstance(error, Mapping) else None
    return isinstance(path, list) and "services" in path and "link" in path


def _index(error: Any, items: list[str]) -> int | None:
    """The index of the device that one of GraphQL's errors is about; None when it is about something else."""
    path = error.get("path") if isinstance(error, Mapping) else None
    if not isinstance(path, list) or path[: len(items)] != items or len(path) == len(items):
        return None
    index = path[len(items)]
    return index if isinstance(index, int) and not isinstance(index, bool) else None
