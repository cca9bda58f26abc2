# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Devices by name: none yet, one, or two, among many whose names are similar."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    AnswerLostError,
    OptionError,
    RefusedError,
)
from ansible_collections.community.remoteit.plugins.module_utils._fleet.look_by_name import DevicesByName
from tests.doubles.fleet_cloud import ACME, MY_EMAIL, id_of
from tests.doubles.loopback import reply
from tests.doubles.seen_cloud import SeenCloud, page, seen

MEMBER = {
    "email": MY_EMAIL,
    "membership": [{"organization": {"name": "ACME", "account": {"id": ACME, "email": "a@b"}}}],
}


def looked(cloud: SeenCloud, *names: str, account: str | None = None, looks: int = 1) -> dict[str, str]:
    """The id of each device that the last look sees, by name."""
    lookout = DevicesByName(cloud.client(), names, account)
    with cloud.server:
        for _look in range(looks):
            found = lookout.look(Deadline(20))
    return {name: device.id for name, device in found.items()}


def test_all_names_are_one_request() -> None:
    cloud = SeenCloud({"d0": page(seen(1, name="b")), "d1": page(), "d2": page(seen(2, name="a"))})
    assert looked(cloud, "b", "new", " a") == {"b": id_of(1), " a": id_of(2)}
    assert cloud.variables() == [{"size": 1000, "n0": "b", "f0": 0, "n1": "new", "f1": 0, "n2": "a", "f2": 0}]


def test_many_names_are_more_than_one_request() -> None:
    cloud = SeenCloud({f"d{number}": page() for number in range(100)})
    assert looked(cloud, *(f"pi-{number}" for number in range(150))) == {}
    assert [len(variables) for variables in cloud.variables()] == [201, 101]


def test_only_exactly_the_name_counts() -> None:
    similar = page(seen(1, name="PI"), seen(2, name="pi-2"), seen(3, name="pi\n"), seen(4, name="pi 4", online=None))
    assert looked(SeenCloud({"d0": similar}), "pi") == {"pi": id_of(3)}


def test_a_name_may_be_what_a_stranger_would_write() -> None:
    assert looked(SeenCloud({"d0": page(seen(1, name="{{ x }}"))}), "{{ x }}") == {"{{ x }}": id_of(1)}


def test_what_fills_more_than_one_page_is_read_to_the_end() -> None:
    cloud = SeenCloud(
        {"d0": page(seen(1), seen(2), more=True), "d1": page(seen(9, name="other"))},
        {"d0": page(seen(3), seen(4, name="pi"))},
    )
    assert looked(cloud, "pi", "other") == {"pi": id_of(4), "other": id_of(9)}
    assert list(cloud.variables())[1] == {"size": 1000, "n0": "pi", "f0": 2}


def test_more_that_never_comes_ends() -> None:
    assert looked(SeenCloud({"d0": page(more=True)}), "pi") == {}


def test_two_of_a_name_are_told_with_their_ids() -> None:
    cloud = SeenCloud({"d0": page(seen(1, name="pi")), "d1": page(seen(2, name="a"), seen(3, name="a"))})
    with pytest.raises(OptionError) as caught:
        looked(cloud, "pi", "a")
    assert str(caught.value) == (
        f"devices='a' fits 2 devices: set device_ids to the ids of those that are meant, of {id_of(2)}, {id_of(3)}."
    )


def test_one_that_moved_from_page_to_page_is_not_two() -> None:
    cloud = SeenCloud({"d0": page(seen(1, name="pi"), more=True)}, {"d0": page(seen(1, name="pi"))})
    assert looked(cloud, "pi") == {"pi": id_of(1)}


def test_an_organisation_is_looked_up_once() -> None:
    cloud = SeenCloud(MEMBER, {"account": {"d0": page(seen(1, name="pi"))}})
    assert looked(cloud, "pi", account="acme", looks=2) == {"pi": id_of(1)}
    assert [variables.get("account") for variables in cloud.variables()] == [None, ACME, ACME]


def test_the_own_account_is_looked_up_once() -> None:
    cloud = SeenCloud(MEMBER, {"d0": page(seen(1, name="pi"))})
    assert looked(cloud, "pi", account=MY_EMAIL, looks=2) == {"pi": id_of(1)}
    assert len(cloud.asked) == 3


def test_no_such_account() -> None:
    with pytest.raises(OptionError, match="account='nobody' is not an account"):
        looked(SeenCloud(MEMBER), "pi", account="nobody")


@pytest.mark.parametrize("account", [None, {"d0": None}, {}])
def test_an_account_whose_devices_are_not_shown(account: Any) -> None:
    with pytest.raises((RefusedError, AnswerLostError)):
        looked(SeenCloud(MEMBER, {"account": account}), "pi", account="acme")


def test_errors_are_told() -> None:
    with pytest.raises(RefusedError, match="not today"):
        looked(SeenCloud(reply(200, {"errors": [{"message": "not today"}]})), "pi")
    with pytest.raises(RefusedError, match="in part"):
        looked(SeenCloud(reply(200, {"data": {"login": {}}, "errors": [{"message": "in part"}]})), "pi")


@pytest.mark.parametrize("found", [None, [], {"items": None}, page(seen(1, name="pi", online=None))])
def test_what_makes_no_sense_is_a_lost_answer(found: Any) -> None:
    with pytest.raises(AnswerLostError, match=r"^The answer to devices cannot be used: it"):
        looked(SeenCloud({"d0": found}), "pi")
