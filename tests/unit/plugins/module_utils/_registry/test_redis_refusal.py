# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that no server here can be brought to; the others: tests/resilience/test_redis_refusals.py."""

from __future__ import annotations

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._registry.redis_refusal import cure, is_temporary


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("MOVED 1234 127.0.0.1:7000", "a Redis Cluster cannot be a registry"),
        ("ASK 1234 127.0.0.1:7000", "a Redis Cluster cannot be a registry"),
        ("TRYAGAIN Multiple keys request during rehashing of slot", "a Redis Cluster cannot be a registry"),
        ("ERR Client sent AUTH, but no password is set", "leave out registry_password"),
        ("ERR invalid DB index", "correct the number of the database"),
        ("ERR something that nobody has seen", "mend it, or set registry to another one"),
        ("", "mend it, or set registry to another one"),
    ],
)
def test_each_answer_has_its_cure(words: str, says: str) -> None:
    assert says in cure(words)


def test_what_is_over_in_a_moment_is_asked_again() -> None:
    assert is_temporary("LOADING Redis is loading the dataset in memory")
    assert is_temporary("BUSY Redis is busy running a script.")
    assert not is_temporary("OOM command not allowed when used memory > 'maxmemory'.")
