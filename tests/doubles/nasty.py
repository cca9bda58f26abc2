# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an API, or a stranger who shares a device, may write where a text is expected."""

from __future__ import annotations

from typing import Any

TEXTS = {
    "newline": "pi\nfatal: [pi]: ok\r\n\x85\u2028next",
    "colour": "\x1b[31mred\x1b[0m",
    "clear": "\x1b[2J\x1b[1;1H\x1bc",
    "8-bit control": "\x9b31m\x9d0;title\x9c",
    "link": "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "backspace": "root\x08\x08\x08\x08user\x7f",
    "nul": "pi\0kitchen",
    "expression": "{{ lookup('ansible.builtin.pipe', 'touch owned') }}",
    "statement": "{% set x = lookup('ansible.builtin.pipe', 'touch owned') %}{# #}",
    "shell": "$(touch owned) `touch owned`; touch owned | x > owned & \\",
    "option": "-oProxyCommand=touch owned",
    "end of options": "--",
    "long": "x" * 100_000,
    "long and odd": "\U000e0001" * 100_000,
    "right to left": "\u202egnp.exe\u202c \u2067x\u2069\u200f\u061c",
    "no width": "pi\u200b\u200d\u2060\ufeff\u00adkitchen",
    "surrogate": "\ud800\udfff\ud83d",
    "percent": "%h %p %r %d %%",
    "quotes": "\"'`''\"\"",
    "comment": "# pi",
    "path": "../../../../etc/passwd",
    "url": "http://user:word@evil.example:1/#?",
    "bracket": "http://[x\x1bc" + "y" * 5000 + "]:1",
    "not normal": "http://a\x1bc\u2100b:1",
    "port": "http://evil.example:" + "1" * 5000,
    "host": "evil.example.",
    "reserved": "localhost",
    "everybody": "all",
    "meta": "_meta",
}
# Far more than any honest message needs, far less than what a stranger can write.
LONGEST = 1200


def assert_plain(text: str) -> None:
    """Fail unless a terminal shows *text* as it is, on one line, and not for pages."""
    assert text.isprintable(), ascii(text[:300])
    assert len(text) <= LONGEST, f"{len(text)} characters: {text[:300]!a}"


def texts_in(value: Any) -> list[str]:
    """All texts in a result, keys included."""
    if isinstance(value, dict):
        return [text for pair in value.items() for one in pair for text in texts_in(one)]
    if isinstance(value, (list, tuple)):
        return [text for one in value for text in texts_in(one)]
    return [value] if isinstance(value, str) else []
