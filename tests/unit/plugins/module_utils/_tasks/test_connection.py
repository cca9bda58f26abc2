# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task that opens and closes: what its options ask for, and which of them contradict each other."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    OptionError,
    RegistryError,
    RemoteItError,
)
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._tasks import connection
from tests.doubles.account import listed
from tests.doubles.held import Site
from tests.doubles.loopback import Exchange, reply
from tests.doubles.material import SERVICE
from tests.doubles.task import parameters
from tests.doubles.watch import Watch

NOTHING = Watch(AssertionError("nothing is watched"))


def run(site: Site, *, check: bool = False, watch: connection.Watch | None = None, **options: Any) -> dict[str, Any]:
    given = parameters(connection.argument_spec(), site.settings, **{"service_id": SERVICE, **options})
    return connection.run(given, check, site.warnings.append, watch)


def refused(site: Site, **options: Any) -> str:
    with pytest.raises(OptionError) as caught:
        run(site, watch=NOTHING, **options)
    assert site.account.asked == []
    return str(caught.value)


def test_what_is_opened_once_is_used_again_and_closed_once(site: Site) -> None:
    foretold = run(site, check=True)
    assert (foretold["changed"], foretold["connection"]["id"], site.account.asked) == (True, None, [])
    opened = run(site)
    assert (opened["changed"], opened["connection"]["id"], opened["closed"]) == (True, "NEW", [])
    assert opened["diff"]["before"] == {"connections": []}
    again = run(site)
    assert (again["changed"], again["connection"]["id"]) == (False, "NEW")
    assert site.account.asked.count("connect") == 1
    closed = run(site, state="absent")
    assert (closed["changed"], closed["closed"], "connection" in closed) == (True, ["NEW"], False)
    assert run(site, state="absent")["changed"] is False


def test_what_is_opened_belongs_to_who_asked(site: Site) -> None:
    watch = Watch(process_name(os.getpid()))
    run(site, watch=watch)
    assert site.held() == {"NEW": (True, ())}
    run(site, state="absent")
    run(site, watch=watch, close="at_end")
    assert site.held() == {"NEW": (False, (process_name(os.getpid()),))}
    assert [settings.rest_url for settings in watch.watched] == [site.settings.rest_url] * 2
    run(site, check=True, watch=NOTHING, close="at_end")


@pytest.mark.parametrize(
    ("options", "watched", "stays"),
    [
        ({}, True, True),
        ({"set_host_vars": True}, True, False),
        ({"set_host_vars": True, "close": "never"}, True, True),
        # in a task that was sent to another host, nobody sees the end of the run
        ({"set_host_vars": True}, False, True),
    ],
)
def test_what_the_variables_of_a_host_lead_to_ends_with_the_run_like_them(
    options: dict[str, Any], watched: bool, stays: bool, site: Site
) -> None:
    name = process_name(os.getpid())
    run(site, watch=Watch(name) if watched else None, **options)
    assert site.held() == {"NEW": (True, ()) if stays else (False, (name,))}


def test_what_is_claimed_is_told_to_who_watches(site: Site) -> None:
    watch = Watch(process_name(os.getpid()))
    for close in ("at_end", "never"):
        run(site, watch=watch, close=close)
    run(site, check=True, watch=NOTHING, force=True)
    assert [(item.id, item.kept, opened) for item, opened in watch.remembered] == [
        ("NEW", False, True),
        ("NEW", True, False),
    ]


def test_a_run_that_cannot_be_watched_can_still_open_what_is_to_stay(site: Site) -> None:
    watch = Watch(RegistryError("no room."))
    assert run(site, watch=watch)["changed"]
    with pytest.raises(RemoteItError, match="no room"):
        run(site, watch=watch, close="at_end")


def test_ssh_cannot_use_a_reverse_proxy_so_it_is_closed_again(site: Site) -> None:
    def connect(exchange: Exchange) -> None:
        assert site.account.sessions is not None
        site.account.sessions.append(listed("NEW", time.time()))
        address = {"connectionid": "NEW", "reverseProxy": True, "proxyURL": "abc.p18.rt3.io"}
        reply(200, {"status": "true", "connection": address})(exchange)

    site.account.says["connect"] = connect
    with pytest.raises(OptionError, match="set_host_vars=true needs a service that SSH can use"):
        run(site, set_host_vars=True)
    assert (site.held(), site.account.closed) == ({}, ["NEW"])
    # what was open before stays open
    assert run(site)["connection"]["type"] == "reverse"
    with pytest.raises(OptionError, match="set_host_vars"):
        run(site, set_host_vars=True)
    assert list(site.held()) == ["NEW"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"connection_id": "A"}, "connection_id names a connection to close: set state=absent"),
        ({"state": "absent", "close": "at_end"}, "close=at_end says when to close what is opened: set state=present"),
        ({"state": "absent", "set_host_vars": True}, "set_host_vars=true needs an open connection: set state=present"),
        ({"state": "absent", "connection_id": "-A"}, "connection_id='-A'"),
        ({"services": [SERVICE], "connection_id": "A"}, "connection_id is about one service: set service_id"),
        ({"services": [SERVICE], "set_host_vars": True}, "set_host_vars is about one service: set service_id"),
        ({"min_remaining": -1}, "min_remaining=-1 is negative"),
        ({"verify_after": -1}, "verify_after=-1 is negative"),
        ({"timeout": 0.0}, "timeout=0"),
        ({"access": "restricted"}, "client_ip"),
    ],
)
def test_what_contradicts_itself_is_refused_before_anything_is_asked(
    options: dict[str, Any], sentence: str, site: Site
) -> None:
    assert sentence in refused(site, **options)


def test_nobody_can_close_at_the_end_of_a_run_that_is_not_here(site: Site) -> None:
    with pytest.raises(OptionError, match="close=at_end can be kept in the controller only"):
        run(site, close="at_end")


def test_several_services_get_a_result_each(site: Site) -> None:
    result = run(site, service_id=None, services=[SERVICE], watch=None)
    assert (result["changed"], result["msg"]) == (True, "1 services: 1 opened.")
