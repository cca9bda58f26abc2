# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SSH arguments that keep one device's host key and control socket apart from every other's.

Proxy addresses are reused. By its own settings Ansible keys an SSH master by host, port and user, so that a task could
run on another device that got the same address within ControlPersist.
"""

from __future__ import annotations

import functools
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from ...module_utils._base.errors import OptionError
from ...module_utils._model.ids import ALIAS_PATTERN
from ...module_utils._ssh.options import (
    SCP,
    SFTP,
    SSH,
    is_none,
    options_of,
    refuse_common_socket,
    refuse_other_ways,
    socket_suffix,
)

# Options of the ssh connection plugin with arguments, in the order of the command line, and the program whose they are.
_ARGUMENTS = {
    "ssh_args": SSH,
    "ssh_common_args": SSH,
    "ssh_extra_args": SSH,
    "sftp_extra_args": SFTP,
    "scp_extra_args": SCP,
}
# Those that decide on the way to the host and on the control socket.
SSH_OPTIONS = (*_ARGUMENTS, "control_path")

# Host name and, for a port proxy, port.
Address = tuple[str, int | str | None]

# As shlex.join() writes them.
_QUOTED = r"(?:[^']|'\"'\"')*'"
_OWN_ARGUMENTS = re.compile(
    rf"-o HostKeyAlias={ALIAS_PATTERN} -o CheckHostIP=no(?: -o HostName=\S+)?(?: -o Port=\d+)?"
    rf"(?: -o 'ProxyCommand={_QUOTED}(?: -o ProxyUseFdpass=yes)?(?: -o LogLevel=ERROR)?)?"
    rf"(?: -o (?:'ControlPath={_QUOTED}|ControlPath=\S+))? ?"
)
_OWN_SUFFIX = re.compile(r"(?:\+[0-9a-z]+){1,2}$")
# Ansible makes a path of host, port and user, but these are others tomorrow, or the user's own for another machine.
_SOCKET = "%(directory)s/%%r"
_PATH = re.compile(r'"[^"]+"|[^"\s]+')


def bound_to(
    alias: str,
    options: Mapping[str, str | None],
    proxy_command: str | None = None,
    address: Address | None = None,
    run: str = "",
) -> dict[str, str]:
    """Variables that bind SSH to *alias*, keeping the user's arguments, and send it through *proxy_command* or to *address*.

    *options* are the user's values by the names of SSH_OPTIONS; what an earlier call put there is replaced. Ours come
    first, because OpenSSH takes the first value of an option. With *run*, control sockets are other ones than those of other
    runs, because they end with it. Raises OptionError for arguments that cannot be kept.
    """
    users = _users_of(options)
    own = ["-o", f"HostKeyAlias={alias}", "-o", "CheckHostIP=no"]
    if address is not None:
        # Here no other variable of the user can lead SSH elsewhere, as ansible_host in host_vars would.
        host, port = address
        own += ["-o", f"HostName={host}", *(() if port is None else ("-o", f"Port={port}"))]
    if proxy_command is not None:
        # With HostName, no other one makes %h and %C of a control socket the same for all devices.
        own += ["-o", f"HostName={alias}", "-o", f"ProxyCommand={proxy_command}", "-o", "ProxyUseFdpass=yes"]
        if users.is_silent:
            # Else nothing would tell why a host is unreachable.
            own += ["-o", "LogLevel=ERROR"]
    variables = {}
    if users.control_path is not None:
        own += ["-o", f"ControlPath={_suffixed(users.control_path, alias, run)}"]
    elif not users.persists:
        # Ansible adds no control socket, but ~/.ssh/config might.
        own += ["-o", "ControlPath=none"]
    else:
        variables["ansible_control_path"] = _suffixed(
            _OWN_SUFFIX.sub("", options.get("control_path") or _SOCKET), alias, run
        )
    variables["ansible_ssh_args"] = f"{shlex.join(own)} {users.ssh_args}".strip()
    return variables


def check_kept(options: Mapping[str, str | None], on_demand: bool = False) -> None:
    """Raise OptionError for arguments that bound_to() cannot keep, *on_demand* with a ProxyCommand of ours."""
    users = _users_of(options)
    if on_demand:
        refuse_other_ways(users.given)


def is_quiet(options: Mapping[str, str | None]) -> bool:
    """Whether ssh is told by ``-q`` to say nothing, over which no other option wins. Raises OptionError."""
    return _users_of(options).is_quiet


def has_socket(name: str, text: str) -> bool:
    """Whether *text*, a value of the option *name* of SSH_OPTIONS, names a control socket. Raises OptionError."""
    # To sftp and scp, -S is another option.
    names = ("controlpath", "-S") if _ARGUMENTS[name] == SSH else ("controlpath",)
    return any(option in names and not is_none(value) for option, value in _options_in(name, text))


@dataclass(frozen=True)
class _UsersArguments:
    """*ssh_args* without ours, all options that are *given*, and what they say of the control socket."""

    ssh_args: str
    given: tuple[tuple[str, str], ...]
    control_path: str | None
    persists: bool
    is_silent: bool
    is_quiet: bool


def _users_of(options: Mapping[str, str | None]) -> _UsersArguments:
    return _users(*(options.get(name) or "" for name in _ARGUMENTS))


# An inventory asks for thousands of hosts, and the arguments are the same.
@functools.lru_cache
def _users(ssh_args: str, *others: str) -> _UsersArguments:
    texts = (_OWN_ARGUMENTS.sub("", ssh_args), *others)
    given = {name: _options_in(name, text) for name, text in zip(_ARGUMENTS, texts, strict=True)}
    of_ssh = [option for name, program in _ARGUMENTS.items() if program == SSH for option in given[name]]
    # To sftp and scp, -S is another option.
    refuse_common_socket(of_ssh)
    every = tuple(option for options in given.values() for option in options)
    return _UsersArguments(
        ssh_args=texts[0],
        given=every,
        control_path=next((_checked_path(value) for name, value in every if name == "controlpath"), None),
        persists=any(name == "controlpersist" for name, _value in of_ssh),
        is_silent=next((value for name, value in of_ssh if name == "loglevel"), "").lower() in ("quiet", "fatal"),
        # To sftp and scp, it is about something else.
        is_quiet=any(name == "-q" for name, _value in of_ssh),
    )


def _options_in(name: str, text: str) -> list[tuple[str, str]]:
    """The options in *text*, a value of the option *name*. Raises OptionError."""
    try:
        return list(options_of(shlex.split(text), _ARGUMENTS[name]))
    except ValueError:
        raise OptionError(f"ansible_{name} cannot be read: it has a quote that is not closed.") from None


def _checked_path(path: str) -> str:
    """*path*, a value of ControlPath. Raises OptionError where ssh might see its end elsewhere."""
    if not _PATH.fullmatch(path):
        raise OptionError(f"ControlPath={path} is not one path: write it in double quotes, without any inside.")
    return path


def _suffixed(control_path: str, alias: str, run: str) -> str:
    if is_none(control_path):
        return control_path
    quote = '"' if control_path.endswith('"') else ""
    return f"{control_path.removesuffix(quote)}{f'+{run}' if run else ''}{socket_suffix(alias)}{quote}"
