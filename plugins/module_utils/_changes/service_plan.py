# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done at a service for it to be as somebody wants it, worked out before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .._base.errors import OptionError
from .._base.text import inert, printable
from .._model.service_names import is_called
from .device_view import ApplicationType, DeviceView, ServiceView
from .service_wish import LOCAL, ServiceWish
from .texts import LONGEST_DESCRIPTION

# To change one of these breaks what is connected.
_CUTTING = {"application", "host", "port"}


class ServicePlan(NamedTuple):
    """A service is added if *before* is None and there are *values*, changed to them, or removed, or nothing is done.

    *values* are by the fields of a ServiceView; *managed* is all that the wish is about.
    """

    before: ServiceView | None
    values: Mapping[str, Any]
    managed: tuple[str, ...]
    is_removal: bool = False

    @property
    def is_change(self) -> bool:
        """Whether anything is to be written."""
        return self.is_removal or bool(self.values)

    @property
    def ends(self) -> bool:
        """Whether nobody can connect to a service afterwards that was there before."""
        return self.is_removal or (self.before is not None and self.values.get("enabled") is False)

    @property
    def cuts(self) -> bool:
        """Whether what is connected to the service breaks."""
        return self.ends or (self.before is not None and bool(_CUTTING & set(self.values)))

    def predicted(self) -> ServiceView | None:
        """The service afterwards, as far as it can be known before; a new one has no id."""
        if self.is_removal:
            return None
        if self.before is None and self.values:
            return ServiceView(**{**_NEW, **self.values})
        return None if self.before is None else self.before._replace(**self.values)

    def applied(self, device: DeviceView, after: ServiceView | None) -> DeviceView:
        """The *device* with the service as it is *after* the plan, None if it is not there."""
        others = (one for one in device.services if self.before is None or one.id != self.before.id)
        return device._replace(services=(*others, *([] if after is None else [after])))


_NEW: dict[str, Any] = {
    **dict.fromkeys(ServiceView._fields),
    "id": "",
    "protocol": "",
    "online": False,
    "permissions": (),
    "sessions": 0,
    "description": "",
}


def plan_presence(
    wish: ServiceWish, device: DeviceView, service: ServiceView | None, types: Sequence[ApplicationType]
) -> ServicePlan:
    """How *service* of *device*, None if it is not there, becomes as wished for. Raises OptionError."""
    _check_name(wish, device, service)
    if service is None:
        values = wish.of_a_new_one(types)
        return ServicePlan(None, values, tuple(values))
    managed = wish.resolved(types)
    return ServicePlan(service, differing(managed, device, service), tuple(managed))


def _check_name(wish: ServiceWish, device: DeviceView, service: ServiceView | None) -> None:
    """Raise OptionError if *service* is to get a name that another one of *device* has, in whatever case."""
    if wish.name is None or (service is not None and is_called(device.name, service.name, wish.name)):
        return
    for other in device.services:
        if other != service and is_called(device.name, other.name.lower(), wish.name.lower()):
            raise OptionError(
                f"name={wish.name!r} is too much like that of service {printable(other.name)} ({other.id}) of "
                f"{device.shown()}: give that name, if this service is meant, or another one, or rename the service by "
                "service_id."
            )


def plan_absence(service: ServiceView | None) -> ServicePlan:
    """How *service*, None if it is not there, becomes absent."""
    return ServicePlan(service, {}, ServiceWish._fields, is_removal=service is not None)


def differing(values: Mapping[str, Any], device: DeviceView, service: ServiceView) -> dict[str, Any]:
    """Of *values*, by the fields of a ServiceView, those that *service* of *device* does not have."""
    return {name: value for name, value in values.items() if not _has(device, service, name, value)}


def _has(device: DeviceView, service: ServiceView, name: str, value: Any) -> bool:
    found = getattr(service, name)
    if name == "name":
        return is_called(device.name, found, value)
    # What leads to the device itself may have no host, if an older software of the device made it.
    if name == "description":
        # Whoever writes down what is shown means the text itself.
        return value in (found, inert(found, LONGEST_DESCRIPTION))
    return bool((found or LOCAL).lower() == value.lower()) if name == "host" else bool(found == value)
