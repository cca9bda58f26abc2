# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fleet as an OpenSSH client configuration.

The names of devices are written by strangers. ssh reads a configuration line by line, so nothing of a name but plain
letters, digits, underscores and dashes gets into it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...module_utils._base.errors import OptionError
from ...module_utils._model.ids import ALIAS_PATTERN, hex_digits, host_key_alias
from ...module_utils._settings.checks import checked_service_id
from ...module_utils._ssh.options import tells_hosts_apart
from .on_demand import proxy_command

_HEADER = "# Written by the role community.remoteit.ssh_config, which overwrites changes.\n"
_OPTION = re.compile(r"[A-Za-z][A-Za-z0-9]*")
# What binds a host to its service, and what begins another section or file.
_OURS = {
    *("hostname", "hostkeyalias", "checkhostip", "proxycommand", "proxyjump", "proxyusefdpass"),
    *("host", "match", "include"),
}
_PREFIX = re.compile(r"([a-z0-9_][a-z0-9_-]*)?")
_NO_ALIAS = re.compile(f"|localhost|{ALIAS_PATTERN}")


def ssh_config(
    devices: Sequence[Mapping[str, Any]],
    options: Mapping[str, Any],
    prefix: str,
    api_options: Mapping[str, Any],
    fdpass: bool = True,
) -> str:
    """The text of the configuration, with a section for each service of *devices* that may be connected to.

    *devices* are as remoteit_device_info returns them, *options* are OpenSSH's, *prefix* begins each name,
    *api_options* are those that proxy_command() takes, and *fdpass* is whether OpenSSH is to get a socket.
    Raises OptionError.
    """
    if not _PREFIX.fullmatch(prefix):
        raise OptionError(
            f"prefix={prefix!r} cannot begin a host name: use lower-case letters, digits, underscores and dashes."
        )
    lines = list(_option_lines(options))
    sections = [_HEADER]
    for id_, name in _aliases(devices, prefix).items():
        stable = host_key_alias(id_)
        bound = [
            f"HostName {stable}",
            f"HostKeyAlias {stable}",
            "CheckHostIP no",
            f"ProxyCommand {proxy_command(id_, {**api_options, 'fdpass': fdpass})}",
            f"ProxyUseFdpass {'yes' if fdpass else 'no'}",
        ]
        hosts = f"{name} {stable}" if name else stable
        sections.append("".join(f"{line}\n" for line in (f"Host {hosts}", *(f"  {line}" for line in bound + lines))))
    return "\n".join(sections)


def _aliases(devices: Sequence[Mapping[str, Any]], prefix: str) -> dict[str, str | None]:
    """The ids of the services, and the one name of each beside the stable one; None where there is none to be had."""
    names = {}
    for device in devices:
        services = [service for service in device["services"] if service["can_connect"]]
        for service in services:
            name = device["name"] if len(services) == 1 else f"{device['name']}-{service['name']}"
            names[checked_service_id(service["id"])] = _plain(name)
    counted = Counter(names.values())
    aliases = {}
    for id_, name in names.items():
        alias = prefix + name
        if counted[name] > 1 or _NO_ALIAS.fullmatch(alias):
            alias = f"{alias}-{hex_digits(id_)}"
        aliases[id_] = alias if name else None
    # Who gives a device the name that another one gets for being a namesake takes it from both.
    counted_aliases = Counter(aliases.values())
    return {id_: alias if counted_aliases[alias] == 1 else None for id_, alias in aliases.items()}


def _plain(name: str) -> str:
    """What is left of *name* where each run of other characters, dots included, is a dash."""
    # With a dot, a device could take the place of a host in the DNS.
    return re.sub("[^a-z0-9_]+", "-", name.lower()).strip("-")


def _option_lines(options: Mapping[str, Any]) -> Iterator[str]:
    for name, value in options.items():
        if not _OPTION.fullmatch(str(name)):
            raise OptionError(f"{name!r} is not the name of an OpenSSH option: see man ssh_config.")
        if name.lower() in _OURS:
            raise OptionError(f"The option {name} leads SSH to the right device: it cannot be set otherwise.")
        for item in value if isinstance(value, list) else [value]:
            text = _value(name, item)
            if name.lower() == "controlpath" and not tells_hosts_apart(text):
                raise OptionError(
                    f"{name}={text} is one control socket for all devices, so that ssh would reach the wrong one: add %C "
                    "to it."
                )
            yield f"{name} {text}"


def _value(name: str, value: Any) -> str:
    # YAML makes a bool of OpenSSH's yes and no.
    text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    if not isinstance(value, (bool, int, str)) or not text.strip() or not text.isprintable():
        raise OptionError(
            f"The value of the option {name} must be one line of text, a number or a bool, or a list of them."
        )
    return text
