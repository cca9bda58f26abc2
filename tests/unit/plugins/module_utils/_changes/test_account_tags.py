# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tags of an account and its roles, as far as they may be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._api.client import Client
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Clock, Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RefusedError
from ansible_collections.community.remoteit.plugins.module_utils._changes.account_tags import (
    AccountTags,
    read_account_tags,
)
from tests.lab.site import Site, configuration
from tests.simulator.threaded import ThreadedSimulator

pytestmark = pytest.mark.slow

OTHER = "f0:00:00:00:00:00:00:02"


def read(site: Site, account: str | None = None) -> AccountTags:
    return read_account_tags(Client(site.settings(), Clock(), pytest.fail).graphql, account, Deadline(20))


def organisation(**role: Any) -> dict[str, Any]:
    config = configuration("127.0.0.1:9")
    config["accounts"][1] |= {"organization": "ACME", "tags": ["theirs"]}
    config["accounts"][0] |= {
        "tags": ["Mine"],
        "organization": "Ours",
        "memberships": [{"account": OTHER, "role": "Cook", "permissions": ["VIEW", "ADMIN"], **role}],
    }
    return config


def test_roles_that_select_by_tags_are_known_by_the_tags(tmp_path: Path) -> None:
    with ThreadedSimulator(organisation(tag={"values": ["Prod", "b"]})) as cloud:
        site = Site(cloud, tmp_path)
        assert read(site) == AccountTags(("Mine",), ())
        found = read(site, OTHER)
        assert found.names == ("theirs",)
        assert [found.roles_of(tags) for tags in (["prod", "b"], ["c"], [])] == [["Cook"], [], []]


@pytest.mark.parametrize(
    "role", [{}, {"tag": {"values": ["b"]}, "permissions": ["VIEW"]}], ids=["selects nothing", "may not be read"]
)
def test_other_roles_are_no_matter(role: dict[str, Any], tmp_path: Path) -> None:
    with ThreadedSimulator(organisation(**role)) as cloud:
        assert read(Site(cloud, tmp_path), OTHER) == AccountTags(("theirs",), ())


def test_what_may_not_be_read_at_all_is_not_known(simulated: Site) -> None:
    assert read(simulated, OTHER) == AccountTags(None, ())
    simulated.cloud.set_fault({"operation": "query", "fault": "refused"})
    assert read(simulated) == AccountTags(None, ())


def test_a_key_that_is_not_accepted_is_an_error(simulated: Site) -> None:
    simulated.cloud.set_fault({"operation": "query", "fault": "status", "status": 403})
    with pytest.raises(RefusedError):
        read(simulated)
