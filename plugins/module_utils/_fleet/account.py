# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of the accounts that an access key can see is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._api.graphql import GraphqlApi, login_of
from .._base.clock import Deadline
from .._base.errors import OptionError
from .._base.text import printable

MEMBERSHIP = "membership { organization { name account { id email } } }"
_ACCOUNTS = f"query {{ login {{ id email {MEMBERSHIP} }} }}"


def read_account(graphql: GraphqlApi, account: str | None, deadline: Deadline) -> str | None:
    """What chosen_account() tells of *account*, for which remote.it is asked. Raises OptionError and ApiError."""
    if account is None:
        return None
    return chosen_account(login_of(graphql.ask(_ACCOUNTS, {}, deadline)), account)


def chosen_account(login: Mapping[str, Any], account: str | None) -> str | None:
    """The id of the account that is meant by its id, e-mail address or organisation's name, without regard to case.

    None means the access key's own. *login* has ``id``, ``email`` and MEMBERSHIP. Raises OptionError.
    """
    if account is None or account.casefold() in _words(login.get("id"), login.get("email")):
        return None
    known = list(_organisations(login))
    found = {id_ for id_, words, _shown in known if account.casefold() in words}
    if len(found) == 1:
        return found.pop()
    seen = "; ".join([printable(f"{login.get('email')} ({login.get('id')})"), *(shown for _id, _words, shown in known)])
    if found:
        raise OptionError(f"account={account!r} fits more than one account: give one id of {seen}.")
    raise OptionError(f"account={account!r} is not an account that this access key can see; it sees {seen}.")


def _organisations(login: Mapping[str, Any]) -> Iterator[tuple[str, set[str], str]]:
    """The id, the words that mean it, and what is shown of each organisation of which the user is a member."""
    members = login.get("membership")
    for member in members if isinstance(members, list) else ():
        organisation = member.get("organization") if isinstance(member, Mapping) else None
        owner = organisation.get("account") if isinstance(organisation, Mapping) else None
        if not isinstance(organisation, Mapping) or not isinstance(owner, Mapping):
            continue
        id_, email, name = owner.get("id"), owner.get("email"), organisation.get("name")
        if not isinstance(id_, str) or not id_.isprintable():
            continue
        yield id_, _words(id_, email, name), f"{printable(str(name))} {printable(str(email))} ({printable(id_)})"


def _words(*values: Any) -> set[str]:
    return {value.casefold() for value in values if isinstance(value, str) and value}
