# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for the services of one device are checked, all before anything is written, and carried out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._base.clock import Deadline
from .._base.errors import RefusedError
from .._base.text import inert, printable
from .._changes.device_view import DeviceView, ServiceView
from .._changes.service_guards import check_rights, check_use
from .._changes.service_plan import ServicePlan, differing
from .._changes.service_writes import ServiceWrites
from .._connections.connections import Connections
from .._connections.overview import count_held


class ServiceChanges:
    """The changes of one task to services of a *device*, as it was read.

    Each appends to *done*, which others may write as well, a sentence of what it did.
    """

    def __init__(self, connections: Connections, device: DeviceView, deadline: Deadline, done: list[str]) -> None:
        self._connections = connections
        self._device = device
        self._deadline = deadline
        self._done = done
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
            self.forget_connections(plan.before)
        return after

    def _written(self, plan: ServicePlan) -> ServiceView | None:
        """What became of the service, each step of which is told in *done*. Raises RemoteItError."""
        values = {name: value for name, value in plan.values.items() if name != "description"}
        if plan.before is None:
            after = self._writes.add(self._device, values, self._deadline)
            self._tell_done("added", after)
            # After a lost answer, it may be one that somebody else added at the same moment.
            missed = differing(values, self._device, after)
            after = self._updated(after, missed) if missed else after
        elif plan.is_removal:
            self._writes.remove(plan.before, self._deadline)
            self._tell_done("removed", plan.before)
            return None
        else:
            after = self._updated(plan.before, values) if values else plan.before
        if after.description != plan.values.get("description", after.description):
            after = self._described(after, plan.values["description"])
        return after

    def _updated(self, service: ServiceView, values: Mapping[str, Any]) -> ServiceView:
        after = self._writes.update(service, values, self._deadline)
        self._tell_done("changed", service)
        missed = differing(values, self._device, after)
        if missed:
            raise RefusedError(
                f"remote.it accepted the change of service {service.id}, but it has {_told(missed, after)} now, which is not "
                "what was asked for: run the task again, or change it in the remote.it application.",
                200,
                "",
            )
        return after

    def _described(self, service: ServiceView, text: str) -> ServiceView:
        self._writes.describe(service, text, self._deadline)
        self._tell_done("described", service)
        return service._replace(description=text)

    def _tell_done(self, what: str, service: ServiceView) -> None:
        self._done.append(f"Service {what}: {inert(service.name)} ({service.id}).")

    def _held(self, service: ServiceView) -> int:
        return count_held(self._connections.client, self._connections.warn, service.id, self._deadline)

    def forget_connections(self, service: ServiceView) -> None:
        """Close what the registry holds, which leads nowhere any more."""
        if self._held(service):
            self._connections.absent(service.id, self._deadline)


def _told(names: Iterable[str], service: ServiceView) -> str:
    return ", ".join(f"{name}={printable(str(getattr(service, name)))}" for name in sorted(names))
