# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the ssh that started this ProxyCommand was told besides.

An inventory cannot see variables that stand elsewhere, such as in group_vars, and ssh says nothing of an option that it
ignores for our ProxyCommand. Linux shows the command line of ssh to its ProxyCommand; elsewhere nothing is checked.
"""

from __future__ import annotations

import itertools
import os

from ._errors import OptionError
from ._ssh_words import options_of, refuse_common_socket, refuse_other_host, refuse_other_ways, tells_hosts_apart


def check_parent() -> None:
    """Raise OptionError where ssh was told what it cannot keep, or what would lead the next one to the same device."""
    try:
        with open(f"/proc/{os.getppid()}/cmdline", "rb") as file:
            words = file.read().decode(errors="replace").split("\0")
    except OSError:
        return
    check_words(words[1:-1])


def check_words(words: list[str]) -> None:
    """The same for the *words* of ssh's command line. Raises OptionError."""
    given = list(itertools.takewhile(lambda option: option[0], options_of(words)))
    ways = [index for index, (name, _value) in enumerate(given) if name == "proxycommand"]
    if not ways:
        # A configuration file leads here: its user says what all this is to one host.
        return
    del given[ways[0]]
    refuse_other_ways(given)
    refuse_other_host(given)
    refuse_common_socket(given)
    path = next((value for name, value in given if name == "controlpath"), "none")
    if not tells_hosts_apart(path):
        raise OptionError(
            f"ControlPath={path} among the SSH arguments is one control socket for all devices, so that tasks would run "
            "on the wrong one: add %C to it."
        )
