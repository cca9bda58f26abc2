# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked for is done when it returns, whatever became of the answers."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._api.client import Client
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Clock, Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    AnswerLostError,
    ApiError,
    RefusedError,
)
from ansible_collections.community.remoteit.plugins.module_utils._changes.link_view import (
    LinkedService,
    LinkView,
    read_linked_service,
)
from ansible_collections.community.remoteit.plugins.module_utils._changes.link_writes import remove_link, set_link
from tests.doubles.loopback import Server, reply
from tests.lab.site import PAGE, Site

pytestmark = pytest.mark.slow

MADE = {"url": "https://a.example.com", "allow": ["192.0.2.0/24"], "password": "sesame"}
LOOKS = (0.0, 0.05)
SET, REMOVE = "set_connect_link", "remove_connect_link"


class Page:
    """The web service of a *site*, and the writes to its link."""

    def __init__(self, site: Site) -> None:
        self.cloud = site.cloud
        self._graphql = Client(site.settings(request_timeout=1.0), Clock(), pytest.fail).graphql

    def read(self) -> LinkedService:
        found = read_linked_service(self._graphql, PAGE, Deadline(20))
        assert found is not None
        return found

    def link(self) -> LinkView | None:
        return self.read().link

    def set(self, **values: Any) -> LinkView:
        return set_link(self._graphql, self.read(), {"enabled": True, **values}, LOOKS, Deadline(20))

    def remove(self) -> None:
        remove_link(self._graphql, self.read(), Deadline(20))

    def asked(self, operation: str) -> int:
        return len(self.cloud.calls(operation=operation))


@pytest.fixture
def page(simulated: Site) -> Page:
    return Page(simulated)


def test_a_link_is_made_changed_and_removed(page: Page) -> None:
    made = page.set(allow=["192.0.2.0/24"], password="sesame")
    assert (made.enabled, made.allow, made.deny, made.password) == (True, ("192.0.2.0/24",), (), "sesame")
    assert page.link() == made
    # what is not sent stays, as far as the simulator knows, and null is no password
    assert page.set(enabled=False, password=None) == made._replace(enabled=False, password=None)
    page.remove()
    assert page.link() is None
    assert [page.asked(name) for name in (SET, REMOVE)] == [2, 1]


@pytest.mark.parametrize("how", ["close", "reset", "hang"])
def test_a_change_whose_answer_is_lost_is_made_again(how: str, page: Page) -> None:
    page.cloud.set_fault({"operation": SET, "fault": "lost_answer", "how": how, "count": 1})
    made = page.set(allow=["192.0.2.0/24"])
    assert page.link() == made
    assert page.asked(SET) == 2


def test_a_change_all_of_whose_answers_are_lost_is_looked_for(page: Page) -> None:
    page.cloud.set_fault({"operation": SET, "fault": "lost_answer"})
    made = page.set(allow=["192.0.2.0/24"])
    assert page.link() == made
    page.cloud.update(PAGE, link={**MADE, "password": "other"})
    page.cloud.set_fault({"operation": SET, "fault": "lost_request", "how": "close"})
    with pytest.raises(ApiError):
        page.set(password="sesame")


def test_a_removal_whose_answer_is_lost_is_known_to_be_done(page: Page) -> None:
    page.cloud.update(PAGE, link=MADE)
    page.cloud.set_fault({"operation": REMOVE, "fault": "lost_answer", "count": 1})
    page.remove()
    assert page.link() is None


def test_what_somebody_else_removed_is_gone(page: Page) -> None:
    page.cloud.update(PAGE, link=MADE)
    page.cloud.set_fault({"operation": REMOVE, "fault": "device_changes", "change": {"id": PAGE, "link_removed": True}})
    page.remove()
    assert page.link() is None


@pytest.mark.parametrize("fault", [{"fault": "status", "status": 502}, {"fault": "refused", "text": "not today"}])
def test_what_could_not_be_removed_is_an_error(fault: dict[str, Any], page: Page) -> None:
    page.cloud.update(PAGE, link=MADE)
    page.cloud.set_fault({"operation": REMOVE, **fault})
    with pytest.raises(ApiError):
        page.remove()
    assert page.link() is not None


def test_a_refusal_is_told_in_its_words(page: Page) -> None:
    page.cloud.set_fault({"operation": SET, "fault": "refused", "text": "not today"})
    with pytest.raises(RefusedError, match="not today"):
        page.set()


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        ({"setConnectLink": None}, RefusedError, "remote.it did not set the connect link, and does not say why."),
        ({}, RefusedError, "remote.it did not set the connect link"),
        ({"setConnectLink": {}}, AnswerLostError, "The answer to setConnectLink cannot be used: its link has no URL."),
        (
            {"setConnectLink": {"url": "https://a", "enabled": False, "allow": [], "deny": []}},
            RefusedError,
            "the change of the connect link https://a, but did not switch it on: run the task again",
        ),
    ],
)
def test_an_answer_that_is_none_is_an_error(
    answer: dict[str, Any], error: type[ApiError], sentence: str, simulated: Site
) -> None:
    service = Page(simulated).read()
    with Server(reply(200, {"data": answer})) as server:
        graphql = Client(simulated.settings(graphql_url=server.url), Clock(), pytest.fail).graphql
        with pytest.raises(error) as caught:
            set_link(graphql, service, {"enabled": True}, LOOKS, Deadline(20))
    assert sentence in str(caught.value)


def test_a_removal_that_is_not_confirmed_is_looked_into(page: Page, simulated: Site) -> None:
    page.cloud.update(PAGE, link=MADE)
    service = page.read()
    with Server(reply(200, {"data": {"removeConnectLink": False, "login": {"service": []}}})) as server:
        graphql = Client(simulated.settings(graphql_url=server.url), Clock(), pytest.fail).graphql
        remove_link(graphql, service, Deadline(20))
