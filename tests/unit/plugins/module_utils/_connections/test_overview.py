# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RefusedError
from ansible_collections.community.remoteit.plugins.module_utils._connections.overview import count_held, list_open
from ansible_collections.community.remoteit.plugins.module_utils._model.connection import Connection
from tests.doubles.account import listed
from tests.doubles.held import Site, made
from tests.doubles.material import SERVICE


@pytest.mark.parametrize("service_id", [SERVICE, None])
def test_what_is_open_is_told_apart_by_who_knows_of_it(site: Site, service_id: str | None) -> None:
    site.hold(made("A"), made("GONE"), made("OVER", expires_at=time.time() - 1))
    site.account.sessions = [listed("A", time.time() - 60), listed("THEIRS", time.time() - 1000)]
    held, others = list_open(site.connections.client, site.warnings.append, service_id, Deadline(20))
    assert ([item.id for item in held], [session.id for session in others]) == (["A"], ["THEIRS"])
    assert site.warnings == []


def test_without_anything_held_all_sessions_are_listed(site: Site) -> None:
    site.account.sessions = [listed("THEIRS", time.time())]
    assert list_open(site.connections.client, site.warnings.append, None, Deadline(20))[1]
    assert site.account.asked == ["sessions"]


def test_what_cannot_be_checked_is_listed_with_a_warning(site: Site) -> None:
    site.hold(made("A"))
    site.account.says["service"] = {"errors": [{"message": "not today"}]}
    held, others = list_open(site.connections.client, site.warnings.append, SERVICE, Deadline(20))
    assert ([item.id for item in held], others) == (["A"], [])
    (warning,) = site.warnings
    assert "without a check" in warning and "not today" in warning


@pytest.mark.parametrize("held", [[], [made("OVER", expires_at=1.0)]], ids=["nothing", "what is over"])
def test_that_nothing_is_open_is_not_said_without_a_check(site: Site, held: list[Connection]) -> None:
    site.hold(*held)
    site.account.says["sessions"] = site.account.says["service"] = {"errors": [{"message": "not today"}]}
    with pytest.raises(RefusedError, match="not today"):
        list_open(site.connections.client, site.warnings.append, None, Deadline(20))


def test_what_the_registry_knows_is_counted_without_a_request(site: Site) -> None:
    assert count_held(site.connections.client, site.warnings.append, SERVICE, Deadline(20)) == 0
    site.hold(made("A"), made("B"))
    assert count_held(site.connections.client, site.warnings.append, SERVICE, Deadline(20)) == 2
    assert site.account.asked == []
