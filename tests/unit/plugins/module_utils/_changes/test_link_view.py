# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._api.client import Client
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Clock, Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import AnswerLostError, RefusedError
from ansible_collections.community.remoteit.plugins.module_utils._changes.link_view import (
    LinkedService,
    parse_link,
    read_linked_service,
)
from tests.doubles.loopback import Server, reply
from tests.lab.site import PAGE, SERVICE, Site
from tests.lab.world import service_id

pytestmark = pytest.mark.slow

NODE = {"url": "https://a.example.com", "enabled": True, "allow": [], "deny": []}
SERVICE_NODE = {
    "id": PAGE.lower(),
    "name": "page",
    "application": 7,
    "link": None,
    "device": {"id": service_id(1, 0), "name": "cabinet", "permissions": ["VIEW", "MANAGE"], "owner": None},
}
REFUSED = [{"message": "no link for you", "path": ["login", "service", 0, "link"]}]


def read(site: Site, what: str) -> LinkedService | None:
    return read_linked_service(Client(site.settings(), Clock(), pytest.fail).graphql, what, Deadline(20))


def answered(site: Site, node: Any, errors: Any = None, **data: Any) -> LinkedService | None:
    """What is read of this answer."""
    answer = {"data": {"login": {"id": "x", "service": [node]}, **data}, "errors": errors}
    with Server(reply(200, answer)) as server:
        settings = site.settings(graphql_url=server.url)
        return read_linked_service(Client(settings, Clock(), pytest.fail).graphql, PAGE, Deadline(20))


def test_a_service_is_read_with_its_link_and_its_type(simulated: Site) -> None:
    page, other = read(simulated, PAGE), read(simulated, SERVICE)
    assert page is not None and other is not None
    assert (page.id, page.name, page.kind, page.is_web, page.link) == (PAGE, "service 04", "HTTP", True, None)
    assert (page.device_id, page.device_name, page.owner) == (service_id(1, 0), "cabinet", "owner@example.com")
    assert "MANAGE" in page.permissions
    assert (other.kind, other.is_web) == ("TCP", False)
    made = {"url": "https://a.example.com", "password": "sesame", "allow": ["192.0.2.9/24"], "enabled": False}
    simulated.cloud.update(PAGE, link=made)
    page = read(simulated, PAGE)
    assert page is not None and page.link is not None
    assert page.link._asdict() == {
        "url": "https://a.example.com",
        "enabled": False,
        "allow": ("192.0.2.0/24",),
        "deny": (),
        "password": "sesame",
        "created": page.link.created,
    }
    assert page.link.created
    assert len(simulated.cloud.calls()) == 3


def test_what_is_not_there_is_nothing(simulated: Site) -> None:
    assert read(simulated, service_id(7, 1)) is None


def test_what_may_be_missing_is_no_reason_to_fail(simulated: Site) -> None:
    bare = {"id": PAGE, "device": {"id": service_id(1, 0)}}
    found = answered(simulated, bare)
    assert found is not None
    assert (found.name, found.is_web, found.link, found.permissions, found.owner) == ("", False, None, (), "")
    link = parse_link(NODE)
    assert (link.password, link.created) == (None, None)


@pytest.mark.parametrize(
    "bad", [{}, 7, {**SERVICE_NODE, "id": "x"}, {**SERVICE_NODE, "device": None}, {**SERVICE_NODE, "link": {}}]
)
def test_an_answer_that_makes_no_sense_is_an_error(bad: Any, simulated: Site) -> None:
    with pytest.raises(AnswerLostError, match="The answer to service cannot be used: "):
        answered(simulated, bad)
    with pytest.raises(RefusedError, match="no link for you"):
        answered(simulated, bad, REFUSED)


def test_an_error_counts_unless_the_link_is_not_for_this_key(simulated: Site) -> None:
    with pytest.raises(RefusedError, match="no link for you"):
        answered(simulated, SERVICE_NODE, REFUSED)
    device = {**SERVICE_NODE["device"], "permissions": ["VIEW"]}  # type: ignore[dict-item]
    found = answered(simulated, {**SERVICE_NODE, "device": device}, REFUSED)
    assert found is not None and found.link is None
    with pytest.raises(RefusedError, match="no link for you"):
        answered(simulated, None, REFUSED)
    with pytest.raises(RefusedError, match="no link for you"):
        answered(simulated, None, REFUSED, login=None)


@pytest.mark.parametrize(
    "bad",
    [
        None,
        [],
        {**NODE, "url": None},
        {**NODE, "url": ""},
        {**NODE, "enabled": None},
        {**NODE, "allow": None},
        {**NODE, "deny": [1]},
    ],
)
def test_a_link_that_makes_no_sense_is_an_error(bad: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_link(bad)


@pytest.mark.parametrize(
    ("told", "is_hidden"), [("sesame", False), ("****", True), ("*a*", False), ("", False), (None, False)]
)
def test_stars_instead_of_a_password(told: str | None, is_hidden: bool) -> None:
    assert parse_link({**NODE, "password": told}).has_hidden_password is is_hidden
