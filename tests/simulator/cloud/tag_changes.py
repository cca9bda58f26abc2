# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tags are given to devices and taken away.

Tags are those of an account, and each account has its own on a device (argument ``accountId`` of the schema). Adding
makes tags that are missing, and gives every name to every device (vendor's samples "Add Tag to Device", "Add Multiple
Tags to Devices"). The vendor's application asks for ADMIN in the account; what the service asks for is a behaviour.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..config.settings import Behaviour
from ..config.world import Account, Device, Permission, World
from .access import device_to_change
from .change_refusals import ChangeRefused, Objection


class TagChanges:
    """The writes about tags; each raises :class:`ChangeRefused` when the service says no, and then does nothing."""

    def __init__(self, world: World, behaviour: Behaviour) -> None:
        self._world = world
        self._behaviour = behaviour
        self._permission = Permission(behaviour.tag_permission.upper())

    def add(self, viewer: Account, names: Sequence[str], ids: Sequence[str], account_id: str | None) -> None:
        """Give each device each tag of an account, None for the one in which the viewer finds the device."""
        if not all(name.strip() for name in names):
            raise ChangeRefused(Objection.BAD_TAG)
        for account, device in self._found(viewer, ids, account_id):
            tags = device.tags.setdefault(account.id, [])
            for name in names:
                spelt = self._spelling(name, self._world.tags(account))
                if spelt not in tags:
                    tags.append(spelt)

    def remove(self, viewer: Account, names: Sequence[str], ids: Sequence[str], account_id: str | None) -> None:
        """Take each tag away from each device; the account keeps the tags."""
        for account, device in self._found(viewer, ids, account_id):
            tags = device.tags.get(account.id, [])
            account.tags = self._world.tags(account)
            unwanted = {self._spelling(name, tags) for name in names}
            device.tags[account.id] = [tag for tag in tags if tag not in unwanted]

    def _found(self, viewer: Account, ids: Sequence[str], account_id: str | None) -> list[tuple[Account, Device]]:
        devices = [device_to_change(self._world, viewer, id_, Permission.VIEW) for id_ in ids]
        return [(self._account(viewer, device, account_id), device) for device in devices]

    def _account(self, viewer: Account, device: Device, account_id: str | None) -> Account:
        account = self._world.account(account_id or device.account_for(viewer))
        granted = viewer.granted(account.id) if account else frozenset()
        if account is None or not granted:
            raise ChangeRefused(Objection.UNKNOWN_ACCOUNT)
        if not device.belongs_to(account):
            raise ChangeRefused(Objection.UNKNOWN_DEVICE)
        if self._permission not in granted:
            raise ChangeRefused(self._permission)
        return account

    def _spelling(self, name: str, known: Sequence[str]) -> str:
        """Return how the service spells a tag: as one that it knows, if case makes no difference."""
        if self._behaviour.tag_case == "lower":
            return name.lower()
        if self._behaviour.tag_case == "sensitive" or name in known:
            return name
        return next((tag for tag in known if tag.lower() == name.lower()), name)
