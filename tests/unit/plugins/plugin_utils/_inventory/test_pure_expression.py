# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an expression reads, where nothing else decides its result."""

from __future__ import annotations

import pytest

from ansible_collections.community.remoteit.plugins.plugin_utils._inventory.pure_expression import reads_of

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("expression", "reads"),
    [
        ("a", {("a",)}),
        ("a.b['c'].d", {("a", "b", "c", "d")}),
        ("a.items", {("a",)}),
        ("a.get('b')", {("a",)}),
        ("a[b.c]", {("a",), ("b", "c")}),
        ("a[0].b", {("a",)}),
        ("a if b is defined and c.d in e else 'f' ~ g", {("a",), ("b",), ("c", "d"), ("e",), ("g",)}),
        ("a | ansible.builtin.default(b) | lower", {("a",), ("b",)}),
        ("'text'", set()),
    ],
)
def test_what_an_expression_reads(expression: str, reads: set[tuple[str, ...]]) -> None:
    assert reads_of(expression) == frozenset(reads)
