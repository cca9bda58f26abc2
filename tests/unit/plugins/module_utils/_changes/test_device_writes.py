# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked for is done when it returns, and what was done before a failure is told."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._api.client import Client
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Clock, Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    AnswerLostError,
    NotSentError,
    RefusedError,
)
from ansible_collections.community.remoteit.plugins.module_utils._changes.device_view import DeviceView, read_device
from ansible_collections.community.remoteit.plugins.module_utils._changes.device_writes import DeviceWrites
from tests.doubles.patience import impatient
from tests.lab.site import Site
from tests.lab.world import service_id

pytestmark = pytest.mark.slow

CABINET, CELLAR = service_id(1, 0), service_id(2, 0)


class Target:
    """A device of a *site*, and the writes to it."""

    def __init__(self, site: Site, id_: str = CABINET) -> None:
        self.cloud = site.cloud
        self.done: list[str] = []
        self._id = id_
        self.graphql = Client(site.settings(request_timeout=1.0), Clock(), pytest.fail).graphql
        self.writes = DeviceWrites(self.graphql, self.device(), None, (0.0, 0.05, 0.1), self.done)

    def found(self) -> DeviceView | None:
        return read_device(self.graphql, self._id, Deadline(20)).device

    def device(self) -> DeviceView:
        found = self.found()
        assert found is not None
        return found

    def set(self, **changes: Any) -> None:
        self.writes.set_attributes(changes, Deadline(20))

    def asked(self, operation: str) -> int:
        return len(self.cloud.calls(operation=operation))


@pytest.fixture
def cabinet(simulated: Site) -> Target:
    return Target(simulated)


@pytest.fixture
def hasty(simulated: Site) -> Target:
    """One that soon gives up."""
    with impatient(requests=2, pause=0.01):
        return Target(simulated)


def test_tags_names_and_attributes_change(cabinet: Target) -> None:
    writes, deadline = cabinet.writes, Deadline(20)
    writes.add_tags(["a", "B"], deadline)
    cabinet.set(rack=7, row=[True, {"x": None}])
    writes.rename("attic", deadline)
    cabinet.set(rack=None)
    writes.remove_tags(["a"], deadline)
    now = cabinet.device()
    assert (now.name, now.tags, now.attributes) == ("attic", ("B",), {"row": [True, {"x": None}]})
    assert cabinet.done == [
        "Tags added: a, B.",
        "Attributes set: rack, row.",
        "Renamed from cabinet to attic.",
        "Attributes removed: rack.",
        "Tags removed: a.",
    ]
    assert [cabinet.asked(name) for name in ("add_tag", "set_attribute", "rename_service", "remove_tag")] == [
        1,
        2,
        1,
        1,
    ]


@pytest.mark.parametrize("operation", ["add_tag", "remove_tag", "rename_service", "set_attribute"])
@pytest.mark.parametrize("later", ["lost_answer", "refused"])
def test_a_write_of_which_no_answer_tells_is_done_if_it_is_seen(operation: str, later: str, hasty: Target) -> None:
    hasty.cloud.update(CABINET, tags=["a"] if operation == "remove_tag" else [])
    first = {"operation": operation, "fault": "lost_answer", "count": 1}
    hasty.cloud.set_fault(first, {"operation": operation, "fault": later})
    write(hasty, operation)
    assert len(hasty.done) == 1


@pytest.mark.parametrize("operation", ["add_tag", "remove_tag", "rename_service", "set_attribute"])
def test_a_write_that_was_lost_before_it_was_done_is_not_told(operation: str, hasty: Target) -> None:
    hasty.cloud.update(CABINET, tags=["a"] if operation == "remove_tag" else [])
    hasty.cloud.set_fault({"operation": operation, "fault": "status", "status": 502})
    with pytest.raises(AnswerLostError, match="HTTP 502"):
        write(hasty, operation)
    assert hasty.done == []


@pytest.mark.parametrize("operation", ["add_tag", "remove_tag", "rename_service", "set_attribute"])
def test_a_write_whose_answer_is_lost_is_made_again(operation: str, cabinet: Target) -> None:
    cabinet.cloud.set_fault({"operation": operation, "fault": "lost_answer", "count": 1})
    write(cabinet, operation)
    assert cabinet.asked(operation) == 2
    assert len(cabinet.done) == 1


@pytest.mark.parametrize("operation", ["add_tag", "remove_tag", "rename_service", "set_attribute", "delete_device"])
def test_a_refusal_is_told_in_its_words(operation: str, cabinet: Target) -> None:
    cabinet.cloud.set_fault({"operation": operation, "fault": "refused", "text": "not today"})
    with pytest.raises(RefusedError, match="not today") as caught:
        write(cabinet, operation)
    assert cabinet.done == []
    assert ("may take ADMIN in the account" in str(caught.value)) == (
        operation not in ("set_attribute", "delete_device")
    )
    assert caught.value.reason == "not today"


def test_who_is_to_slow_down_is_not_told_of_rights(cabinet: Target) -> None:
    cabinet.cloud.set_fault({"operation": "add_tag", "fault": "status", "status": 403})
    with pytest.raises(RefusedError) as caught:
        write(cabinet, "add_tag")
    assert "ADMIN" not in str(caught.value)


@pytest.mark.parametrize("operation", ["add_tag", "remove_tag", "rename_service", "delete_device"])
def test_no_answer_is_no_confirmation(operation: str, cabinet: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = cabinet.graphql.ask

    def silent(document: str, *arguments: Any, **options: Any) -> Any:
        return {} if document.startswith("mutation") else ask(document, *arguments, **options)

    monkeypatch.setattr(cabinet.graphql, "ask", silent)
    with pytest.raises(RefusedError, match="did not confirm that"):
        write(cabinet, operation)
    assert cabinet.done == []


def write(target: Target, operation: str) -> None:
    {
        "add_tag": lambda: target.writes.add_tags(["a"], Deadline(20)),
        "remove_tag": lambda: target.writes.remove_tags(["a"], Deadline(20)),
        "rename_service": lambda: target.writes.rename("x", Deadline(20)),
        "set_attribute": lambda: target.set(rack=7),
        "delete_device": lambda: target.writes.delete(Deadline(20)),
    }[operation]()


def test_a_device_is_deleted(simulated: Site) -> None:
    cellar = Target(simulated, CELLAR)
    cellar.writes.delete(Deadline(20))
    assert cellar.found() is None
    assert cellar.done == [f"Deleted: cellar ({CELLAR})."]


@pytest.mark.parametrize("how", ["close", "reset", "hang"])
def test_a_deletion_whose_answer_is_lost_is_known_to_be_done_and_not_asked_for_again(how: str, simulated: Site) -> None:
    cellar = Target(simulated, CELLAR)
    simulated.cloud.set_fault({"operation": "delete_device", "fault": "lost_answer", "how": how})
    cellar.writes.delete(Deadline(20))
    assert cellar.asked("delete_device") == 1
    assert len(cellar.done) == 1


def test_what_somebody_else_deleted_is_gone(simulated: Site) -> None:
    cellar = Target(simulated, CELLAR)
    simulated.cloud.update(CELLAR, removed=True)
    cellar.writes.delete(Deadline(20))


def test_what_is_still_there_was_not_deleted(cabinet: Target) -> None:
    with pytest.raises(RefusedError, match="Device is active"):
        cabinet.writes.delete(Deadline(20))
    cabinet.cloud.set_fault({"operation": "delete_device", "fault": "lost_request"})
    with pytest.raises((AnswerLostError, NotSentError)):
        cabinet.writes.delete(Deadline(20))
    assert cabinet.found() is not None
