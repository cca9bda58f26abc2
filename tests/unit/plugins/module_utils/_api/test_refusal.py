# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a connection was refused."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RefusedError
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from tests.doubles import loopback
from tests.doubles.account import ME, Account, refusal
from tests.doubles.material import OTHER_SERVICE, SERVICE

pytestmark = pytest.mark.slow


def opened(account: Account, api: str = "rest", seconds: float = 60) -> Any:
    return account.client(api=api).open(SERVICE, Access(), True, Deadline(seconds))


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (None, f"{SERVICE} is not a service that this access key can see"),
        ({"can": False}, "not connect to, the service"),
        ({"enabled": False}, f"the service {SERVICE} is disabled"),
        ({"online": False}, f"the device of {SERVICE} is offline"),
        # the first reason is the one to mend first
        ({"can": False, "enabled": False, "online": False}, "not connect to, the service"),
    ],
)
@pytest.mark.parametrize("api", ["rest", "graphql"])
def test_a_refusal_is_explained_by_the_state_of_the_service(
    api: str, state: dict[str, Any] | None, why: str, account: Account
) -> None:
    account.says["connect"] = {"status": "false", "reason": "[0861]"}
    account.says["open"] = {"errors": [{"message": "[0861]"}]}
    account.service = None if state is None else {**(account.service or {}), **state}
    error = refusal(lambda: opened(account, api))
    assert why in str(error)
    assert 'remote.it said "[0861]"' in str(error)
    assert (error.status, error.reason) == (200, "[0861]")


DEVICE: dict[str, Any] = {
    "id": SERVICE.lower(),
    "name": "pi\x1b",
    "services": [
        {"id": SERVICE, "name": "pi"},
        {"id": OTHER_SERVICE.lower(), "name": "ssh"},
        {"id": "A", "name": None},
    ],
}
IS_DEVICE = f"service_id={SERVICE} is the id of the device pi\\x1b, not of a service; give the id of a service of it: "


@pytest.mark.parametrize("is_service_too", [True, False])
@pytest.mark.parametrize(
    ("services", "said"),
    [(DEVICE["services"], f"ssh ({OTHER_SERVICE}),  (A)"), ([], "it has none that this access key can see")],
)
def test_the_id_of_a_device_is_told_with_those_of_its_services(
    services: list[Any], said: str, is_service_too: bool, account: Account
) -> None:
    account.says["connect"] = {"status": "false", "reason": "[0861]"}
    account.says["device"] = {"data": {"login": {"id": ME, "device": [{**DEVICE, "services": services}]}}}
    if not is_service_too:
        account.service = None
    sentence = IS_DEVICE + said
    assert str(refusal(lambda: opened(account))) == f'No connection: {sentence}; remote.it said "[0861]".'


@pytest.mark.parametrize(
    "answer",
    [
        # that of a service
        {"data": {"login": {"id": ME, "device": [{**DEVICE, "id": OTHER_SERVICE}]}}},
        {"data": {"login": {"id": ME, "device": None}}},
        {"data": {"login": {"id": ME, "device": "nonsense"}}},
        {"errors": [{"message": "no"}]},
    ],
)
def test_what_may_be_no_device_is_not_called_one(answer: Any, account: Account) -> None:
    account.says["connect"] = {"status": "false", "reason": "[0861]"}
    account.says["device"] = answer
    account.service = None
    assert f"{SERVICE} is not a service that this access key can see" in str(refusal(lambda: opened(account)))


def test_a_refusal_that_the_state_does_not_explain_stays_as_it_is(account: Account) -> None:
    account.says["connect"] = {"status": "false", "reason": "quota"}
    assert str(refusal(lambda: opened(account))) == 'remote.it refused device/connect: "quota".'


@pytest.mark.parametrize("status", [500, 403, 200])
def test_a_refusal_stays_as_it_is_when_the_state_cannot_be_read(status: int, account: Account) -> None:
    account.says["connect"] = {"status": "false", "reason": "quota"}
    account.says["service"] = loopback.reply(status, {"errors": [{"message": "no"}]})
    with pytest.raises(RefusedError, match="quota"):
        opened(account, seconds=1)


def test_an_http_status_speaks_for_itself(account: Account) -> None:
    account.says["connect"] = loopback.reply(404, {"reason": "no such path"})
    assert refusal(lambda: opened(account)).status == 404
    assert account.asked == ["connect"]
