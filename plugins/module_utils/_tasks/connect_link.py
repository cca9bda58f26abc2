# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task ``remoteit_connect_link``: options in, result out. The module and the action plugin both run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .._base.clock import Deadline
from .._base.errors import OptionError
from .._base.text import inert
from .._changes.device_view import MANAGE
from .._changes.link_guards import check_may_link, warn_of
from .._changes.link_view import LinkedService, LinkView, read_linked_service
from .._changes.link_wish import ABSENT, ALWAYS, DISABLED, ON_CREATE, PRESENT, LinkWish
from .._changes.link_writes import remove_link, set_link
from .._connections.connections import Connections
from .._settings.checks import check_any_given, checked_deadline, checked_service_id
from .._settings.settings import DEFAULT_TIMEOUT, Settings
from .argspec import api_argument_spec, service_argument_spec
from .service import EXCLUSIVE, ONE_OF

RULES = {"mutually_exclusive": list(EXCLUSIVE), "required_one_of": [ONE_OF]}
_NETWORKS = {"type": "list", "elements": "str"}
# What check mode knows of a link that would be made.
_NEW = LinkView(url="", enabled=True, allow=(), deny=(), password=None, created=None)


def argument_spec() -> dict[str, dict[str, Any]]:
    """The argument spec of the module."""
    return {
        **service_argument_spec(),
        "service_id": {"type": "str"},
        "state": {"type": "str", "choices": [PRESENT, DISABLED, ABSENT], "default": PRESENT},
        "password": {"type": "str", "no_log": True},
        # Ansible takes each name with "password" for a secret.
        "update_password": {"type": "str", "choices": [ON_CREATE, ALWAYS], "default": ON_CREATE, "no_log": False},
        "allow": dict(_NETWORKS),
        "deny": dict(_NETWORKS),
        "timeout": {"type": "float", "default": DEFAULT_TIMEOUT},
        **api_argument_spec(),
    }


def run(params: Mapping[str, Any], check_mode: bool, warn: Callable[[str], None]) -> dict[str, Any]:
    """The result of the task. *warn* takes one sentence for the user. Raises RemoteItError."""
    check_any_given(params, ONE_OF)
    deadline = checked_deadline(params["timeout"])
    wish = LinkWish.from_options(params)
    connections = Connections(Settings.from_options(params), warn, check_mode=check_mode)
    service = _read(params, connections, deadline)
    if service is None:
        return _result(False, None, None, {}, {})
    check_may_link(service)
    task = _Task(connections, service, check_mode, deadline)
    if params["state"] == ABSENT:
        return task.absent()
    return task.present(wish) if params["state"] == PRESENT else task.disabled()


def _read(params: Mapping[str, Any], connections: Connections, deadline: Deadline) -> LinkedService | None:
    """The service with its link; None if an id is of nothing, which has no link for sure. Raises RemoteItError."""
    client = connections.client
    if params["service_id"] is not None:
        service_id = checked_service_id(params["service_id"])
    else:
        from .._fleet.service_by_name import service_by_name  # most tasks give the id

        service_id = service_by_name(params, client, deadline, to_connect=False, permission=MANAGE)
    service = read_linked_service(client.graphql, service_id, deadline)
    if service is None:
        client.check_is_no_device(service_id, deadline)
    if service is None and params["state"] != ABSENT:
        raise OptionError(
            f"service_id={service_id} is not a service that this access key can see: check it, and that the key is the one "
            f"you mean, {client.settings.credentials.name}."
        )
    return service


class _Task:
    """What is done about the link of a *service*."""

    def __init__(self, connections: Connections, service: LinkedService, check_mode: bool, deadline: Deadline) -> None:
        self._graphql = connections.client.graphql
        self._looks = connections.settings.patience.looks
        self._warn = connections.warn
        self._service = service
        self._check_mode = check_mode
        self._deadline = deadline

    def present(self, wish: LinkWish) -> dict[str, Any]:
        """Make it, switch it on, or change what differs. Raises RemoteItError."""
        before = self._service.link
        values = wish.to_send(before)
        after = self._set(_with(before or _NEW, values), values)
        shown = {} if before is None else wish.managed_of(before)
        return _result(bool(values), self._service, after, shown, wish.managed_of(after))

    def disabled(self) -> dict[str, Any]:
        """Switch it off, if there is one. Raises RemoteItError."""
        before = self._service.link
        if before is None:
            return _result(False, self._service, None, {}, {})
        values = {"enabled": False} if before.enabled else {}
        after = self._set(_with(before, values), values)
        return _result(bool(values), self._service, after, {"enabled": before.enabled}, {"enabled": after.enabled})

    def absent(self) -> dict[str, Any]:
        """Remove it for good. Raises RemoteItError."""
        before = self._service.link
        if before is None:
            return _result(False, self._service, None, {}, {})
        if not self._check_mode:
            remove_link(self._graphql, self._service, self._deadline)
        shown = _shown(before)
        del shown["created"]
        return _result(True, self._service, None, shown, {})

    def _set(self, wanted: LinkView, values: Mapping[str, Any]) -> LinkView:
        """The link after these *values* were set, which is *wanted* in check mode, or if there are none."""
        link = wanted
        if values and not self._check_mode:
            link = set_link(self._graphql, self._service, values, self._looks, self._deadline)
        if self._service.link is None:
            # What a new one gets besides is remote.it's to choose.
            wanted = _with(link, values)
        warn_of(self._service, wanted, link, self._warn)
        # Whether it is told or not, it is known to have the password that was just set.
        return link._replace(password=link.password or values.get("password"))


def _with(link: LinkView, values: Mapping[str, Any]) -> LinkView:
    """What *link* is to be once these *values* are set."""
    new: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return link._replace(**new)


def _result(
    changed: bool,
    service: LinkedService | None,
    link: LinkView | None,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        "changed": changed,
        "link": None if link is None else _shown(link),
        "service": None if service is None else {"id": service.id, "name": inert(service.name)},
        "device": None if service is None else {"id": service.device_id, "name": inert(service.device_name)},
        "diff": {"before": dict(before), "after": dict(after)},
    }


def _shown(link: LinkView) -> dict[str, Any]:
    """*link* without its password."""
    return {
        "url": inert(link.url) or None,
        "enabled": link.enabled,
        "allow": list(map(inert, link.allow)),
        "deny": list(map(inert, link.deny)),
        "has_password": link.password is not None,
        "created": None if link.created is None else inert(link.created),
    }
