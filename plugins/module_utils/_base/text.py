# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text from outside, as it may be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SHOWN_CHARACTERS = 200
_SHOWN_SENTENCES = 5
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# What Ansible takes for a template where a text has lost the mark that it is none, also if other text is put before or
# behind it, and the keys by which its serialisers know values that are more than data.
_ACTIVE = r"\{(?=[{%#]|\Z)|\A[{%]|\A#(?=jinja2:)|\A_(?=_ansible)"


def printable(text: str, limit: int = _SHOWN_CHARACTERS) -> str:
    """*text* from outside on one line of at most *limit* characters, with all that is not printable escaped."""
    shown = text.strip()[:limit]
    if shown.isprintable():
        return shown
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in shown)[:limit]


def inert(text: str, limit: int = _SHOWN_CHARACTERS) -> str:
    """*text* that a stranger wrote, as printable() shows it, and data to whatever reads it: a name, a tag, a key.

    What begins a template or a mark of Ansible's serialisers is escaped, too, so it may be longer than *limit*.
    """
    return re.sub(_ACTIVE, lambda found: f"\\x{ord(found[0]):02x}", printable(text, limit))


def enumerated(words: Iterable[str], limit: int = 10) -> str:
    """*words* with commas, or the first *limit* of them and how many more there are."""
    shown = list(words)
    if len(shown) > limit:
        shown[limit:] = [f"and {len(shown) - limit} more"]
    return ", ".join(shown)


def in_short(sentences: Iterable[str]) -> list[str]:
    """*sentences*, or the first of them and how many more there are."""
    shown = list(sentences)
    if len(shown) > _SHOWN_SENTENCES:
        shown[_SHOWN_SENTENCES:] = [f"{len(shown) - _SHOWN_SENTENCES} more like these are not shown."]
    return shown


def base36(number: int) -> str:
    """*number*, which is not negative, in few characters; nothing for 0."""
    digits = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits
