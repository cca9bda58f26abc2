# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is remembered of a failure, and for how long, and that SSH does not ask in the meantime."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    ApiError,
    NotSentError,
    RefusedError,
)
from ansible_collections.community.remoteit.plugins.module_utils._connections.connections import Connections
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.failure import Failure, raise_if_believed
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Holding
from ansible_collections.community.remoteit.plugins.module_utils._registry.registry import Registry
from tests.doubles.account import Account
from tests.doubles.loopback import reply
from tests.doubles.material import KEY, SERVICE, credentials, settings

pytestmark = pytest.mark.one_core

OFFLINE = {"status": "false", "reason": "service is inactive"}
OPENED = {"connectionid": "NEW", "proxyserver": "127.0.0.1", "proxyport": 9, "reverseProxy": False}
SSH = Wanted(access=None, holder="1/1@here", by_ssh=True)
A_TASK = Wanted(access=Access())


def failure(age: float = 0.0, lasts: float = 5.0, **changes: Any) -> Failure:
    """A failure that happened *age* seconds ago."""
    at = time.time() - age
    return Failure(at, at + lasts, "me", "It is offline.", "inactive", at)._replace(**changes)


# -- how long it is believed ------------------------------------------------------------------------------------------


def test_who_asks_a_moment_later_is_told_the_same() -> None:
    with pytest.raises(ApiError, match="It is offline"):
        raise_if_believed(failure(1.0), "me")


@pytest.mark.parametrize(
    ("age", "lasts", "asker"),
    [
        (5.5, 5.0, "me"),
        (1.0, 5.0, "another"),
        # the clock was set back since
        (-60.0, 5.0, "me"),
        # nothing that was written down makes it last
        (31.0, 1e9, "me"),
    ],
    ids=["over", "another", "clock", "far off"],
)
def test_nobody_else_is_told(age: float, lasts: float, asker: str) -> None:
    known = failure(age, lasts)
    assert raise_if_believed(known, asker) == (known if asker == "me" else None)


def test_where_nothing_failed_nothing_is_told() -> None:
    assert raise_if_believed(None, "me") is None


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (RefusedError("offline", 200, "inactive"), 5),
        (NotSentError("no network"), 5),
        # a key that is refused must not be tried again and again
        (RefusedError("wrong key", 401, ""), 30),
        (RefusedError("wrong key", 403, ""), 30),
        (RefusedError("throttled", 429, "", 12.0), 12),
        (RefusedError("throttled", 429, "", 0.5), 5),
        (RefusedError("throttled", 429, "", 86400.0), 30),
    ],
)
def test_how_long_it_is_believed_depends_on_what_it_is(error: ApiError, seconds: float) -> None:
    made = Failure.of(error, "me", None)
    assert made.until - made.at == pytest.approx(seconds)
    assert made.message == str(error)


def test_an_explanation_does_not_last_for_ever() -> None:
    error = RefusedError("It is offline.", 200, "inactive")
    young, old = failure(20.0), failure(31.0)
    assert Failure.of(error, "me", young).explained_at == young.explained_at
    assert Failure.of(error, "me", old).explained_at > old.explained_at
    assert young.explains("inactive")
    assert not young.explains("disabled")
    assert not old.explains("inactive")


# -- how it is kept ---------------------------------------------------------------------------------------------------


def test_it_survives_a_file() -> None:
    made = failure()
    assert Failure.from_record(json.loads(json.dumps(made._asdict()))) == made


@pytest.mark.parametrize(
    "record",
    [
        {},
        7,
        "text",
        {**failure()._asdict(), "weather": "fine"},
        {**failure()._asdict(), "message": None},
        {**failure()._asdict(), "until": "soon"},
        {**failure()._asdict(), "at": float("nan")},
    ],
)
def test_what_cannot_be_used_is_no_loss(record: Any, tmp_path: Path) -> None:
    assert Failure.from_record(record) is None
    registry = Registry(settings(tmp_path / "registry"), pytest.fail)
    with registry.locked(SERVICE, Deadline(10)) as turn:
        turn.holding = Holding(failure=failure())
        turn.save()
    (path,) = tmp_path.rglob("*.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), "failure": record}))
    with registry.locked(SERVICE, Deadline(10)) as turn:
        assert turn.holding == Holding()


# -- what SSH makes of it ---------------------------------------------------------------------------------------------


class Site:
    """An account whose device is offline, and a registry."""

    def __init__(self, directory: Path) -> None:
        self.account = Account()
        assert self.account.service is not None
        self.account.service["online"] = False
        self.account.says["connect"] = OFFLINE
        self.directory = str(directory)

    def open(self, wanted: Wanted, **changes: Any) -> str:
        """Open as a process that has just begun; what it failed with, or the id of the connection."""
        made = self.account.settings(registry=self.directory, **changes)
        try:
            return Connections(made, pytest.fail).present(SERVICE, wanted, Deadline(20)).usable().id
        except ApiError as error:
            return str(error)

    @property
    def registry(self) -> Registry:
        return Registry(self.account.settings(registry=self.directory), pytest.fail)

    def age(self, seconds: float) -> None:
        """Let the failure have happened so many seconds earlier."""
        with self.registry.locked(SERVICE, Deadline(10)) as turn:
            known = turn.holding.failure
            assert known is not None
            turn.holding.failure = known._replace(
                at=known.at - seconds, until=known.until - seconds, explained_at=known.explained_at - seconds
            )
            turn.save()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path / "registry")
    with made.account.server:
        yield made


def test_ssh_asks_once_and_tells_the_same_sentence_from_memory(site: Site) -> None:
    told = [site.open(SSH) for _number in range(5)]
    assert site.account.asked == ["connect", "service"]
    assert set(told) == {
        f"No connection: the device of {SERVICE} is offline; check its power and network, remote.it may notice late; "
        'remote.it said "service is inactive".'
    }


def test_later_it_asks_again_and_explains_again_later_still(site: Site) -> None:
    first = site.open(SSH)
    site.age(6)
    assert site.open(SSH) == first
    assert site.account.asked == ["connect", "service", "connect"]
    site.age(30)
    assert site.open(SSH) == first
    assert site.account.asked[3:] == ["connect", "service"]
    # for other words, the explanation of these is none
    site.age(6)
    site.account.says["connect"] = {"status": "false", "reason": "service is disabled"}
    assert "service is disabled" in site.open(SSH)
    assert site.account.asked[5:] == ["connect", "service"]


def test_what_a_task_asks_is_asked_and_its_success_is_believed(site: Site) -> None:
    site.open(SSH)
    site.open(A_TASK)
    assert site.account.asked.count("connect") == 2
    # SSH is not told what a task was, and asks for itself
    assert site.registry.read(SERVICE).failure is None
    site.open(SSH)
    site.account.says["connect"] = {"status": "true", "connection": OPENED}
    assert site.open(A_TASK) == "NEW"
    assert site.registry.read(SERVICE).failure is None


def test_a_corrected_secret_is_tried_at_once(site: Site) -> None:
    site.account.says["connect"] = reply(401, {"status": "false", "reason": "wrong"})
    wrong = {"credentials": credentials(key=b"a wrong one")}
    assert "does not accept the access key" in site.open(SSH, **wrong)
    before = len(site.account.asked)
    for _number in range(5):
        assert "does not accept the access key" in site.open(SSH, **wrong)
    assert len(site.account.asked) == before
    site.account.says["connect"] = {"status": "true", "connection": OPENED}
    assert site.open(SSH) == "NEW"


def test_what_no_answer_came_to_is_remembered_as_well(site: Site) -> None:
    stop: Callable[..., None] = site.account.server.__exit__
    stop()
    told = {site.open(SSH) for _number in range(2)}
    assert len(told) == 1
    kept = site.registry.read(SERVICE).failure
    assert kept is not None
    assert kept.message in told


def test_no_secret_is_written_down(site: Site, tmp_path: Path) -> None:
    site.open(SSH)
    (record,) = [path.read_bytes() for path in tmp_path.rglob("*.json")]
    assert b"inactive" in record
    for secret in (KEY, KEY.hex().encode(), credentials().developer_key.encode()):  # type: ignore[union-attr]
        assert secret not in record
