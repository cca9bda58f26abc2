# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ssh, sftp and scp are told by the words of their command lines, and what of it SSH on demand cannot keep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .._base.errors import OptionError
from .._base.text import base36
from .._model.ids import hex_digits

# The letters that take a value: ssh(1), sftp(1), scp(1).
SSH = "BbcDEeFIiJLlmOoPpQRSWw"
SFTP = "BbcDFiJloPRSsX"
SCP = "cDFiJloPSX"

_OPTION = re.compile(r'\s*"?([A-Za-z0-9]+)"?\s*[\s=]\s*(.*?)\s*')
# OpenSSH puts the name of the device there.
_TOKEN_OF_HOST = re.compile(r"%[Chkn]")
# Ansible makes it of host, port and user.
_ANSIBLES_PATH = re.compile(r'/[0-9a-f]{10}"?')
_USUAL_ID = 0x8000000000000000
_WRITTEN = {"-J": "-J", "proxyjump": "-o ProxyJump=", "proxycommand": "-o ProxyCommand="}


def options_of(words: Iterable[str], valued: str = SSH) -> Iterator[tuple[str, str]]:
    """The options of *words*, as ``("-J", "gate")``, or as ``("proxyjump", "gate")`` where they are given with ``-o``.

    *valued* are the letters that take a value. What is no option, such as the host, is ``("", word)``.
    """
    rest = iter(words)
    for word in rest:
        if not word.startswith("-") or word in ("-", "--"):
            yield "", word
            continue
        for index, letter in enumerate(word[1:], start=2):
            if letter in valued:
                value = word[index:] or next(rest, "")
                option = _OPTION.fullmatch(value) if letter == "o" else None
                yield (option[1].lower(), option[2]) if option else (f"-{letter}", value)
                break
            yield f"-{letter}", ""


def is_none(value: str) -> bool:
    """Whether *value* is OpenSSH's word for nothing, in quotes or not."""
    return value.strip('"').lower() == "none"


def refuse_other_ways(given: Iterable[tuple[str, str]]) -> None:
    """Raise OptionError where one of the options *given* leads through another host, which SSH on demand cannot."""
    for name, value in given:
        if name == "-J" or (name in ("proxyjump", "proxycommand") and not is_none(value)):
            raise OptionError(
                f"{_WRITTEN[name]} among the SSH arguments cannot be kept with connect=on_demand, which has a ProxyCommand "
                "of its own: leave it out for these hosts, or reach them with connect=open, or with set_host_vars of "
                "remoteit_connection."
            )


def refuse_common_socket(given: Iterable[tuple[str, str]]) -> None:
    """Raise OptionError where the options *given* give a control socket that is the same for each device."""
    if any(name == "-S" and not is_none(value) for name, value in given):
        # Unlike all others, the last -S wins, and it wins over -o.
        raise OptionError(
            "The control sockets of devices cannot be kept apart with -S among the SSH arguments: write "
            "-o ControlPath= instead."
        )


def tells_hosts_apart(path: str) -> bool:
    """Whether the control sockets at *path*, a user's value of ControlPath, differ from host to host."""
    return is_none(path) or _TOKEN_OF_HOST.search(path.replace("%%", "")) is not None


def is_made_for(alias: str, path: str) -> bool:
    """Whether the control socket at *path* was made for the one host with this HostKeyAlias, by Ansible or by us."""
    return (
        path.rstrip('"').endswith(socket_suffix(alias)) or _ANSIBLES_PATH.fullmatch(path[path.rfind("/") :]) is not None
    )


def socket_suffix(alias: str) -> str:
    """What tells *alias* from all others in few characters, because the path of a socket has a limit of about 100."""
    return f"+{base36(int(hex_digits(alias), 16) ^ _USUAL_ID)}"
