# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What somebody wants to change: found, and allowed."""

from __future__ import annotations

from ..config.world import Account, Device, Permission, Service, World
from .change_refusals import ChangeRefused, Objection


def device_to_change(world: World, account: Account, id_: str, permission: Permission) -> Device:
    """Return the device with this id.

    :raises ChangeRefused: the account may not see it, or lacks the permission.
    """
    device = world.device(id_)
    if device is None or device.id.lower() != id_.lower():
        raise ChangeRefused(Objection.UNKNOWN_DEVICE)
    _demand(world, account, device, permission, Objection.UNKNOWN_DEVICE)
    return device


def service_to_change(world: World, account: Account, id_: str, permission: Permission) -> tuple[Device, Service]:
    """Return the service with this id and its device; the one that stands for the device itself is none.

    :raises ChangeRefused: the account may not see it, or lacks the permission.
    """
    found = world.service(id_)
    if found is None:
        raise ChangeRefused(Objection.UNKNOWN_SERVICE)
    _demand(world, account, found[0], permission, Objection.UNKNOWN_SERVICE)
    return found


def _demand(world: World, account: Account, device: Device, permission: Permission, unseen: Objection) -> None:
    permissions = world.permissions(account, device)
    if Permission.VIEW not in permissions:
        # Whoever may not see it must not learn that it is there.
        raise ChangeRefused(unseen)
    if permission not in permissions:
        raise ChangeRefused(permission)
