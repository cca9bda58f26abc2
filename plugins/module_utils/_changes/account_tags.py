# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tags of an account, and the custom roles that select devices by them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from .._api.graphql import GraphqlApi, login_of
from .._base.clock import Deadline
from .._base.errors import RefusedError
from .._base.text import printable
from .tag_changes import folded

_FIELDS = "tags { name } organization { roles { name access tag { values } } }"
_OWN = f"query {{ login {{ id {_FIELDS} }} }}"
_OF = f"query ($account: String!) {{ login {{ id account(id: $account) {{ {_FIELDS} }} }} }}"
_BY_TAG = "TAG"


class AccountTags(NamedTuple):
    """The tags that an account has, None where they may not be read, and the tags of each of its custom roles."""

    names: tuple[str, ...] | None
    roles: tuple[tuple[str, frozenset[str]], ...]

    def roles_of(self, tags: Iterable[str]) -> list[str]:
        """The names of the custom roles that select devices by one of *tags*, printable and sorted."""
        meant = {folded(tag) for tag in tags}
        return sorted(name for name, values in self.roles if values & meant)


def read_account_tags(graphql: GraphqlApi, account: str | None, deadline: Deadline) -> AccountTags:
    """What the access key may read of the account with this id, None is its own. Raises ApiError but for refusals."""
    try:
        # Errors are next to what may be read.
        data, _errors = graphql.read(
            _OWN if account is None else _OF, {} if account is None else {"account": account}, deadline
        )
        node = login_of(data)
    except RefusedError as error:
        if error.status != 200:
            raise
        return AccountTags(None, ())
    found = node if account is None else node.get("account")
    found = found if isinstance(found, Mapping) else {}
    tags = found.get("tags")
    names = tuple(tag["name"] for tag in _mappings(tags) if isinstance(tag.get("name"), str))
    return AccountTags(names if isinstance(tags, list) else None, tuple(_roles(found.get("organization"))))


def _roles(organization: Any) -> Iterator[tuple[str, frozenset[str]]]:
    for role in _mappings(organization.get("roles") if isinstance(organization, Mapping) else None):
        tag = role.get("tag")
        values = tag.get("values") if isinstance(tag, Mapping) else None
        if role.get("access") == _BY_TAG and isinstance(values, list):
            yield printable(str(role.get("name"))), frozenset(folded(one) for one in values if isinstance(one, str))


def _mappings(nodes: Any) -> Iterator[Mapping[str, Any]]:
    return (node for node in (nodes if isinstance(nodes, list) else ()) if isinstance(node, Mapping))
