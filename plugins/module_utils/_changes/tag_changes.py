# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tags that a device is to get and to lose. They are compared without case, as the vendor's application does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .._base.text import inert


class TagChanges(NamedTuple):
    """The tags that are added, and those that are removed as remote.it spells them."""

    added: tuple[str, ...]
    removed: tuple[str, ...]

    def spelt(self, known: Iterable[str]) -> TagChanges:
        """The same, with tags that the account has already, *known*, in its spelling: no other one is made that way."""
        spellings = {folded(tag): tag for tag in known}
        return self._replace(added=tuple(spellings.get(folded(tag), tag) for tag in self.added))

    def created(self, known: Iterable[str]) -> list[str]:
        """Of what is added, what the account does not have yet, sorted."""
        there = {folded(tag) for tag in known}
        return sorted(tag for tag in self.added if folded(tag) not in there)

    def applied(self, present: Iterable[str]) -> tuple[str, ...]:
        """The tags *present* as they are afterwards, sorted."""
        return tuple(sorted({*present, *self.added} - {*self.removed}))


def folded(tag: str) -> str:
    """A tag as it is compared."""
    return tag.casefold()


def tag_changes(present: Sequence[str], wanted: Sequence[str] | None, purge: bool) -> TagChanges:
    """How the tags *present* become those that are *wanted*; others stay unless they are to be *purged*, None touches none."""
    if wanted is None:
        return TagChanges((), ())
    there = {word for tag in present for word in _words(tag)}
    meant = {folded(tag) for tag in wanted}
    return TagChanges(
        added=tuple(tag for tag in wanted if folded(tag) not in there),
        removed=tuple(tag for tag in present if purge and not meant & _words(tag)),
    )


def _words(tag: str) -> set[str]:
    # Whoever writes down what remoteit_device_info shows means the tag itself.
    return {folded(tag), folded(inert(tag))}
