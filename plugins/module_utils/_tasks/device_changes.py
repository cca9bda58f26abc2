# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan for one device is checked, before anything is written, and carried out."""

from __future__ import annotations

from collections.abc import Iterable

from .._base.clock import Deadline
from .._base.text import enumerated
from .._changes.account_tags import AccountTags, read_account_tags
from .._changes.device_guards import check_manageable, check_removable
from .._changes.device_plan import DevicePlan
from .._changes.device_view import DeviceView, ServiceView
from .._changes.device_writes import DeviceWrites
from .._changes.service_plan import ServicePlan
from .._changes.tag_changes import TagChanges
from .._connections.connections import Connections
from .service_changes import ServiceChanges


class DeviceChanges:
    """The changes of one task to a *device*, as it was read, and as the *account* with this id has it.

    *account* is None for the access key's own. Each appends to *done* a sentence of what it did.
    """

    def __init__(
        self, connections: Connections, device: DeviceView, account: str | None, deadline: Deadline, done: list[str]
    ) -> None:
        self._connections = connections
        self._device = device
        self._account = account
        self._deadline = deadline
        graphql, looks = connections.client.graphql, connections.settings.patience.looks
        self._writes = DeviceWrites(graphql, device, account, looks, done)
        self._services = ServiceChanges(connections, device, deadline, done)

    def check(self, plan: DevicePlan, force: bool) -> None:
        """Raise RemoteItError if the *plan* may not be carried out, or needs *force*."""
        if plan.is_change:
            check_manageable(self._device)
        self._services.check([*plan.services.wanted, *plan.services.purged], force)

    def known_tags(self, changes: TagChanges) -> AccountTags:
        """The account's tags; whoever may get or lose access by these *changes* is warned of. Raises ApiError."""
        known = read_account_tags(self._connections.client.graphql, self._account, self._deadline)
        roles = known.roles_of([*changes.added, *changes.removed])
        if roles:
            self._connections.warn(
                f"Custom roles select devices by tags that change at {self._device.shown()}: {enumerated(roles)}. People may "
                "get access to it, or lose it."
            )
        return known

    def predicted(self, plan: DevicePlan) -> DeviceView:
        """The device afterwards, as far as it can be known before."""
        return self._after(plan, [(one, one.predicted()) for one in plan.services.wanted])

    def carry_out(self, plan: DevicePlan) -> DeviceView:
        """The device as it is when that is done: what creates comes first, and what takes away last.

        Raises RemoteItError at the first failure.
        """
        writes, deadline = self._writes, self._deadline
        services = [(one, self._services.carry_out(one)) for one in plan.services.wanted]
        if plan.tags.added:
            writes.add_tags(plan.tags.added, deadline)
        writes.set_attributes(plan.attributes_set(), deadline)
        if plan.name is not None:
            writes.rename(plan.name, deadline)
        writes.set_attributes(plan.attributes_removed(), deadline)
        if plan.tags.removed:
            writes.remove_tags(plan.tags.removed, deadline)
        for one in plan.services.purged:
            self._services.carry_out(one)
        return self._after(plan, services)

    def check_removal(self, expect_name: str, min_offline: int) -> None:
        """Raise OptionError or RefusedError unless the device may be deleted, see check_removable()."""
        check_removable(self._device, expect_name, min_offline, self._connections.client.clock.server_time())

    def delete(self) -> None:
        """Delete the device, and close what the registry holds open to it. Raises RemoteItError."""
        self._writes.delete(self._deadline)
        for service in self._device.services:
            self._services.forget_connections(service)

    def _after(self, plan: DevicePlan, services: Iterable[tuple[ServicePlan, ServiceView | None]]) -> DeviceView:
        """The device after the *plan*, with what became of the *services* that are wanted."""
        device = plan.applied(self._device)
        for one, after in (*services, *((one, None) for one in plan.services.purged)):
            device = one.applied(device, after)
        return device
