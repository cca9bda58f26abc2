# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for the services of one device are checked, all before anything is written, and carried out."""

from __future__ import annotations

from collections.abc import Iterable

from .._base.clock import Deadline
from .._base.errors import RefusedError
from .._changes.device_view import DeviceView, ServiceView
from .._changes.service_guards import check_rights, check_use
from .._changes.service_plan import ServicePlan, differing
from .._changes.service_writes import ServiceWrites
from .._connections.connections import Connections
from .._connections.overview import count_held


class ServiceChanges:
    """The changes of one task to services of a *device*, as it was read."""

    def __init__(self, connections: Connections, device: DeviceView, deadline: Deadline) -> None:
        self._connections = connections
        self._device = device
        self._deadline = deadline
        self._writes = ServiceWrites(connections.client.graphql, connections.settings.patience.looks)

    def check(self, plans: Iterable[ServicePlan], force: bool) -> None:
        """Raise RemoteItError if one of the *plans*, carried out in this order, may not be, or needs *force*."""
        device = self._device
        for plan in plans:
            if plan.is_change:
                check_rights(device)
            if plan.cuts and plan.before is not None and not force:
                check_use(device, plan.before, self._held(plan.before), plan.ends)
            device = plan.applied(device, plan.predicted())

    def carry_out(self, plan: ServicePlan) -> ServiceView | None:
        """The service as it is when that is done, None if it is not there. Raises RemoteItError."""
        if not plan.is_change:
            return plan.before
        after = self._written(plan)
        if plan.cuts and plan.before is not None:
            self._forget_connections(plan.before)
        missed = {} if after is None else differing(plan.values, self._device, after)
        if plan.before is not None and missed:
            raise RefusedError(
                f"remote.it accepted the change of service {plan.before.id}, but {', '.join(sorted(missed))} is not as asked "
                "for: run the task again, or change it in the remote.it application.",
                200,
                "",
            )
        return after

    def _written(self, plan: ServicePlan) -> ServiceView | None:
        if plan.before is None:
            return self._writes.add(self._device, plan.values, self._deadline)
        if plan.is_removal:
            self._writes.remove(plan.before, self._deadline)
            return None
        return self._writes.update(plan.before, plan.values, self._deadline)

    def _held(self, service: ServiceView) -> int:
        return count_held(self._connections.client, self._connections.warn, service.id, self._deadline)

    def _forget_connections(self, service: ServiceView) -> None:
        """Close what the registry holds, which leads nowhere any more."""
        if self._held(service):
            self._connections.absent(service.id, self._deadline)
