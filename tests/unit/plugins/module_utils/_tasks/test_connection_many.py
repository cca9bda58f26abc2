# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list of services in one task, each with a wish of its own; more of it in tests/resilience/test_many.py."""

from __future__ import annotations

import os
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._connections.connections import Connections
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._tasks.connection import no_progress
from ansible_collections.community.remoteit.plugins.module_utils._tasks.connection_many import Bulk, run_many
from tests.doubles.held import Site, made
from tests.doubles.material import OTHER_SERVICE, SERVICE

ME = process_name(os.getpid())
OPTIONS = {"access": None, "client_ip": None, "hostip": None}


def run(site: Site, *services: Any, wanted: Wanted | None, check: bool = False, **options: Any) -> dict[str, Any]:
    bulk = Bulk(
        concurrency=options.pop("concurrency", 1),
        stops_at_failure=options.pop("stops_at_failure", True),
        deadline=Deadline(20),
        check_mode=check,
        warn=site.warnings.append,
        progress=options.pop("progress", no_progress),
    )
    connections = Connections(site.settings, site.warnings.append, check_mode=check)
    return run_many({**OPTIONS, **options, "services": list(services)}, wanted, connections, bulk)


def opened(site: Site, *services: Any, force: bool = False, **how: Any) -> dict[str, Any]:
    return run(site, *services, wanted=Wanted(access=None, force=force), **how)


def test_each_is_opened_as_it_says_itself_or_else_as_the_task_does(site: Site) -> None:
    other = {"service_id": SERVICE, "client_ip": "203.0.113.7"}
    everybody = {"service_id": SERVICE, "access": "public"}
    result = opened(site, SERVICE, other, everybody, access="restricted", client_ip="203.0.113.9")
    assert site.hostips == ["203.0.113.9", "203.0.113.7", "0.0.0.0"]
    modes = [(one["connection"]["access"], one["connection"]["client_ip"]) for one in result["services"]]
    assert modes == [("restricted", "203.0.113.9"), ("restricted", "203.0.113.7"), ("public", None)]


def test_what_would_be_done_is_only_told(site: Site) -> None:
    site.hold(made("A"))
    assert opened(site, SERVICE, check=True)["msg"] == "1 services: 1 open already."
    foretold = run(site, SERVICE, wanted=None, check=True)
    assert (foretold["msg"], foretold["closed"]) == ("1 services: 1 would be closed.", ["A"])
    assert site.account.closed == []
    assert run(site, SERVICE, wanted=None)["msg"] == "1 services: 1 closed."
    assert run(site, SERVICE, wanted=None)["msg"] == "1 services: 1 closed already."
    assert opened(site, SERVICE, check=True)["msg"] == "1 services: 1 would be opened."


def test_what_fails_is_told_and_what_comes_after_it_is_not_begun(site: Site) -> None:
    site.account.says["connect"] = {"status": "false", "reason": "not today"}
    result = opened(site, SERVICE, SERVICE)
    assert (result["failed"], result["changed"]) == (True, False)
    first, second = result["services"]
    assert (first["failed"], first["skipped"], second["failed"], second["skipped"]) == (True, False, False, True)
    assert second["msg"] == "It was not begun, because another one failed."
    assert result["msg"].startswith("2 services: 1 failed, 1 not begun. ") and "not today" in result["msg"]
    assert result["error"] == first["error"] == {"kind": "refused", "status": 200, "reason": "not today"}


def test_whom_a_warning_is_about_is_told_once(site: Site) -> None:
    opened(site, SERVICE, access="public")
    (warning,) = site.warnings
    assert warning.startswith(f"{SERVICE}: access=public lets anyone")
    site.warnings.clear()
    address = {"connectionid": "WEB", "reverseProxy": True, "proxyURL": "abc.p18.rt3.io"}
    site.account.says["connect"] = {"status": "true", "connection": address}
    opened(site, SERVICE)
    (warning,) = site.warnings
    assert warning.startswith("access=latching has no effect on") and warning.count(SERVICE) == 1


def test_what_fails_may_be_passed_over_with_a_warning(site: Site) -> None:
    site.account.says["connect"] = {"status": "false", "reason": "not today"}
    result = opened(site, SERVICE, SERVICE, stops_at_failure=False)
    assert "failed" not in result
    assert site.warnings == [result["msg"]]
    assert result["msg"].startswith("2 services: 2 failed. ")


def test_progress_is_told_with_how_many_there_are(site: Site) -> None:
    told: list[tuple[int, int]] = []
    opened(site, SERVICE, SERVICE, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_none_at_all_is_nothing_to_do(site: Site) -> None:
    result = opened(site)
    assert (result["changed"], result["msg"], result["services"]) == (False, "0 services: nothing to do.", [])


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        (None, "item 2 of services, 'None', is neither the id of a service nor a dictionary"),
        (["a"], "is neither the id of a service nor a dictionary"),
        ({}, "is neither the id of a service nor a dictionary"),
        ({"service_id": SERVICE, "port": "22"}, "is neither the id of a service nor a dictionary"),
        ({"service_id": SERVICE, "access": ["public"]}, "is neither the id of a service nor a dictionary"),
        ({"service_id": SERVICE, "access": "open"}, "item 2 of services: access='open' is not a mode: give one of"),
        ({"service_id": SERVICE, "access": "restricted"}, "item 2 of services: "),
        ("not an id", "item 2 of services: service_id='not an id'"),
        (12345678, "item 2 of services: "),
    ],
)
def test_what_is_no_wish_is_named_by_its_number_before_anything_is_opened(item: Any, sentence: str, site: Site) -> None:
    with pytest.raises(OptionError) as caught:
        opened(site, SERVICE, item)
    assert sentence in str(caught.value)
    assert site.account.asked == []


def test_what_is_forced_must_be_listed_once(site: Site) -> None:
    with pytest.raises(OptionError, match=f"because services lists {SERVICE} 2 times: list it once"):
        opened(site, SERVICE, OTHER_SERVICE, SERVICE.lower(), force=True)
    with pytest.raises(OptionError, match="concurrency=0"):
        opened(site, SERVICE, concurrency=0)
    assert site.account.asked == []


def test_a_wish_of_the_task_is_that_of_each(site: Site) -> None:
    result = run(site, SERVICE, wanted=Wanted(Access(), holder=ME))
    assert (result["changed"], site.held()) == (True, {"NEW": (False, (ME,))})
