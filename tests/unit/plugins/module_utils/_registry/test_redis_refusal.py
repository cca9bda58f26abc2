# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that no server here can be brought to; the others: tests/resilience/test_redis_refusals.py."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._registry import redis_refusal
from ansible_collections.community.remoteit.plugins.module_utils._registry.redis_refusal import (
    cure,
    is_temporary,
    way_there,
)

GUIDE = Path(__file__).resolve().parents[5] / "docs" / "docsite" / "rst" / "guide_troubleshooting.rst"


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


@pytest.mark.parametrize(
    ("reason", "tls", "says"),
    [
        ("Connection refused", False, "start or mend it, or set registry to another one"),
        ("Connection refused", True, "start or mend it, or set registry to another one"),
        ("no answer within 5 seconds", False, "start or mend it, or set registry to another one"),
        ("Broken pipe", True, "ssl_certfile"),
        ("[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required", True, "ssl_certfile"),
    ],
)
def test_who_gets_no_answer_is_told_where_to_look(reason: str, tls: bool, says: str) -> None:
    assert says in way_there(reason, tls=tls)


def test_what_is_over_in_a_moment_is_asked_again() -> None:
    assert is_temporary("LOADING Redis is loading the dataset in memory")
    assert is_temporary("BUSY Redis is busy running a script.")
    # behind one address another one may answer by then
    assert is_temporary("READONLY You can't write against a read only replica.")
    assert not is_temporary("OOM command not allowed when used memory > 'maxmemory'.")


def test_each_cure_is_in_the_troubleshooting_guide_beside_what_it_is_for() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    for words, what in redis_refusal._CURES:
        assert re.search(rf"^ +\* - .*``{re.escape(words)}``.*\n +- ``{re.escape(what)}``", guide, re.M), words
    for _words, what in (*itertools.chain.from_iterable(redis_refusal._WAYS), ("", redis_refusal._AWAY)):
        assert what.removeprefix("start or mend it, ") in guide
