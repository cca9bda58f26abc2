# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names and descriptions that the vendor's application would take as well."""

from __future__ import annotations

from .._base.errors import OptionError

_LONGEST_NAME = 100
LONGEST_DESCRIPTION = 1024


def check_name(name: str, what: str) -> None:
    """Raise OptionError unless *name* can be the name of *what*, such as ``device``."""
    if not name.strip():
        raise OptionError(f"name is empty: give the {what} a name.")
    if len(name) > _LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise OptionError(
            f"name={name[:_LONGEST_NAME]!r} cannot be the name of a {what}: give at most {_LONGEST_NAME} printable characters, without blanks at the ends."
        )


def check_description(text: str) -> None:
    """Raise OptionError if *text* is too long for a description."""
    if len(text) > LONGEST_DESCRIPTION:
        raise OptionError(
            f"description has {len(text)} characters: give at most {LONGEST_DESCRIPTION}, which the remote.it application "
            "shows."
        )
