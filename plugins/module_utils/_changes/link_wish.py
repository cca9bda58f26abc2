# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a connect link is to be like: the options of a task, checked before anything is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .._base.errors import OptionError
from .link_view import LinkView
from .networks import checked_networks

PRESENT = "present"
DISABLED = "disabled"
ABSENT = "absent"
ON_CREATE = "on_create"
ALWAYS = "always"
# The vendor's application takes no longer ones.
_LONGEST_PASSWORD = 49


class LinkWish(NamedTuple):
    """What is wanted of a link that is on; what is None is not managed.

    *password* is empty for none; *always* is whether it is sent although it may be so already.
    """

    allow: tuple[str, ...] | None
    deny: tuple[str, ...] | None
    password: str | None
    always: bool

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> LinkWish:
        """The wish in the options of a task. Raises OptionError."""
        networks = {
            name: None if options[name] is None else checked_networks(name, options[name]) for name in ("allow", "deny")
        }
        if options["password"] is not None:
            _check_password(options["password"])
        return cls(**networks, password=options["password"], always=options["update_password"] == ALWAYS)

    def to_send(self, link: LinkView | None) -> dict[str, Any]:
        """What is sent to have it so, by the names of the API's arguments; nothing if *link* is so already."""
        wanted: dict[str, Any] = {
            name: list(networks) for name, networks in self._networks().items() if networks is not None
        }
        is_password_sent = self._is_password_sent(link)
        if link and link.enabled and not is_password_sent and self._has_networks(link):
            return {}
        # All that is managed: it is not known whether what is left out stays as it is.
        if is_password_sent:
            wanted["password"] = self.password or None
        return {"enabled": True, **wanted}

    def managed_of(self, link: LinkView) -> dict[str, Any]:
        """What of *link* is managed, as a diff shows it."""
        shown: dict[str, Any] = {"enabled": link.enabled}
        shown |= {name: list(getattr(link, name)) for name, wanted in self._networks().items() if wanted is not None}
        if self.password is not None:
            shown["has_password"] = link.password is not None
        return shown

    def _networks(self) -> dict[str, tuple[str, ...] | None]:
        return {"allow": self.allow, "deny": self.deny}

    def _has_networks(self, link: LinkView) -> bool:
        return all(wanted in (None, getattr(link, name)) for name, wanted in self._networks().items())

    def _is_password_sent(self, link: LinkView | None) -> bool:
        if self.password is None:
            return False
        told = link.password if link else None
        if link and self.always:
            return True
        if link and self.password and link.has_hidden_password:
            # It may be this one, or one that somebody chose since.
            return False
        # Where nothing is told, there is most likely none, and a URL that is open to all is the worse mistake.
        return (self.password or None) != told


def _check_password(password: str) -> None:
    if password != password.strip():
        raise OptionError(
            "password begins or ends with a blank, which the remote.it application would cut off: leave it out."
        )
    if not password.isprintable():
        raise OptionError("password has a character that cannot be printed, such as a line break: leave it out.")
    if len(password) > _LONGEST_PASSWORD:
        raise OptionError(
            f"password has {len(password)} characters: give at most {_LONGEST_PASSWORD}, as the remote.it application does."
        )
