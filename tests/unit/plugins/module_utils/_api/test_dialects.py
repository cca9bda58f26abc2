# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which dialect is begun with, by what was learnt; how it is learnt is in test_transport.py."""

from __future__ import annotations

from ansible_collections.community.remoteit.plugins.module_utils._api.dialects import Dialects, other_dialect
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import (
    CAVAGE,
    GRAPHQL,
    REST,
    RFC9421,
)

HERE = "https://api.example.com:8443/apv/v27/device/connect"
ALSO_HERE = "https://api.example.com:8443/graphql/v1"
ELSEWHERE = "https://api.example.com/apv/v27"


def test_each_wire_begins_as_its_own_documentation_does() -> None:
    assert (Dialects().likely(REST, HERE), Dialects().likely(GRAPHQL, HERE)) == (CAVAGE, RFC9421)


def test_what_was_accepted_is_known_for_the_wire_at_the_host_and_nowhere_else() -> None:
    dialects = Dialects()
    assert dialects.accepted(REST, HERE) is None
    dialects.accept(REST, HERE, RFC9421)
    assert dialects.accepted(REST, ALSO_HERE) == dialects.likely(REST, ALSO_HERE) == RFC9421
    assert (dialects.likely(GRAPHQL, HERE), dialects.likely(REST, ELSEWHERE)) == (RFC9421, CAVAGE)
    assert (dialects.accepted(GRAPHQL, HERE), dialects.accepted(REST, ELSEWHERE)) == (None, None)


def test_what_is_expected_counts_until_something_is_accepted() -> None:
    dialects = Dialects()
    for unknown in (None, "unheard of"):
        dialects.expect(REST, HERE, unknown)
        assert dialects.likely(REST, HERE) == CAVAGE
    dialects.expect(REST, HERE, RFC9421)
    assert (dialects.likely(REST, HERE), dialects.accepted(REST, HERE)) == (RFC9421, None)
    dialects.accept(REST, HERE, CAVAGE)
    assert dialects.likely(REST, HERE) == CAVAGE


def test_there_are_two() -> None:
    assert [other_dialect(one) for one in (CAVAGE, RFC9421)] == [RFC9421, CAVAGE]
