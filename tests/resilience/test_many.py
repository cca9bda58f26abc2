# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task for several services: one result for each in their order, few questions, and what fails stops no other."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._tasks import connection as connection_task
from tests.doubles.watch import Watch
from tests.lab.site import OFFLINE, PAGE, SERVICE, SERVICES, Site

pytestmark = pytest.mark.either_registry

APIS = ["rest", "graphql"]


def calls(site: Site, since: int = 0) -> dict[str, int]:
    """How often each operation was asked for, but for the first *since* calls."""
    names = [call["operation"] for call in site.cloud.calls()[since:]]
    return {name: names.count(name) for name in sorted(set(names))}


def many(site: Site, *services: Any, **options: Any) -> dict[str, Any]:
    return site.task(service_id=None, services=list(services), **options)


def asked(result: dict[str, Any], key: str) -> list[Any]:
    return [one.get(key) for one in result["services"]]


@pytest.mark.parametrize("api", APIS)
def test_all_are_opened_used_again_and_closed(api: str, site: Site) -> None:
    order = [SERVICES[2], SERVICES[0].lower(), SERVICES[1]]
    foretold = many(site, *order, api=api, check=True)
    assert (calls(site), foretold["msg"], foretold["changed"]) == ({}, "3 services: 3 would be opened.", True)
    opened = many(site, *order, api=api)
    assert (opened["changed"], opened["msg"]) == (True, "3 services: 3 opened.")
    assert asked(opened, "service_id") == [SERVICES[2], SERVICES[0], SERVICES[1]]
    assert {one["connection"]["id"] for one in opened["services"]} == set(site.open_ids())
    for one in opened["services"]:
        alone = site.task(api=api, service_id=one["service_id"])
        assert alone["connection"]["id"] == one["connection"]["id"]
        assert {*one} - {*alone} == {"service_id", "failed", "skipped", "error"}
    again = many(site, *order, api=api)
    assert (again["changed"], again["msg"]) == (False, "3 services: 3 open already.")
    assert [one["id"] for one in asked(again, "connection")] == [one["id"] for one in asked(opened, "connection")]
    assert calls(site) == {"connect": 3}
    foretold = many(site, *order, api=api, state="absent", check=True)
    closed = many(site, *order, api=api, state="absent")
    assert (foretold["msg"], closed["msg"]) == ("3 services: 3 would be closed.", "3 services: 3 closed.")
    assert (
        sorted(foretold["closed"])
        == sorted(closed["closed"])
        == sorted(one["id"] for one in asked(again, "connection"))
    )
    assert (closed["changed"], site.open_ids(), asked(closed, "connection")) == (True, [], [None] * 3)
    assert closed["diff"]["after"] == {service: [] for service in asked(closed, "service_id")}
    nothing = many(site, *order, api=api, state="absent")
    assert (nothing["changed"], nothing["msg"]) == (False, "3 services: 3 closed already.")
    assert site.warnings == []


@pytest.mark.parametrize("api", APIS)
def test_those_that_must_be_checked_are_read_at_once(api: str, site: Site) -> None:
    many(site, *SERVICES[:2], api=api)
    before = len(site.cloud.calls())
    assert many(site, *SERVICES, api=api, verify_after=0)["msg"] == "3 services: 1 opened, 2 open already."
    assert calls(site, before) == {"connect": 1, "query": 1}
    before = len(site.cloud.calls())
    many(site, *SERVICES, api=api, state="absent")
    assert sum(calls(site, before).values()) == 4
    assert calls(site, before)["query"] == 1


def test_what_vanished_is_opened_anew(site: Site) -> None:
    opened = many(site, *SERVICES)
    site.cloud.close(opened["services"][1]["connection"]["id"])
    # what is listed late counts as open for a while
    site.cloud.advance(30, wall=True)
    again = many(site, *SERVICES, verify_after=0)
    ids = [[one["id"] for one in asked(result, "connection")] for result in (opened, again)]
    assert [old == new for old, new in zip(*ids, strict=True)] == [True, False, True]
    assert (asked(again, "changed"), set(site.open_ids())) == ([False, True, False], set(ids[1]))


def test_each_may_have_an_access_of_its_own(site: Site) -> None:
    result = many(
        site,
        SERVICES[0],
        {"service_id": SERVICES[0], "access": "public"},
        {"service_id": SERVICES[1], "client_ip": "127.0.0.8"},
        {"service_id": SERVICES[2], "access": "latching"},
        {"service_id": SERVICES[2], "access": "restricted"},
        access="restricted",
        client_ip="127.0.0.9",
    )
    modes = [(one["access"], one["client_ip"]) for one in asked(result, "connection")]
    own, other = ("restricted", "127.0.0.9"), ("restricted", "127.0.0.8")
    assert modes == [own, ("public", None), other, ("latching", None), own]
    assert len(site.open_ids()) == 5
    (warning,) = site.warnings
    assert warning.startswith(f"{SERVICES[0]}: access=public lets anyone")


def test_one_that_fails_ends_the_task_and_what_succeeded_is_known(site: Site) -> None:
    result = many(site, SERVICES[0], OFFLINE, *SERVICES[1:], concurrency=1)
    assert (result["failed"], result["changed"]) == (True, True)
    assert asked(result, "failed") == [False, True, False, False]
    assert asked(result, "skipped") == [False, False, True, True]
    assert result["services"][0]["connection"]["id"] in site.open_ids()
    assert "offline" in result["services"][1]["msg"]
    assert result["msg"].startswith(f"4 services: 1 opened, 1 failed, 2 not begun. {OFFLINE}: No connection: ")
    assert (len(site.open_ids()), site.warnings) == (1, [])


def test_one_that_fails_can_be_passed_over(site: Site) -> None:
    result = many(site, SERVICES[0], OFFLINE, *SERVICES[1:], concurrency=1, on_error="continue")
    assert "failed" not in result
    assert asked(result, "failed") == [False, True, False, False]
    assert result["msg"].startswith(f"4 services: 3 opened, 1 failed. {OFFLINE}: No connection: ")
    assert site.warnings == [result["msg"]]
    assert len(site.open_ids()) == 3


def test_what_cannot_be_closed_keeps_nothing_else_open(site: Site) -> None:
    many(site, *SERVICES)
    site.cloud.set_fault({"operation": "stop", "fault": "refused", "count": 1})
    result = many(site, *SERVICES, state="absent", concurrency=1)
    assert (result["failed"], asked(result, "failed")) == (True, [True, False, False])
    assert len(site.open_ids()) == len(result["services"]) - len(result["closed"]) == 1
    assert many(site, *SERVICES, state="absent")["msg"] == "3 services: 1 closed, 2 closed already."


def test_only_so_many_are_opened_at_a_time(site: Site) -> None:
    site.cloud.set_fault({"operation": "connect", "fault": "latency", "seconds": 0.5})
    seconds = {}
    for concurrency in (1, 3):
        begun = time.monotonic()
        assert many(site, *SERVICES, concurrency=concurrency)["changed"]
        seconds[concurrency] = time.monotonic() - begun
        many(site, *SERVICES, state="absent")
    # one after the other takes three times as long, and nothing else takes long
    assert seconds[1] >= 1.5
    assert seconds[3] < seconds[1]


def test_all_together_have_the_time_of_one_task(site: Site) -> None:
    site.cloud.set_fault({"operation": "connect", "fault": "lost_request", "how": "hang"})
    begun = time.monotonic()
    result = many(site, *SERVICES, concurrency=1, on_error="continue", timeout=1.0)
    assert time.monotonic() - begun < 6
    assert asked(result, "failed") == [True] * 3
    assert site.open_ids() == []


def test_the_registry_is_asked_whether_nothing_can_be_listed(site: Site) -> None:
    many(site, *SERVICES)
    site.cloud.set_fault({"wire": "graphql", "fault": "status", "status": 403})
    before = len(site.cloud.calls())
    result = many(site, *SERVICES, verify_after=0)
    # the proxies answer
    assert (result["msg"], site.warnings) == ("3 services: 3 open already.", [])
    # each dialect was tried once, not once for each service
    assert len(site.cloud.calls()) - before == 2


def test_progress_is_told(site: Site) -> None:
    seen: list[tuple[int, int]] = []
    defaults = {name: spec.get("default") for name, spec in connection_task.argument_spec().items()}
    params = {**defaults, **site.options(), "services": SERVICES}
    connection_task.run(params, False, site.warnings.append, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_the_run_holds_them_all(site: Site) -> None:
    defaults = {name: spec.get("default") for name, spec in connection_task.argument_spec().items()}
    params = {**defaults, **site.options(), "services": SERVICES, "close": "at_end"}
    run = process_name(os.getpid())
    watch = Watch(run)
    connection_task.run(params, False, site.warnings.append, watch)
    assert len(watch.watched) == 1
    told = sorted((connection.service_id, opened) for connection, opened in watch.remembered)
    assert told == [(service, True) for service in sorted(SERVICES)]
    for service in SERVICES:
        (held,) = site.registry().read(service).connections
        assert (held.kept, held.holders) == (False, (run,))


def test_none_at_all_is_no_change(site: Site) -> None:
    result = many(site)
    assert (result["changed"], result["services"], result["msg"]) == (False, [], "0 services: nothing to do.")
    assert calls(site) == {}


BAD: list[tuple[list[Any], dict[str, Any], str]] = [
    ([SERVICE, "kitchen"], {}, "item 2 of services: service_id='kitchen' is not a service id"),
    ([{"service_id": "kitchen"}], {"state": "absent"}, "item 1 of services: service_id='kitchen'"),
    (
        [7],
        {},
        "item 1 of services: service_id='7' is not a service id: eight hex octets such as 80:00:00:00:01:02:03:04",
    ),
    ([None], {}, "item 1 of services, 'None', is neither"),
    ([[SERVICE]], {}, "is neither"),
    ([{"access": "public"}], {}, "is neither"),
    ([{"service_id": SERVICE, "mode": "public"}], {}, "is neither"),
    ([{"service_id": SERVICE, "client_ip": 7}], {}, "is neither"),
    (
        [{"service_id": SERVICE, "access": "private"}],
        {},
        "item 1 of services: access='private' is not a mode: give one of",
    ),
    ([{"service_id": SERVICE, "access": "restricted"}], {}, "item 1 of services: access=restricted needs client_ip"),
    ([{"service_id": SERVICE, "client_ip": "127.0.0.9"}], {}, "item 1 of services: client_ip=127.0.0.9 has no effect"),
    ([SERVICE], {"access": "restricted"}, "access=restricted needs client_ip"),
    ([SERVICE, SERVICE.lower()], {"force": True}, f"services lists {SERVICE} 2 times: list it once"),
    ([SERVICE], {"concurrency": 0}, "concurrency=0 would open nothing: give 1 or more"),
    (
        [SERVICE],
        {"connection_id": "x", "state": "absent"},
        "connection_id is about one service: set service_id, or leave",
    ),
    ([SERVICE], {"set_host_vars": True}, "set_host_vars is about one service"),
]


@pytest.mark.parametrize(("services", "options", "message"), BAD)
def test_bad_input_is_named_and_nothing_is_done(
    services: list[Any], options: dict[str, Any], message: str, site: Site
) -> None:
    with pytest.raises(OptionError) as caught:
        many(site, *services, **options)
    assert message in str(caught.value)
    assert calls(site) == {}


@pytest.mark.parametrize(
    "fault", [{"fault": "lost_answer", "how": "reset"}, {"fault": "status", "status": 502, "committed": True}]
)
@pytest.mark.parametrize("api", APIS)
def test_lost_answers_leave_one_connection_for_each(fault: dict[str, Any], api: str, site: Site) -> None:
    site.cloud.set_fault({"operation": "connect", "count": 2, **fault})
    result = many(site, *SERVICES, api=api)
    assert result["msg"] == "3 services: 3 opened."
    assert {one["connection"]["id"] for one in result["services"]} == set(site.open_ids())


def test_web_pages_are_opened_with_the_others(site: Site) -> None:
    result = many(site, SERVICE, PAGE)
    assert [one["type"] for one in asked(result, "connection")] == ["port", "reverse"]
    (warning,) = site.warnings
    assert warning.startswith(f"access=latching has no effect on {PAGE}")


def test_warnings_are_told_in_short(site: Site) -> None:
    result = many(
        site, *([{"service_id": PAGE, "client_ip": f"127.0.0.{n}", "access": "restricted"} for n in range(1, 9)])
    )
    assert result["msg"] == "8 services: 1 opened, 7 open already."
    assert len(site.warnings) == 6
    assert site.warnings[-1] == "3 more like these are not shown."
