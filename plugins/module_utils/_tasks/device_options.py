# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What somebody wants of a device: the options of a task that say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._base.errors import OptionError
from .._changes.device_wish import LETTERS, DeviceWish
from .._changes.service_set import service_items
from .._settings.checks import checked_service_id

WISH_RULES = {
    "required_if": [
        ["purge_tags", True, ["tags"]],
        ["purge_attributes", True, ["attributes"]],
        ["purge_services", True, ["services"]],
    ]
}


def service_wish_argument_spec() -> dict[str, dict[str, Any]]:
    """The argument spec of what a service is to be like, but for its name."""
    return {
        "application": {"type": "str"},
        "host": {"type": "str"},
        "port": {"type": "int"},
        "enabled": {"type": "bool"},
        "description": {"type": "str"},
    }


def wish_argument_spec() -> dict[str, dict[str, Any]]:
    """The argument spec of what a device is to be like."""
    letters = {letter: {"type": "str"} for letter in LETTERS}
    service = {"service_id": {"type": "str"}, "name": {"type": "str"}, **service_wish_argument_spec()}
    return {
        "name": {"type": "str"},
        "tags": {"type": "list", "elements": "str"},
        "purge_tags": {"type": "bool", "default": False},
        "attributes": {"type": "dict"},
        "purge_attributes": {"type": "bool", "default": False},
        "description": {"type": "str"},
        "categories": {"type": "dict", "options": letters},
        "statuses": {"type": "dict", "options": letters},
        "services": {
            "type": "list",
            "elements": "dict",
            "options": service,
            "required_one_of": [["service_id", "name"]],
        },
        "purge_services": {"type": "bool", "default": False},
    }


def devices_argument_spec() -> dict[str, Any]:
    """The argument spec of a list of devices, each of which says by its id which one it is."""
    one = {"device_id": {"type": "str", "required": True}, **wish_argument_spec()}
    return {"type": "list", "elements": "dict", "options": one, **WISH_RULES}


def check_none_beside(options: Mapping[str, Any]) -> None:
    """Raise OptionError if *options* say what a device is to be like next to a list of devices."""
    for name in wish_argument_spec():
        if options[name] not in (None, False):
            raise OptionError(f"devices says of each device what it is to be like: move {name} into its items.")


def wish_of(options: Mapping[str, Any], force: bool) -> DeviceWish:
    """The wish in *options*. Raises OptionError."""
    if options["purge_services"] and not options["services"] and not force:
        raise OptionError(
            "services=[] with purge_services would remove all services, so that nothing would lead to the device any more: "
            "give the services that it shall have, or set force=true."
        )
    services = None if options["services"] is None else service_items(options["services"], checked_service_id)
    return DeviceWish.from_options(options, services)
