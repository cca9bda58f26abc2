# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services are added, changed and removed, and what was asked for is known to have been done when it returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._api.graphql import GraphqlApi
from .._base.clock import Deadline
from .._base.errors import AnswerLostError, ApiError, RefusedError
from .._base.text import printable
from .._model.attributes import DESCRIPTION
from .._model.service_names import is_called
from .attribute_changes import with_changes
from .attribute_writes import Attributed, AttributeWrites
from .device_view import SERVICE, DeviceView, ServiceView, parse_service, read_device, read_device_of
from .lost_answers import is_seen, may_be_done
from .service_plan import differing

_ADD = f"""\
mutation ($deviceId: String!, $name: String, $application: Int, $host: String, $port: Int, $enabled: Boolean) {{
  addService(deviceId: $deviceId, name: $name, application: $application, host: $host, port: $port, enabled: $enabled) {{
    {SERVICE}
  }}
}}"""
_UPDATE = f"""\
mutation ($id: ID!, $name: String, $application: Int, $host: String, $port: Int, $enabled: Boolean) {{
  updateService(id: $id, name: $name, application: $application, host: $host, port: $port, enabled: $enabled) {{
    {SERVICE}
  }}
}}"""
_REMOVE = "mutation ($id: ID!) { removeService(id: $id) }"


class ServiceWrites:
    """The writes of one task; *looks* are the pauses before looking for what a lost answer may have done, in seconds."""

    def __init__(self, graphql: GraphqlApi, looks: tuple[float, ...]) -> None:
        self._graphql = graphql
        self._looks = looks

    def add(self, device: DeviceView, values: Mapping[str, Any], deadline: Deadline) -> ServiceView:
        """Add a service with these *values* and return it. Raises ApiError.

        It is never asked for twice: after a lost answer, what has been added meanwhile is looked for.
        """
        try:
            data = self._graphql.ask(_ADD, {"deviceId": device.id, **values}, deadline, repeatable=False)
            if data.get("addService") is not None:
                return self._checked(device, _parsed(data, "addService"), values["name"])
            failure: ApiError = RefusedError("remote.it did not add the service, and does not say why.", 200, "")
        except AnswerLostError as error:
            failure = error
        found = self._added(device, values["name"], deadline)
        if found is None:
            raise failure
        return found

    def update(self, service: ServiceView, values: Mapping[str, Any], deadline: Deadline) -> ServiceView:
        """Set these *values* and return the service as it is then. Raises ApiError."""
        try:
            data = self._graphql.ask(_UPDATE, {"id": service.id, **values}, deadline)
            if data.get("updateService") is not None:
                return _parsed(data, "updateService")
        except ApiError as error:
            found = self._updated(service, values, deadline) if may_be_done(error) else None
            if found is None:
                raise
            return found
        raise RefusedError("remote.it did not change the service, and does not say why.", 200, "")

    def describe(self, service: ServiceView, text: str, deadline: Deadline) -> None:
        """Give it this description, or none if that is empty. Raises ApiError."""

        def read(until: Deadline) -> Mapping[str, Any]:
            device = read_device_of(self._graphql, service.id, until).device
            services = device.services if device else ()
            found = next((one.description for one in services if one.id == service.id), "")
            return with_changes({}, {DESCRIPTION: found or None})

        whose = Attributed(service.id, f"service {printable(service.name)} ({service.id})", read)
        AttributeWrites(self._graphql, whose, self._looks, []).set({DESCRIPTION: text or None}, deadline)

    def remove(self, service: ServiceView, deadline: Deadline) -> None:
        """Remove it. Raises ApiError if it is still there."""
        try:
            if self._graphql.ask(_REMOVE, {"id": service.id}, deadline).get("removeService") is True:
                return
            failure: ApiError = RefusedError("remote.it did not confirm that the service is removed.", 200, "")
        except (AnswerLostError, RefusedError) as error:
            failure = error
        # Whatever a later try was told, an earlier one may have done it.
        if read_device_of(self._graphql, service.id, deadline).device is not None:
            raise failure

    def _checked(self, device: DeviceView, service: ServiceView, name: str) -> ServiceView:
        """The new service, if the next run will find it by *name*. Raises RefusedError."""
        if is_called(device.name, service.name, name):
            return service
        raise RefusedError(
            f"remote.it added the service {service.id} to {device.shown()}, but called it {service.name!r} instead of "
            f"{name!r}: use this name, or service_id, from now on, because a task with the other name would add it again.",
            200,
            "",
        )

    def _updated(self, service: ServiceView, values: Mapping[str, Any], deadline: Deadline) -> ServiceView | None:
        """The service, if it is seen to have these *values*."""
        found: ServiceView | None = None

        def look() -> bool:
            nonlocal found
            device = read_device_of(self._graphql, service.id, deadline).device
            now = next((one for one in device.services if one.id == service.id), None) if device else None
            found = now if device and now and not differing(values, device, now) else None
            return found is not None

        is_seen(look, self._looks, deadline)
        return found

    def _added(self, device: DeviceView, name: str, deadline: Deadline) -> ServiceView | None:
        """The service of this name that *device* has got since, None if there is none for as long as we look."""
        before = {service.id for service in device.services}
        for pause in self._looks:
            deadline.sleep(pause)
            now = read_device(self._graphql, device.id, deadline).device
            for service in now.services if now else ():
                if service.id not in before and is_called(device.name, service.name, name):
                    return service
        return None


def _parsed(data: Mapping[str, Any], what: str) -> ServiceView:
    try:
        return parse_service(data.get(what))
    except ValueError as error:
        raise AnswerLostError(f"The answer to {what} cannot be used: {error}.", status=200) from None
