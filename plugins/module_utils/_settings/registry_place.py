# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the registry is: a directory, or a URL of Redis."""

from __future__ import annotations

import os

from .._base.errors import OptionError
from .urls import masked


def is_url(registry: str) -> bool:
    """Whether the registry is not a directory."""
    return registry.find("://") > 0


def absolute_registry(given: str) -> str:
    """*given* as it is if it is a URL, else the absolute path: whoever changes the directory must still find it.

    Raises OptionError.
    """
    if is_url(given):
        _check_redis(given)
        return given
    try:
        is_path = b"\0" not in os.fsencode(given)
    except UnicodeEncodeError:
        is_path = False
    if not is_path:
        raise OptionError(f"registry={masked(given)!r} is not a directory: give the path of one.")
    path = os.path.expanduser(given)
    if path.startswith("~"):
        raise OptionError(
            f"registry={given} is below a home directory that is not known: give the whole path, or set HOME."
        )
    return os.path.abspath(path)


def _check_redis(url: str) -> None:
    from .redis_url import redis_url  # most registries are directories

    try:
        redis_url(url)
    except ValueError as error:
        raise OptionError(
            f"registry={masked(url)!r} cannot be used: {error}. Give a directory, or a URL such as "
            "redis://user@redis.example.com:6379/0?prefix=remoteit, or rediss:// for TLS."
        ) from None
