# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks as data, as short as a test can read them."""

from __future__ import annotations

from typing import Any

CONNECTION = "community.remoteit.remoteit_connection"
INFO = "community.remoteit.remoteit_connection_info"
LOOKUP = "community.remoteit.remoteit_proxy"
DEVICES = "community.remoteit.remoteit_device_info"
DEVICE = "community.remoteit.remoteit_device"
SERVICE = "community.remoteit.remoteit_service"
LINK = "community.remoteit.remoteit_connect_link"
WAIT = "community.remoteit.remoteit_device_wait"
EVENTS = "community.remoteit.remoteit_event_info"
# Which device of the lab it is that answers; raw, because a Python there would take longer than all else.
WHO = {"name": "who", "ansible.builtin.raw": 'printf %s "$DEVICE_NAME"', "changed_when": False}


def connection(name: str, service_id: str, keywords: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """A remoteit_connection task; *keywords* are keywords of the task, such as ``register``."""
    return {"name": name, CONNECTION: {"service_id": service_id, **options}, **(keywords or {})}


def info(name: str, **options: Any) -> dict[str, Any]:
    """A remoteit_connection_info task."""
    return {"name": name, INFO: options}


def wait(name: str, keywords: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """A remoteit_device_wait task, which looks once unless it is told otherwise."""
    return {"name": name, WAIT: {"timeout": 0, **options}, **(keywords or {})}


def show(name: str, expression: str) -> dict[str, Any]:
    """A debug task whose ``msg`` is the value of a Jinja expression."""
    return {"name": name, "ansible.builtin.debug": {"msg": "{{ " + expression + " }}"}}


def service(task: str, keywords: dict[str, Any] | None = None, /, **options: Any) -> dict[str, Any]:
    """A remoteit_service task called *task*; *keywords* are keywords of the task."""
    return {"name": task, SERVICE: options, **(keywords or {})}


def link(task: str, keywords: dict[str, Any] | None = None, /, **options: Any) -> dict[str, Any]:
    """A remoteit_connect_link task called *task*; *keywords* are keywords of the task."""
    return {"name": task, LINK: options, **(keywords or {})}


def device(task: str, keywords: dict[str, Any] | None = None, /, **options: Any) -> dict[str, Any]:
    """A remoteit_device task called *task*; *keywords* are keywords of the task."""
    return {"name": task, DEVICE: options, **(keywords or {})}


def events(task: str, keywords: dict[str, Any] | None = None, /, **options: Any) -> dict[str, Any]:
    """A remoteit_event_info task called *name*."""
    return {"name": task, EVENTS: options, **(keywords or {})}
