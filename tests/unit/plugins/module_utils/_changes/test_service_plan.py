# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._changes.service_plan import (
    ServicePlan,
    differing,
    plan_absence,
    plan_presence,
)
from ansible_collections.community.remoteit.plugins.module_utils._changes.service_wish import ServiceWish

from .views import TYPES, device, service


def presence(there: Any, **options: Any) -> ServicePlan:
    wish = ServiceWish.from_options({**dict.fromkeys(ServiceWish._fields), **options})
    return plan_presence(wish, device(), there, TYPES)


def test_what_is_as_it_should_be_needs_nothing() -> None:
    plan = presence(service(), port=22, application="ssh")
    assert (plan.is_change, plan.cuts, plan.predicted()) == (False, False, service())
    assert plan.managed == ("application", "port")


def test_one_that_is_not_there_is_added() -> None:
    plan = presence(None, name="new", application="ssh")
    predicted = plan.predicted()
    assert plan.is_change and not plan.cuts
    assert predicted is not None
    assert (predicted.id, predicted.name, predicted.port, predicted.enabled) == ("", "new", 22, True)
    with pytest.raises(OptionError, match="application is missing"):
        presence(None, name="new")


def test_only_what_differs_is_changed() -> None:
    plan = presence(service(), port=99, application="ssh")
    assert (plan.values, plan.predicted()) == ({"port": 99}, service(port=99))
    assert presence(service(), name="other").values == {"name": "other"}


@pytest.mark.parametrize(
    ("options", "cuts", "ends"),
    [
        ({"port": 99}, True, False),
        ({"host": "10.0.0.1"}, True, False),
        ({"application": "http"}, True, False),
        ({"enabled": False}, True, True),
        ({"name": "other"}, False, False),
    ],
)
def test_what_cuts_off_who_is_connected(options: dict[str, Any], cuts: bool, ends: bool) -> None:
    plan = presence(service(), **options)
    assert (plan.cuts, plan.ends) == (cuts, ends)


def test_one_that_is_added_and_off_cuts_nobody_off() -> None:
    plan = presence(None, name="new", application="ssh", enabled=False)
    assert (plan.cuts, plan.ends) == (False, False)


def test_to_remove_what_is_there_ends_it() -> None:
    plan = plan_absence(service())
    assert (plan.is_change, plan.cuts, plan.ends, plan.predicted()) == (True, True, True, None)
    nothing = plan_absence(None)
    assert (nothing.is_change, nothing.cuts, nothing.predicted()) == (False, False, None)


def test_the_device_afterwards() -> None:
    pi = device(service(1), service(2))
    assert plan_absence(service(1)).applied(pi, None).services == (service(2),)
    changed = presence(service(1), port=99)
    assert set(changed.applied(pi, changed.predicted()).services) == {service(1, port=99), service(2)}
    assert len(presence(None, name="new", application="ssh").applied(pi, service(3)).services) == 3


EVERYTHING: dict[str, Any] = {
    "name": "page",
    "application": 7,
    "host": "printer.local",
    "port": 8080,
    "enabled": False,
}


def test_what_differs_is_told() -> None:
    assert differing(EVERYTHING, device(), service()) == EVERYTHING
    assert differing(EVERYTHING, device(), service(**EVERYTHING)) == {}
    assert differing({"port": 8080}, device(), service(**{**EVERYTHING, "port": 22})) == {"port": 8080}


@pytest.mark.parametrize(("wanted", "there"), [("127.0.0.1", None), ("127.0.0.1", ""), ("Printer", "printer")])
def test_hosts_that_are_the_same(wanted: str, there: str | None) -> None:
    assert differing({"host": wanted}, device(), service(host=there)) == {}


@pytest.mark.parametrize(("wanted", "there"), [("localhost", "127.0.0.1"), ("10.0.0.1", None)])
def test_hosts_that_are_not(wanted: str, there: str | None) -> None:
    assert differing({"host": wanted}, device(), service(host=there)) == {"host": wanted}


@pytest.mark.parametrize(("wanted", "there"), [("ssh", "pi-ssh"), ("ssh", "PI ssh"), ("pi-ssh", "ssh")])
def test_a_name_behind_that_of_the_device_is_the_same_name(wanted: str, there: str) -> None:
    assert differing({"name": wanted}, device(), service(name=there)) == {}
    assert differing({"name": "other"}, device(), service(name=there)) == {"name": "other"}


@pytest.mark.parametrize("taken", ["SSH", "ssh", "pi-SSH"])
def test_no_service_gets_a_name_that_another_one_has(taken: str) -> None:
    pi = device(service(1, name="web"), service(2, name=taken))
    wish = ServiceWish.from_options({**dict.fromkeys(ServiceWish._fields), "name": "Ssh", "application": "ssh"})
    for there in (None, pi.services[0]):
        with pytest.raises(OptionError, match="name='Ssh' is too much like that of service"):
            plan_presence(wish, pi, there, TYPES)
    assert plan_presence(wish, pi, service(3, name="Ssh"), TYPES).before


def test_a_service_may_get_its_own_name_in_another_case() -> None:
    assert presence(service(1, name="ssh"), name="SSH").values == {"name": "SSH"}
