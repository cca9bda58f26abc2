# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SSH arguments that keep one device's host key and control socket apart from every other's.

Proxy addresses are reused. By its own settings Ansible keys an SSH master by host, port and user, so that a task could
run on another device that got the same address within ControlPersist.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

# Options of the ssh connection plugin that decide on the control socket, in the order of ssh's command line.
SSH_OPTIONS = ("ssh_args", "ssh_common_args", "ssh_extra_args", "control_path")

_OWN_ARGUMENTS = re.compile(r"-o HostKeyAlias=remoteit-\S+ -o CheckHostIP=no(?: -o ControlPath=\S+)? ?")
_OWN_SUFFIX = re.compile(r"-remoteit-[0-9a-f]{16}$")


def bound_to(alias: str, options: Mapping[str, str | None]) -> dict[str, str]:
    """Variables that bind SSH to *alias*, keeping the user's arguments.

    *options* are the user's values by the names of SSH_OPTIONS; what an earlier call put there is replaced. Ours come
    first, because OpenSSH takes the first value of an option.
    """
    ssh_args = _OWN_ARGUMENTS.sub("", options.get("ssh_args") or "")
    others = (options.get("ssh_common_args") or "", options.get("ssh_extra_args") or "")
    own = f"-o HostKeyAlias={alias} -o CheckHostIP=no"
    variables = {}
    words = [word for text in (ssh_args, *others) for word in shlex.split(text)]
    control_path = _control_path(words)
    if control_path is not None:
        own += f" -o ControlPath={shlex.quote(_suffixed(control_path, alias))}"
    elif not any("controlpersist" in word.lower() for word in words):
        # Ansible adds no control socket, but ~/.ssh/config might.
        own += " -o ControlPath=none"
    else:
        variables["ansible_control_path"] = _suffixed(options.get("control_path") or "%(directory)s/%%r", alias)
    variables["ansible_ssh_args"] = f"{own} {ssh_args}".strip()
    return variables


def _suffixed(control_path: str, alias: str) -> str:
    return control_path if control_path == "none" else f"{_OWN_SUFFIX.sub('', control_path)}-{alias}"


def _control_path(words: list[str]) -> str | None:
    """The first ControlPath among ssh's arguments, given as ``-o ControlPath=X``, ``-oControlPath=X`` or ``-S X``."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        option = following if word == "-o" else word[2:] if word.startswith("-o") else ""
        name, _equals, value = option.partition("=")
        if name.strip().lower() == "controlpath":
            return value.strip()
        if word == "-S":
            return following
    return None
