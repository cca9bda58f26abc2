# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose devices are meant."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._api.client import Client
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Clock, Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._fleet.account import read_account
from ansible_collections.community.remoteit.plugins.module_utils._fleet.filter import FleetFilter
from tests.doubles.fleet_cloud import ACME, ME, FleetCloud, device_node, fleet


@pytest.mark.parametrize("account", [ACME, ACME.lower(), "acme@example.com", "Acme"])
def test_an_organisation_by_id_email_or_name(account: str) -> None:
    theirs = device_node(1, owner={"id": ACME, "email": "acme@example.com"})
    cloud = FleetCloud(theirs, device_node(2))
    devices = cloud.read(FleetFilter(), account)
    assert [(device.organisation, device.shared) for device in devices] == [(ACME, False), (ACME, True)]
    assert cloud.asked[1]["variables"]["account"] == ACME
    assert len(cloud.asked) == 2


@pytest.mark.parametrize("account", [ME, ME.lower(), "ME@example.com"])
def test_the_own_account_may_be_named(account: str) -> None:
    cloud = fleet(1)
    assert [device.organisation for device in cloud.read(FleetFilter(), account)] == [None]


def test_an_unknown_account_lists_what_the_key_can_see() -> None:
    cloud = fleet(1)
    with pytest.raises(OptionError) as error:
        cloud.read(FleetFilter(), "nobody")
    assert str(error.value) == (
        "account='nobody' is not an account that this access key can see; it sees me@example.com "
        f"({ME}); ACME acme@example.com ({ACME})."
    )
    assert cloud.starts() == []


def test_an_account_name_that_two_have_is_refused() -> None:
    cloud = fleet(1)

    def twins(answer: dict[str, Any]) -> dict[str, Any]:
        members = answer["data"]["login"]["membership"]
        members += [None, {"organization": None}, {"organization": {"name": "Acme", "account": {"id": "other"}}}]
        return answer

    cloud.answer = twins
    with pytest.raises(OptionError, match="fits more than one account"):
        cloud.read(FleetFilter(), "acme")


def test_an_account_whose_id_cannot_be_one_is_not_there() -> None:
    cloud = fleet(1)

    def hostile(answer: dict[str, Any]) -> dict[str, Any]:
        answer["data"]["login"]["membership"][0]["organization"]["account"]["id"] = "a\x1b[31m"
        return answer

    cloud.answer = hostile
    with pytest.raises(OptionError, match="is not an account") as caught:
        cloud.read(FleetFilter(), "acme")
    assert str(caught.value).isprintable()


def test_the_account_alone_may_be_asked_for() -> None:
    cloud = fleet(1)
    with cloud.server:
        graphql = Client(cloud.settings(), Clock(), cloud.warnings.append).graphql
        assert read_account(graphql, None, Deadline(20)) is None
        assert cloud.asked == []
        assert [read_account(graphql, account, Deadline(20)) for account in (ME, "acme")] == [None, ACME]
        with pytest.raises(OptionError, match="is not an account that this access key can see"):
            read_account(graphql, "nobody", Deadline(20))
