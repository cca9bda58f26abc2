# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes to devices and services that no request of the API made: their agents, or somebody else."""

from __future__ import annotations

import copy

from ..config.reader import Section
from ..config.world import Device, Permission, Service, World
from ..config.world_reader import read_link, read_service


def change_from_outside(world: World, body: Section, agent_overwrites_name: bool = False) -> None:
    """Change or remove the device or service whose ``id`` is given; keys that are absent stay as they are.

    :param agent_overwrites_name: whether a device that comes online gets the name back that its agent has.
    :raises ConfigError: there is none with this id, or a value cannot be used.
    """
    id_ = body.text("id")
    found = world.service(id_)
    if found is not None:
        _update_service(*found, body)
        return
    device = world.device(id_)
    if device is None:
        raise body.fail("id", "is no device or service")
    _update_device(world, device, body, agent_overwrites_name)


def _update_service(device: Device, service: Service, body: Section) -> None:
    service.name = body.text("name", service.name)
    service.enabled = body.flag("enabled", service.enabled)
    service.online = body.flag("online", service.online)
    service.license = body.text("license", service.license)
    service.target = body.endpoint("target") or service.target
    service.application = body.integer("application", service.application)
    service.port = body.integer("port", service.port)
    service.host = body.text("host", service.host or "") or None
    service.link = read_link(body, service.created) if body.has("link") else service.link
    if body.flag("link_removed", False):
        service.link = None
    if body.flag("removed", False):
        device.services.remove(service)


def _update_device(world: World, device: Device, body: Section, agent_overwrites_name: bool) -> None:
    device.name = body.text("name", device.name)
    was_online, device.online = device.online, body.flag("online", device.online)
    if agent_overwrites_name and device.online and not was_online:
        device.name = device.agent_name
    device.license = body.text("license", device.license)
    device.tags[device.owner_id] = list(body.texts("tags", device.tags[device.owner_id]))
    # A fault does the same again and again, whatever is made of these attributes in between.
    device.attributes = copy.deepcopy(body.mapping("attributes")) if body.has("attributes") else device.attributes
    device.configurable = body.flag("configurable", device.configurable)
    device.last_reported = body.text("last_reported", device.last_reported or "") or None
    taken = {id_.lower() for other in world.devices for id_ in (other.id, *(one.id for one in other.services))}
    device.services += [read_service(one, taken, device.created) for one in body.sections("new_services")]
    _update_shares(world, device, body)
    if body.flag("removed", False):
        world.remove(device.id)


def _update_shares(world: World, device: Device, body: Section) -> None:
    for reference, names in body.mapping("permissions").items():
        account = world.account(reference)
        if account is None or not isinstance(names, list) or not all(name in [*Permission] for name in names):
            raise body.fail("permissions", "must map accounts to lists of permissions")
        device.shared_with[account.id] = frozenset(Permission(name) for name in names)
