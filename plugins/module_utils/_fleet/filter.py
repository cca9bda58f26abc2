# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which devices and services are asked for: what the API is asked to filter, and the same exactly on our side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .._base.errors import OptionError
from .._base.text import inert
from .device import Device, TypeNames

ANY = "any"
ALL = "all"
TAGS_MATCHES = (ANY, ALL)
ONLINE = "online"
OFFLINE = "offline"
STATES = (ONLINE, OFFLINE)

# The values of the API's ``state`` (schema, "State (active||inactive)").
_API_STATE = {ONLINE: "active", OFFLINE: "inactive"}


@dataclass(frozen=True)
class FleetFilter:
    """What a device must be like; what is None or empty is not asked for.

    *name* is a part of the device's name, without regard to case. A device has any, or with *tags_match* all, of
    *tags*. *platform* and *application* hold names, without regard to case, or ids; of a device, only the services of
    one of the applications remain. *owner* holds e-mail addresses.
    """

    name: str | None = None
    tags: tuple[str, ...] = ()
    tags_match: str = ANY
    state: str | None = None
    platform: tuple[str, ...] = ()
    application: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()
    shared: bool | None = None

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> FleetFilter:
        """The filter in the options of the doc fragment ``community.remoteit._filters``."""
        return cls(
            name=options.get("name") or None,
            tags=_texts(options, "tags"),
            tags_match=options.get("tags_match") or ANY,
            state=options.get("state"),
            platform=_texts(options, "platform"),
            application=_texts(options, "application"),
            owner=_texts(options, "owner"),
            shared=options.get("shared"),
        )

    @property
    def needs_type_names(self) -> bool:
        """Whether resolved() has names to replace."""
        return not all(text.isdecimal() for text in (*self.platform, *self.application))

    def resolved(self, names: TypeNames) -> FleetFilter:
        """The same filter with the ids of types instead of their names. Raises OptionError."""
        return replace(
            self,
            platform=tuple(_ids("platform", self.platform, names.platforms)),
            application=tuple(_ids("application", self.application, names.applications)),
        )

    def variables(self) -> dict[str, Any]:
        """The arguments of ``devices(...)`` that narrow it down. Types must have been resolved."""
        values = {
            "name": self.name,
            "tag": {"operator": self.tags_match.upper(), "values": list(self.tags)} if self.tags else None,
            "state": _API_STATE[self.state] if self.state else None,
            "platform": [int(id_) for id_ in self.platform] or None,
            "application": [int(id_) for id_ in self.application] or None,
            "owner": None if self.shared is None else not self.shared,
        }
        return {name: value for name, value in values.items() if value is not None}

    def trimmed(self, devices: Iterable[Device]) -> list[Device]:
        """Those of *devices* that pass, with those of their services that do. Types must have been resolved."""
        kept = [self._with_services(device) for device in devices if self._fits(device)]
        return [device for device in kept if device.services or not self.application]

    def _fits(self, device: Device) -> bool:
        has = [inert(tag) in device.tags for tag in self.tags]
        return (
            (self.name is None or self._is_part_of(device.name))
            and (not has or (all(has) if self.tags_match == ALL else any(has)))
            and (self.state is None or (self.state == ONLINE) == device.online)
            and (not self.platform or str(device.platform) in self.platform)
            and (not self.owner or device.owner.casefold() in {inert(owner).casefold() for owner in self.owner})
            and self.shared in (None, device.shared)
        )

    def _is_part_of(self, name: str) -> bool:
        """Whether the name that is asked for is a part of *name*, in which its last character may not be escaped."""
        part = self.name or ""
        return any(form.casefold() in name.casefold() for form in (part, inert(part)))

    def _with_services(self, device: Device) -> Device:
        if not self.application:
            return device
        services = tuple(service for service in device.services if str(service.application) in self.application)
        return replace(device, services=services)


def _texts(options: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(str(text) for text in options.get(name) or ())


def _ids(option: str, texts: Sequence[str], names: Mapping[int, str]) -> Iterable[str]:
    """The ids of the types, as decimal numbers without leading zeros."""
    for text in texts:
        if text.isdecimal():
            yield str(int(text))
            continue
        found = [id_ for id_, name in names.items() if name.casefold() == text.casefold()]
        if not found:
            known = ", ".join(
                sorted({name for name in names.values() if name}, key=lambda name: (name.casefold(), name))
            )
            raise OptionError(
                f"{option}={text!r} is no type that remote.it knows: choose one of {known}, or give its id."
            )
        yield from map(str, found)
