# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The environment of this process, for as long as something needs another one."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping

from .errors import OptionError
from .text import printable

# What requests and OpenSSL read there whenever they connect.
_NETWORK = (
    *(f"{scheme}_proxy" for scheme in ("http", "https", "all", "no")),
    *(f"{scheme}_PROXY" for scheme in ("HTTP", "HTTPS", "ALL", "NO")),
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)


@contextlib.contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """While this lasts, *variables* are in the environment. Raises OptionError for what can be no variable."""
    for name, value in variables.items():
        _check(name, value)
    before = {name: os.environ.get(name) for name in variables}
    set_variables(variables)
    try:
        yield
    finally:
        set_variables(before)


def set_variables(variables: Mapping[str, str | None]) -> None:
    """Put *variables* into the environment, and take those out of it that are None."""
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def network_variables() -> dict[str, str | None]:
    """Which web proxies and CA certificates the environment says to use, as set_variables() takes it."""
    return {name: os.environ.get(name) for name in _NETWORK}


def _check(name: str, value: str) -> None:
    try:
        can_be_set = bool(name) and "=" not in name and b"\0" not in os.fsencode(name + value)
    except UnicodeEncodeError:
        can_be_set = False
    if not can_be_set:
        # The value may be a secret.
        raise OptionError(
            f"environment: {printable(name)!r} cannot be set: give a name without '=', and a text without a null character."
        )
