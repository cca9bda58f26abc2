# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One service of a task: what is told of it, and what its user is warned of."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._model.access import PUBLIC, RESTRICTED, Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._tasks.connection_one import (
    close_one,
    open_one,
    with_diff,
)
from tests.doubles.held import Site, made
from tests.doubles.loopback import reply
from tests.doubles.material import SERVICE


def opened(site: Site, wanted: Wanted, *, check: bool = False) -> dict[str, Any]:
    connections = site.predicting if check else site.connections
    return with_diff(open_one(connections, SERVICE, wanted, Deadline(20)))


def test_what_was_opened_is_told_with_what_was_held_before_and_after(site: Site) -> None:
    site.hold(made("OLD", access="public", kept=True))
    result = opened(site, Wanted(Access()))
    assert (result["changed"], result["closed"], result["connection"]["id"]) == (True, [], "NEW")
    before, after = result["diff"]["before"]["connections"], result["diff"]["after"]["connections"]
    assert ([one["id"] for one in before], [one["id"] for one in after]) == (["OLD"], ["OLD", "NEW"])
    assert after[0]["access"] == "public" and after[1]["address"] == "tcp://127.0.0.1:9"


def test_what_would_be_opened_is_told_as_far_as_it_is_known(site: Site) -> None:
    result = opened(site, Wanted(Access(RESTRICTED, "203.0.113.7")), check=True)
    known = {name: value for name, value in result["connection"].items() if value is not None}
    assert known == {"service_id": SERVICE, "access": "restricted", "client_ip": "203.0.113.7", "api": "rest"}
    assert {"id", "host", "port", "url", "expires_at"} <= result["connection"].keys()
    assert result["diff"]["after"]["connections"] == [
        {"id": None, "access": "restricted", "address": None, "expires_at": None}
    ]
    assert (site.account.asked, site.warnings) == ([], [])


def test_what_is_closed_has_no_connection(site: Site) -> None:
    site.hold(made("A"), made("B", access="public"))
    result = with_diff(close_one(site.connections, SERVICE, "B", Deadline(20)))
    assert (result["closed"], "connection" in result) == (["B"], False)
    assert [one["id"] for one in result["diff"]["after"]["connections"]] == ["A"]
    assert with_diff(close_one(site.connections, SERVICE, None, Deadline(20)))["closed"] == ["A"]


def test_whoever_lets_everybody_in_is_told_so(site: Site) -> None:
    opened(site, Wanted(Access(PUBLIC)))
    (warning,) = site.warnings
    assert warning.startswith("access=public lets anyone who finds the address connect")


@pytest.mark.parametrize(("access", "is_told"), [(Access(), True), (Access(PUBLIC), False)])
def test_whoever_wants_less_of_a_web_page_than_it_gives_is_told_so(access: Access, is_told: bool, site: Site) -> None:
    address = {"connectionid": "WEB", "reverseProxy": True, "proxyURL": "abc.p18.rt3.io"}
    site.account.says["connect"] = reply(200, {"status": "true", "connection": address})
    result = opened(site, Wanted(access))
    assert result["connection"]["access"] == "public"
    assert [warning.startswith("access=latching has no effect on") for warning in site.warnings] == [True] * is_told


def test_whoever_wants_more_time_than_there_is_is_told_so(site: Site) -> None:
    life = opened(site, Wanted(Access(), min_remaining=100_000))["connection"]["expires_in"]
    (warning,) = site.warnings
    assert warning == f"min_remaining=100000 is more than the {life} seconds that remote.it gives a connection."
