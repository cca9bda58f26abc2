# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a device or a service is as an Ansible host: its variables and its groups."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ansible.plugins.inventory import to_safe_group_name

from ...module_utils._base.text import enumerated
from ...module_utils._fleet.device import Device, FleetService
from ...module_utils._model.ids import host_key_alias

GROUP = "remoteit"
STATE = "state"
TAGS = "tags"
APPLICATIONS = "applications"
PLATFORMS = "platforms"
DEFAULT_GROUPS = (GROUP, STATE, TAGS, APPLICATIONS, PLATFORMS)

_SSH = 28


@dataclass(frozen=True)
class FleetHost:
    """A host to be.

    *id* is that of the service or device that it stands for, *words* are the parts of its default name. *services*
    are those that belong to it, by their keys in the variable ``services`` of a device, and *service* is the one that
    connects to it; *speaks_ssh* tells whether SSH can use that one. *variables* have their prefix.
    """

    id: str
    words: tuple[str, ...]
    device: Device
    online: bool
    services: dict[str, FleetService]
    service: FleetService | None
    speaks_ssh: bool
    variables: dict[str, Any]


def hosts_of_services(devices: Iterable[Device], prefix: str, ssh_names: Collection[str]) -> Iterator[FleetHost]:
    """A host for each service. *ssh_names* are the names of services that speak SSH, whatever their type says."""
    for device in devices:
        common = _device_variables(device)
        for service in device.services:
            online = device.online and service.online
            variables = {
                **common,
                **_service_variables(service),
                "online": online,
                "state": _state(online),
                "service_id": service.id,
                "service_name": service.name,
            }
            yield FleetHost(
                id=service.id,
                words=(device.name, service.name),
                device=device,
                online=online,
                services={service.name: service},
                service=service,
                speaks_ssh=_speaks_ssh(service, ssh_names),
                variables=_prefixed(prefix, variables),
            )


def hosts_of_devices(
    devices: Iterable[Device], prefix: str, ssh_names: Sequence[str], warn: Callable[[str], None]
) -> Iterator[FleetHost]:
    """A host for each device. Of its SSH services, the first one in *ssh_names* connects to it, else the only one."""
    for device in devices:
        service = _ssh_service(device, ssh_names, warn)
        services = _by_name(device.services)
        variables = {
            **_device_variables(device),
            "state": _state(device.online),
            "services": {name: _service_variables(listed) for name, listed in services.items()},
        }
        if service:
            variables |= {"service_id": service.id, "service_name": service.name}
        yield FleetHost(
            id=device.id,
            words=(device.name,),
            device=device,
            online=device.online,
            services=services,
            service=service,
            speaks_ssh=service is not None,
            variables=_prefixed(prefix, variables),
        )


def default_groups(host: FleetHost, kinds: Collection[str]) -> list[str]:
    """The names of the groups to which the host belongs by what it is; *kinds* are values of DEFAULT_GROUPS."""
    names: list[str] = []
    device = host.device
    if GROUP in kinds:
        names.append(GROUP)
    if STATE in kinds:
        names.append(f"{GROUP}_{_state(host.online)}")
    if TAGS in kinds:
        names += [f"{GROUP}_tag_{tag}" for tag in device.tags]
    if APPLICATIONS in kinds:
        types = (_type_name(service.application, service.application_name) for service in host.services.values())
        names += [f"{GROUP}_application_{name}" for name in types if name]
    platform = _type_name(device.platform, device.platform_name)
    if PLATFORMS in kinds and platform:
        names.append(f"{GROUP}_platform_{platform}")
    return list(dict.fromkeys(to_safe_group_name(name) for name in names))


def nowhere(host: FleetHost) -> dict[str, str]:
    """The address of a host that has none: a name that nobody else has.

    Without it, Ansible would connect to whatever machine has the host's name in the controller's network.
    """
    return {"ansible_host": host_key_alias(host.id)}


def _device_variables(device: Device) -> dict[str, Any]:
    # Not as_result(), which copies all values deeply: that is what takes longest with thousands of devices.
    variables = {name: value for name, value in vars(device).items() if name != "services"}
    variables |= {"tags": list(device.tags), "permissions": list(device.permissions)}
    # In both modes, so that one expression serves both.
    own = {name: variables[name] for name in ("id", "name", "online", "attributes", "permissions")}
    return {**variables, **_prefixed("device_", own)}


def _service_variables(service: FleetService) -> dict[str, Any]:
    return {**vars(service), "permissions": list(service.permissions)}


def _prefixed(prefix: str, variables: dict[str, Any]) -> dict[str, Any]:
    return {f"{prefix}{name}": value for name, value in variables.items()}


def _state(online: bool) -> str:
    return "online" if online else "offline"


def _type_name(number: int | None, name: str) -> str:
    return name.lower() or ("" if number is None else str(number))


def _speaks_ssh(service: FleetService, ssh_names: Collection[str]) -> bool:
    return service.application == _SSH or service.application_name.lower() == "ssh" or service.name in ssh_names


def _ssh_service(device: Device, ssh_names: Sequence[str], warn: Callable[[str], None]) -> FleetService | None:
    """The service by which SSH reaches the device. Services may lead to different machines, so none is guessed."""
    for name in ssh_names:
        named = [service for service in device.services if service.name == name]
        if len(named) == 1:
            return named[0]
    candidates = [service for service in device.services if _speaks_ssh(service, ssh_names)]
    if len(candidates) > 1:
        warn(
            f"Device {device.name} ({device.id}) has {len(candidates)} SSH services, so none was chosen: name one of "
            f"{enumerated(service.name for service in candidates)} in ssh_service, or use hosts=services."
        )
    return candidates[0] if len(candidates) == 1 else None


def _by_name(services: Iterable[FleetService]) -> dict[str, FleetService]:
    """Services by name; those that share a name stand under their ids, so that none hides another."""
    found: dict[str, list[FleetService]] = {}
    for service in services:
        found.setdefault(service.name, []).append(service)
    return {service.id if len(same) > 1 else name: service for name, same in found.items() for service in same}
