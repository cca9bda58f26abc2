# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done for a device to have a set of services, as somebody wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .._base.errors import OptionError
from .._base.text import printable
from .device_view import ApplicationType, DeviceView, ServiceView
from .service_named import service_named
from .service_plan import ServicePlan, plan_absence, plan_presence
from .service_wish import ServiceWish


class ServiceItem(NamedTuple):
    """One of the services that are wanted, by its id, or by its name if that is None."""

    service_id: str | None
    wish: ServiceWish


class ServiceSetPlan(NamedTuple):
    """Plans for the services that are *wanted*, and for all others that are *purged*."""

    wanted: tuple[ServicePlan, ...]
    purged: tuple[ServicePlan, ...]

    @property
    def is_change(self) -> bool:
        """Whether anything is to be written."""
        return any(plan.is_change for plan in (*self.wanted, *self.purged))


def service_items(items: Iterable[Mapping[str, Any]], checked_id: Callable[[str], str]) -> tuple[ServiceItem, ...]:
    """The services in the option ``services``; *checked_id* makes an id of a text, or raises OptionError as this does."""
    found: list[ServiceItem] = []
    for number, options in enumerate(items, 1):
        try:
            id_ = None if options["service_id"] is None else checked_id(options["service_id"])
            found.append(ServiceItem(id_, ServiceWish.from_options(options)))
        except OptionError as error:
            raise OptionError(f"services, number {number}: {error}") from None
    return tuple(found)


def plan_services(
    device: DeviceView, types: Sequence[ApplicationType], items: Iterable[ServiceItem], purge: bool
) -> ServiceSetPlan:
    """How *device* gets the services in *items*, and with *purge* no others. Raises OptionError."""
    items = tuple(items)
    wanted: list[ServicePlan] = []
    for number, item in enumerate(items, 1):
        try:
            wanted.append(plan_presence(item.wish, device, _found(device, item), types))
        except OptionError as error:
            raise OptionError(f"services, number {number}: {error}") from None
    _check_each_once(wanted)
    _check_names(items)
    kept = {plan.before.id for plan in wanted if plan.before is not None}
    others = [service for service in device.services if purge and service.id not in kept]
    # What is added may be what leads to the device from now on.
    wanted.sort(key=_is_there)
    return ServiceSetPlan(tuple(wanted), tuple(map(plan_absence, others)))


def _found(device: DeviceView, item: ServiceItem) -> ServiceView | None:
    if item.service_id is None:
        return service_named(device, item.wish.name or "")
    found = next((service for service in device.services if service.id == item.service_id), None)
    if found is None:
        raise OptionError(
            f"service_id={item.service_id} is not a service of {device.shown()}: check it, or give name for a service that is "
            "to be added."
        )
    return found


def _check_each_once(plans: Iterable[ServicePlan]) -> None:
    seen: set[str] = set()
    for plan in plans:
        which = plan.values["name"] if plan.before is None else plan.before.id
        if which in seen:
            name = plan.values["name"] if plan.before is None else plan.before.name
            raise OptionError(f"services has {printable(name)} twice: describe each service once.")
        seen.add(which)


def _check_names(items: Sequence[ServiceItem]) -> None:
    """Raise OptionError if one is to get the name by which another is meant, so that the next run would find two."""
    meant = {item.wish.name for item in items if item.service_id is None}
    for item in items:
        if item.service_id is not None and item.wish.name in meant:
            raise OptionError(f"services has {printable(item.wish.name or '')} twice: describe each service once.")


def _is_there(plan: ServicePlan) -> bool:
    return plan.before is not None
