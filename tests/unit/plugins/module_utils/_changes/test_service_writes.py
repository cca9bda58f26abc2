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
from ansible_collections.community.remoteit.plugins.module_utils._changes.device_view import (
    DeviceView,
    ServiceView,
    read_device,
)
from ansible_collections.community.remoteit.plugins.module_utils._changes.service_writes import ServiceWrites
from tests.doubles.patience import impatient
from tests.lab.site import SERVICE, Site, configuration
from tests.lab.world import service_id
from tests.simulator.threaded import ThreadedSimulator

pytestmark = pytest.mark.slow

NEW = {"name": "new", "application": 28, "host": "127.0.0.1", "port": 22, "enabled": True}


class Cabinet:
    """The device of a *site*, and the writes to it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._graphql = Client(site.settings(request_timeout=1.0), Clock(), pytest.fail).graphql
        self.writes = ServiceWrites(self._graphql, (0.0, 0.05, 0.1))

    def device(self) -> DeviceView:
        found = read_device(self._graphql, service_id(1, 0), Deadline(20)).device
        assert found is not None
        return found

    def service(self, id_: str = SERVICE) -> ServiceView:
        return next(one for one in self.device().services if one.id == id_)

    def add(self) -> ServiceView:
        return self.writes.add(self.device(), NEW, Deadline(20))

    def added(self) -> list[ServiceView]:
        return [one for one in self.device().services if "new" in one.name]

    def asked(self, operation: str) -> int:
        return len(self.site.cloud.calls(operation=operation))


@pytest.fixture
def cabinet(simulated: Site) -> Cabinet:
    return Cabinet(simulated)


def test_one_is_added_changed_and_removed(cabinet: Cabinet) -> None:
    added = cabinet.add()
    assert {name: getattr(added, name) for name in NEW} == NEW
    changed = cabinet.writes.update(added, {"port": 2222, "enabled": False}, Deadline(20))
    assert (changed.id, changed.port, changed.enabled, changed.host) == (added.id, 2222, False, "127.0.0.1")
    cabinet.writes.remove(changed, Deadline(20))
    assert cabinet.added() == []
    assert [cabinet.asked(name) for name in ("add_service", "update_service", "remove_service")] == [1, 1, 1]


@pytest.mark.parametrize("how", ["close", "reset", "hang"])
def test_what_a_lost_answer_added_is_found_and_not_added_again(how: str, cabinet: Cabinet) -> None:
    cabinet.site.cloud.set_fault({"operation": "add_service", "fault": "lost_answer", "how": how})
    added = cabinet.add()
    assert [one.id for one in cabinet.added()] == [added.id]
    assert cabinet.asked("add_service") == 1


def test_what_a_lost_request_did_not_add_is_an_error(cabinet: Cabinet) -> None:
    cabinet.site.cloud.set_fault({"operation": "add_service", "fault": "lost_request"})
    with pytest.raises(AnswerLostError):
        cabinet.add()
    assert cabinet.added() == []
    assert cabinet.asked("add_service") <= 1


def behaving(**behaviour: Any) -> ThreadedSimulator:
    return ThreadedSimulator(configuration("127.0.0.1:9", **behaviour))


def test_no_answer_without_an_error_is_looked_into(tmp_path: Any) -> None:
    with behaving(add_answer="null") as cloud:
        cabinet = Cabinet(Site(cloud, tmp_path))
        assert cabinet.add().id == cabinet.added()[0].id


def test_a_name_behind_that_of_the_device_is_the_same_name(tmp_path: Any) -> None:
    with behaving(service_names="prefixed") as cloud:
        assert Cabinet(Site(cloud, tmp_path)).add().name == "cabinet-new"


def test_another_name_than_the_wanted_one_is_told_because_it_would_be_added_again(tmp_path: Any) -> None:
    with behaving(service_names="suffixed") as cloud:
        cabinet = Cabinet(Site(cloud, tmp_path))
        cabinet.site.cloud.update(SERVICE, name="NEW")
        with pytest.raises(RefusedError, match=r"but called it 'new-1' instead of 'new': use this name, or service_id"):
            cabinet.add()


@pytest.mark.parametrize("operation", ["add_service", "update_service", "remove_service"])
def test_a_refusal_is_told_in_its_words(operation: str, cabinet: Cabinet) -> None:
    cabinet.site.cloud.set_fault({"operation": operation, "fault": "refused", "text": "not today"})
    with pytest.raises(ApiError, match="not today"):
        {
            "add_service": cabinet.add,
            "update_service": lambda: cabinet.writes.update(cabinet.service(), {"port": 1}, Deadline(20)),
            "remove_service": lambda: cabinet.writes.remove(cabinet.service(), Deadline(20)),
        }[operation]()


def test_a_change_whose_answer_is_lost_is_made_again(cabinet: Cabinet) -> None:
    cabinet.site.cloud.set_fault({"operation": "update_service", "fault": "lost_answer", "count": 1})
    assert cabinet.writes.update(cabinet.service(), {"port": 77}, Deadline(20)).port == 77
    assert cabinet.service().port == 77


def test_a_change_of_which_no_answer_tells_is_done_if_it_is_seen(simulated: Site) -> None:
    with impatient(requests=2, pause=0.01):
        cabinet = Cabinet(simulated)
    cabinet.site.cloud.set_fault({"operation": "update_service", "fault": "lost_answer"})
    assert cabinet.writes.update(cabinet.service(), {"port": 77}, Deadline(20)).port == 77
    cabinet.site.cloud.set_fault({"operation": "update_service", "fault": "status", "status": 502})
    with pytest.raises(AnswerLostError, match="HTTP 502"):
        cabinet.writes.update(cabinet.service(), {"port": 78}, Deadline(20))


def test_a_removal_whose_answer_is_lost_is_known_to_be_done(cabinet: Cabinet) -> None:
    cabinet.site.cloud.set_fault({"operation": "remove_service", "fault": "lost_answer", "count": 1})
    service = cabinet.service()
    cabinet.writes.remove(service, Deadline(20))
    assert service.id not in [one.id for one in cabinet.device().services]


def test_what_could_not_be_removed_is_an_error(cabinet: Cabinet) -> None:
    cabinet.site.cloud.set_fault({"operation": "remove_service", "fault": "status", "status": 502})
    with pytest.raises(ApiError):
        cabinet.writes.remove(cabinet.service(), Deadline(20))
