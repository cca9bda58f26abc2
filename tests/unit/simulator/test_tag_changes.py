# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tags are given to devices and taken away."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.admin_client import AdminClient
from tests.simulator.config.reader import ConfigError

from .client import BOB_KEY, Client
from .conftest import Start
from .world import GATEWAY, LAPTOP, PI, SSH, configuration
from .writing import device, done, mutate, refusal, tags


def change(client: Client, mutation: str, names: list[str], *ids: str, **account: str) -> dict[str, Any]:
    """Send ``addTag`` or ``removeTag`` and return the whole answer."""
    return mutate(client, mutation, name=names, serviceId=list(ids), **account)


def catalogue(client: Client) -> list[str]:
    """Return the tags that the client's account has."""
    return [tag["name"] for tag in client.graphql("{ login { tags { name } } }")["login"]["tags"]]


def test_every_tag_is_given_to_every_device(simulator: AdminClient, alice: Client) -> None:
    assert done(change(alice, "addTag", ["new", "pi"], PI, LAPTOP)) is True
    assert tags(alice, PI) == ["pi", "garage", "new"]
    assert tags(alice, LAPTOP) == ["laptop", "new", "pi"]
    assert catalogue(alice) == ["garage", "laptop", "new", "pi"]
    simulator.reset()
    assert (tags(alice, PI), catalogue(alice)) == (["pi", "garage"], ["garage", "laptop", "pi"])


def test_a_tag_that_is_taken_away_stays_a_tag_of_the_account(simulator: AdminClient, alice: Client) -> None:
    assert done(change(alice, "removeTag", ["garage", "unknown"], PI, LAPTOP)) is True
    assert tags(alice, PI) == ["pi"]
    assert catalogue(alice) == ["garage", "laptop", "pi"]
    simulator.reset()
    assert tags(alice, PI) == ["pi", "garage"]


def test_each_account_has_tags_of_its_own(alice: Client, bob: Client) -> None:
    assert tags(bob, PI) == []
    done(change(bob, "addTag", ["theirs"], PI))
    assert (tags(bob, PI), tags(bob, PI, "bob"), tags(bob, PI, "alice")) == (["theirs"], ["theirs"], [])
    assert tags(alice, PI) == ["pi", "garage"]
    query = "query($tag: [Any!]!) { login { devices(tag: {values: $tag}) { items { id } } } }"
    assert [len(one.graphql(query, tag=["theirs"])["login"]["devices"]["items"]) for one in (alice, bob)] == [0, 1]


@pytest.mark.parametrize(
    ("permissions", "needed", "refused"),
    [
        (["VIEW"], "admin", "Permission denied: ADMIN"),
        (["VIEW", "MANAGE"], "admin", "Permission denied: ADMIN"),
        (["VIEW", "MANAGE"], "manage", None),
        (["VIEW"], "manage", "Permission denied: MANAGE"),
        (["VIEW", "ADMIN"], "admin", None),
    ],
)
@pytest.mark.parametrize("account", [{"accountId": "acme"}, {}])
def test_tags_of_another_account_need_a_permission_there(
    start: Start, permissions: list[str], needed: str, refused: str | None, account: dict[str, str]
) -> None:
    config = configuration(tag_permission=needed)
    config["accounts"][0]["memberships"][0]["permissions"] = permissions
    alice = Client(start(config))
    answer = change(alice, "addTag", ["new"], GATEWAY, **account)
    if refused is None:
        assert done(answer) is True
        assert done(change(alice, "removeTag", ["none"], GATEWAY, **account)) is True
    else:
        assert refusal(answer) == refused
        assert refusal(change(alice, "removeTag", ["new"], GATEWAY, **account)) == refused
    assert tags(alice, GATEWAY) == ([] if refused else ["new"])


@pytest.mark.parametrize(
    ("ids", "account", "message"),
    [
        ([GATEWAY], {}, "Device not found"),
        ([LAPTOP, GATEWAY], {}, "Device not found"),
        ([SSH], {}, "Device not found"),
        ([LAPTOP], {"accountId": "acme"}, "Account not found"),
        ([LAPTOP], {"accountId": "nobody"}, "Account not found"),
    ],
)
def test_tags_are_for_what_one_may_see(bob: Client, ids: list[str], account: dict[str, str], message: str) -> None:
    assert refusal(change(bob, "addTag", ["new"], *ids, **account)) == message
    assert tags(bob, LAPTOP) == ["laptop"]


def test_an_account_tags_only_what_it_lists(alice: Client) -> None:
    assert refusal(change(alice, "addTag", ["new"], PI, accountId="acme")) == "Device not found"


def test_a_tag_has_a_name(alice: Client) -> None:
    assert refusal(change(alice, "addTag", [" "], PI)) == "Invalid tag"


@pytest.mark.parametrize(
    ("rule", "added", "left"),
    [
        ("insensitive", ["pi", "garage", "Attic"], ["garage", "Attic"]),
        ("sensitive", ["pi", "garage", "PI", "Attic"], ["pi", "garage", "Attic"]),
        ("lower", ["pi", "garage", "attic"], ["garage", "attic"]),
    ],
)
def test_case_may_make_a_difference(start: Start, rule: str, added: list[str], left: list[str]) -> None:
    alice = Client(start(tag_case=rule))
    done(change(alice, "addTag", ["PI", "Attic"], PI))
    assert tags(alice, PI) == added
    done(change(alice, "removeTag", ["PI"], PI))
    assert tags(alice, PI) == left


def test_an_account_can_have_tags_that_no_device_has(start: Start) -> None:
    config = configuration()
    config["accounts"][1]["tags"] = ["spare"]
    assert catalogue(Client(start(config), BOB_KEY)) == ["laptop", "spare"]


def with_role(**tag: Any) -> dict[str, Any]:
    """Return a configuration in which Alice may see those devices of ACME that have these tags."""
    config = configuration()
    config["accounts"][0]["memberships"] = [
        {"account": "acme", "role": "Cook", "permissions": ["VIEW", "ADMIN"], "tag": tag}
    ]
    return config


@pytest.mark.parametrize(
    ("tag", "given", "is_seen"),
    [
        ({"values": ["a", "b"]}, ["b"], True),
        ({"values": ["a", "b"], "operator": "ALL"}, ["b"], False),
        ({"values": ["a", "b"], "operator": "ALL"}, ["b", "a", "c"], True),
        ({"values": ["a"]}, ["c"], False),
    ],
)
def test_a_tag_gives_access_by_a_role(start: Start, tag: dict[str, Any], given: list[str], is_seen: bool) -> None:
    server = start(with_role(**tag))
    alice = Client(server)
    assert device(alice, GATEWAY, "id") is None
    server.update(GATEWAY, tags=given)
    assert device(alice, GATEWAY, "id") == ({"id": GATEWAY} if is_seen else None)


ROLES = """{ login { account(id: "acme") { tags { name } organization { name roles {
    name access permissions tag { operator values } } } } } }"""


def test_roles_and_what_they_select_by_are_told_to_administrators(start: Start) -> None:
    server = start(with_role(values=["a"]))
    account = Client(server).graphql(ROLES)["login"]["account"]
    assert account["organization"]["roles"] == [
        {"name": "Cook", "access": "TAG", "permissions": ["ADMIN", "VIEW"], "tag": {"operator": "ANY", "values": ["a"]}}
    ]


def test_roles_are_not_told_to_others_who_may_read_all_the_rest(alice: Client) -> None:
    answer = alice.post_graphql(ROLES).json()
    assert answer["data"]["login"]["account"] == {"tags": [], "organization": None}
    assert [error["message"] for error in answer["errors"]] == ["Permission denied: ADMIN"]


def test_a_role_that_selects_by_nothing_known_is_a_mistake(start: Start) -> None:
    with pytest.raises(ConfigError, match="operator"):
        start(with_role(values=[], operator="SOME"))
