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

from ..module_utils._errors import OptionError

# Options of the ssh connection plugin that decide on the control socket, in the order of ssh's command line.
_ARGUMENTS = ("ssh_args", "ssh_common_args", "ssh_extra_args")
SSH_OPTIONS = (*_ARGUMENTS, "control_path")

# As shlex.join() writes them.
_QUOTED = r"(?:[^']|'\"'\"')*'"
_OWN_ARGUMENTS = re.compile(
    r"-o HostKeyAlias=remoteit-\S+ -o CheckHostIP=no"
    rf"(?: -o 'ProxyCommand={_QUOTED})?(?: -o (?:'ControlPath={_QUOTED}|ControlPath=\S+))? ?"
)
_OWN_SUFFIX = re.compile(r"-remoteit-[0-9a-f]{16}$")
_CONTROL_PATH = re.compile(r"\s*controlpath\s*[=\s]\s*(.*?)\s*", re.IGNORECASE)
_SOCKET_LETTER = re.compile(r"-[46AaCfGgKkMNnqsTtVvXxYy]*S(.*)")


def bound_to(alias: str, options: Mapping[str, str | None], proxy_command: str | None = None) -> dict[str, str]:
    """Variables that bind SSH to *alias*, keeping the user's arguments, and send it through *proxy_command*.

    *options* are the user's values by the names of SSH_OPTIONS; what an earlier call put there is replaced. Ours come
    first, because OpenSSH takes the first value of an option. Raises OptionError for arguments that cannot be kept.
    """
    users = _users(*(options.get(name) or "" for name in _ARGUMENTS))
    own = ["-o", f"HostKeyAlias={alias}", "-o", "CheckHostIP=no"]
    if proxy_command is not None:
        own += ["-o", f"ProxyCommand={proxy_command}"]
    variables = {}
    if users.control_path is not None:
        own += ["-o", f"ControlPath={_suffixed(users.control_path, alias)}"]
    elif not users.persists:
        # Ansible adds no control socket, but ~/.ssh/config might.
        own += ["-o", "ControlPath=none"]
    else:
        variables["ansible_control_path"] = _suffixed(options.get("control_path") or "%(directory)s/%%r", alias)
    variables["ansible_ssh_args"] = f"{shlex.join(own)} {users.ssh_args}".strip()
    return variables


def check(options: Mapping[str, str | None]) -> None:
    """Raise OptionError for arguments that bound_to() cannot keep."""
    _users(*(options.get(name) or "" for name in _ARGUMENTS))


@dataclass(frozen=True)
class _UsersArguments:
    """*ssh_args* without ours, and what all arguments say of the control socket."""

    ssh_args: str
    control_path: str | None
    persists: bool


# An inventory asks for thousands of hosts, and the arguments are the same.
@functools.lru_cache
def _users(ssh_args: str, ssh_common_args: str, ssh_extra_args: str) -> _UsersArguments:
    words = []
    ssh_args = _OWN_ARGUMENTS.sub("", ssh_args)
    for name, text in zip(_ARGUMENTS, (ssh_args, ssh_common_args, ssh_extra_args), strict=True):
        try:
            words += shlex.split(text)
        except ValueError:
            raise OptionError(f"ansible_{name} cannot be read: it has a quote that is not closed.") from None
    persists = any("controlpersist" in word.lower() for word in words)
    return _UsersArguments(ssh_args, _control_path(words), persists)


def _suffixed(control_path: str, alias: str) -> str:
    if control_path.lower() == "none":
        return control_path
    quote = '"' if control_path.endswith('"') else ""
    return f"{_OWN_SUFFIX.sub('', control_path.removesuffix(quote))}-{alias}{quote}"


def _control_path(words: list[str]) -> str | None:
    """The first ControlPath among ssh's arguments, given as ``-o ControlPath=X`` or ``-oControlPath=X``."""
    found = None
    follows_o = False
    for index, word in enumerate(words):
        option = word if follows_o else word[2:] if word.startswith("-o") else ""
        socket = None if follows_o else _SOCKET_LETTER.fullmatch(word)
        path = _CONTROL_PATH.fullmatch(option)
        if socket and (socket[1] or "".join(words[index + 1 : index + 2])).lower() != "none":
            # Unlike all others, the last -S wins, and it wins over -o.
            raise OptionError(
                "The control sockets of devices cannot be kept apart with -S among the SSH arguments: write "
                "-o ControlPath= instead."
            )
        if path and found is None:
            found = path[1]
        follows_o = word == "-o" and not follows_o
    return found
