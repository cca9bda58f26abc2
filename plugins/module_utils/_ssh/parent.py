# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the ssh that started a ProxyCommand was told besides.

An inventory cannot see variables that stand elsewhere, such as in group_vars, and ssh says nothing of an option that it
ignores for our ProxyCommand. Linux shows the command line of ssh to its ProxyCommand; elsewhere nothing is checked.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from .._base.errors import OptionError
from .._model.ids import is_host_key_alias
from .options import is_made_for, options_of, refuse_common_socket, refuse_other_ways, tells_hosts_apart

# From the message of ours to ssh's own, which tells nothing of the cause.
_LEAD = 1.0


def options_in(words: Sequence[str]) -> list[tuple[str, str]]:
    """The options of the command line *words* of ssh, as options_of() says them; nothing of one that could not be seen."""
    # The host comes behind the options.
    return list(itertools.takewhile(lambda option: option[0], options_of(words[1:])))


def check_options(given: Sequence[tuple[str, str]]) -> None:
    """Raise OptionError where ssh was told what it does not keep, or what would lead the next one to the same device."""
    names = [name for name, _value in given]
    alias = _first(given, "hostkeyalias")
    if "proxycommand" not in names or not is_host_key_alias(alias):
        # It was no inventory: whoever wrote this meant one host.
        return
    ours = names.index("proxycommand")
    refuse_other_ways([*given[:ours], *given[ours + 1 :]])
    refuse_common_socket(given)
    path = _first(given, "controlpath")
    if not tells_hosts_apart(path) and not is_made_for(alias, path):
        raise OptionError(
            f"ControlPath={path} among the SSH arguments is one control socket for all devices, so that tasks would run "
            "on the wrong one: add %C to it."
        )


def _first(given: Sequence[tuple[str, str]], option: str) -> str:
    """The value that ssh takes, or "none"."""
    return next((value for name, value in given if name == option), "none")


def seconds_to_wait(given: Sequence[tuple[str, str]]) -> float | None:
    """After how many seconds ssh, told so, has to be told that it takes too long; None where it waits without an end."""
    waits = _first(given, "connecttimeout")
    return int(waits) - _LEAD if waits.isdecimal() and int(waits) > _LEAD else None


def too_slow(given: Sequence[tuple[str, str]]) -> str:
    """What it is told then. The work goes on: somebody has to close."""
    return (
        f"remote.it: the connection takes longer than the {_first(given, 'connecttimeout')} seconds that SSH waits: raise "
        "Ansible's timeout, or ConnectTimeout of SSH."
    )
