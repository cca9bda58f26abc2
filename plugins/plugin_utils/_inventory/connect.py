# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the hosts of an inventory are reached."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ...module_utils._base.errors import CredentialsError, OptionError
from ...module_utils._connections.sweep import has_leftovers
from ...module_utils._model.access import Access
from ...module_utils._model.wanted import Wanted
from ...module_utils._settings.settings import REST, Settings
from ...module_utils._ssh.arguments import OPTIONS
from .._run.end_of_run import END_OF_RUN
from .._ssh.binding import is_quiet
from .._ssh.host_variables import configured_ssh_options
from .._ssh.on_demand import host_variables
from .hosts import FleetHost, nowhere

ON_DEMAND = "on_demand"
EXISTING = "existing"
NONE = "none"

AT_END = "at_end"
_NO_SHELLS = {"nologin", "false"}
# By the value of close, the value of connect that it is for.
_MEANT_FOR = {"with_ssh": ON_DEMAND, "never": "open"}


def reached(
    options: Mapping[str, Any],
    given: Mapping[str, Any],
    settings: Settings,
    hosts: list[FleetHost],
    warn: Callable[[str], None],
) -> Iterator[dict[str, Any] | None]:
    """The variables by which each of the hosts is reached, in their order; None for one that is not listed.

    *given* are those of the inventory's *options* that are not left at their defaults. Raises RemoteItError.
    """
    connect = options["connect"]
    _check_close(options["close"], connect)
    if connect == NONE:
        return ({} for _host in hosts)
    if connect == ON_DEMAND:
        return _on_demand(options, given, settings, hosts, warn)
    return _connected(options, settings, hosts, warn)


def _check_close(close: str, connect: str) -> None:
    """Raise OptionError where *close* means nothing for what is opened by *connect*."""
    if connect in _MEANT_FOR.values() and connect != _MEANT_FOR.get(close, connect):
        raise OptionError(
            f"close={close} cannot be kept with connect={connect}: it is for connect={_MEANT_FOR[close]}."
        )


def _on_demand(
    options: Mapping[str, Any],
    given: Mapping[str, Any],
    settings: Settings,
    hosts: Iterable[FleetHost],
    warn: Callable[[str], None],
) -> Iterator[dict[str, Any] | None]:
    if any(host.speaks_ssh for host in hosts):
        _access(options)
        _check_on_demand(settings, options)
    if has_leftovers(settings):
        END_OF_RUN.watch(settings)
    ssh_options = configured_ssh_options({}, on_demand=True)
    if is_quiet(ssh_options):
        warn("-q among the SSH arguments keeps from you why a host is unreachable: write -o LogLevel=ERROR instead.")
    _use_a_shell()
    run = END_OF_RUN.own_tunnels() if options["close"] == AT_END else ""
    # Defaults need no room on the command line of each host. An inventory's timeout is that of reading it.
    passed_on = {name: value for name, value in given.items() if name != "timeout"}
    for host in hosts:
        if host.service and host.speaks_ssh:
            yield host_variables(host.service.id, passed_on, ssh_options, run)
        else:
            yield nowhere(host)


def _use_a_shell() -> None:
    """Let ssh start its ProxyCommand although the user is one who cannot log in: it asks SHELL for the shell to do so."""
    if os.path.basename(os.environ.get("SHELL", "")) in _NO_SHELLS:
        os.environ["SHELL"] = "/bin/sh"


def _check_on_demand(settings: Settings, options: Mapping[str, Any]) -> None:
    """Raise OptionError unless the ProxyCommand finds the same keys, with our environment, but not all *options*."""
    try:
        found = Settings.from_options({name: options.get(name) for name in OPTIONS})
    except CredentialsError:
        found = None
    option = ""
    ours = settings.credentials
    if found is None or (found.credentials.key_id, found.credentials.key) != (ours.key_id, ours.key):
        option = "access_key_id"
    elif settings.api == REST and settings.require_developer_key() != found.credentials.developer_key:
        option = "developer_key"
    elif settings.registry_password != found.registry_password:
        option = "registry_password"
    if option:
        raise OptionError(
            f"{option} is set, but connect=on_demand lets SSH start a program that cannot be given a secret: put "
            "it into the environment, or a key into a profile and set profile, or choose connect=existing, open or none."
        )


def _connected(
    options: Mapping[str, Any], settings: Settings, hosts: list[FleetHost], warn: Callable[[str], None]
) -> Iterator[dict[str, Any] | None]:
    # Only here, because it is slow.
    from .open import Opening, connection_variables, held_connections, is_connected, opened_connections

    ssh_options = configured_ssh_options({})
    only_existing = options["connect"] == EXISTING
    if only_existing:
        connections = held_connections(settings, options["timeout"], warn)
    else:
        holder = END_OF_RUN.watch(settings) if options["close"] == AT_END else None
        wanted = Wanted(_access(options), holder=holder)
        remember = functools.partial(END_OF_RUN.remember, settings)
        opening = Opening(wanted, options["concurrency"], options["open_limit"], options["timeout"], remember)
        connections = opened_connections(settings, hosts, opening, warn)
    for host in hosts:
        if only_existing and not is_connected(host, connections):
            yield None
        else:
            yield connection_variables(host, options["hostvars_prefix"], connections, ssh_options, time.time())


def _access(options: Mapping[str, Any]) -> Access:
    return Access.from_options(options["access"], options["client_ip"], None)
