# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What makes SSH open and close its own tunnel: the ProxyCommand, and Ansible's variables around it."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from typing import Any

from ...module_utils._base.errors import OptionError
from ...module_utils._model.ids import host_key_alias
from ...module_utils._ssh.arguments import write
from .binding import bound_to

_PROGRAM = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "ssh_proxy.py")
# A shell in front of the program, because an inventory may be used elsewhere, as in AWX. Where the program is missing, the
# shell says so where ssh itself writes its errors: its own may be thrown away. The program needs nothing that is not
# Python's own, and starts faster so.
_START = (
    '[ -f "$0" ] && [ -x "$0" ] && [ -f "$1" ] && exec "$0" -I -S "$@"; '
    'm="remote.it: Python or collection not found: make the inventory or ssh_config where SSH runs"; '
    '{ echo "$m" >"/proc/$PPID/fd/2"; } 2>/dev/null || echo "$m" >&2; exit 1'
)


def proxy_command(service_id: str, options: Mapping[str, Any]) -> str:
    """The value of ``ProxyCommand`` by which OpenSSH reaches the service; *options* are by the names of OPTIONS, others are left out.

    Raises OptionError for an option that cannot be used, or that a configuration file of OpenSSH cannot hold.
    """
    words = ["/bin/sh", "-c", _START, sys.executable, _PROGRAM, *write(service_id, options)]
    command = " ".join(map(_quoted, words))
    if not command.isprintable():
        raise OptionError(f"{command!r} cannot be a ProxyCommand: leave control characters out of the options.")
    # ssh replaces what begins with a percent sign.
    return command.replace("%", "%%")


def _quoted(word: str) -> str:
    """*word* for a shell. OpenSSH refuses lines whose quotes it finds open, and to it a backslash hides any quote.

    To tcsh, an exclamation mark is special even in quotes.
    """
    return shlex.quote(word).replace("\\", r"'\\'").replace("!", r"'\!'")


def host_variables(
    service_id: str, options: Mapping[str, Any], ssh_options: Mapping[str, str | None], run: str = ""
) -> dict[str, str]:
    """Variables by which a host is reached on demand; *ssh_options* are the user's, by the names of SSH_OPTIONS.

    *run* makes control sockets other ones than those of other runs. Raises OptionError for options that cannot be kept.
    """
    alias = host_key_alias(service_id)
    return {"ansible_host": alias, **bound_to(alias, ssh_options, proxy_command(service_id, options), run=run)}
