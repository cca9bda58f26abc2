# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who else was connected, and how a recap tells it."""

from __future__ import annotations

from typing import Any

from ansible_collections.community.remoteit.plugins.module_utils._fleet.event import parse_event
from ansible_collections.community.remoteit.plugins.plugin_utils._run.others import connections
from ansible_collections.community.remoteit.plugins.plugin_utils._run.recap import lines_of_others
from tests.doubles.events import node
from tests.doubles.fleet_cloud import id_of

SSH = id_of(2)
BEGAN, ENDED = "2026-02-03T04:05:06Z", "2026-02-03T04:05:09Z"


def told(*nodes: dict[str, Any]) -> list[dict[str, Any]]:
    """What is told of events, which are the oldest first here."""
    return connections([parse_event(one) for one in reversed(nodes)], [SSH])


def test_the_two_events_of_a_connection_are_one_line() -> None:
    others = told(node(1), node(4, state="disconnected"))
    assert others == [{"service_id": SSH, "by": "stranger@example.com", "began": BEGAN, "ended": ENDED}]
    services = [{"service_id": SSH, "hosts": ["pi", "pi-alias"]}]
    assert lines_of_others(others, services) == [
        f"pi pi-alias {SSH} : stranger@example.com was connected since {BEGAN} until {ENDED}"
    ]


def test_what_lasts_and_what_began_before() -> None:
    others = told(node(1), node(4, state="disconnected", session="other", actor=None))
    assert lines_of_others(others, [{"service_id": SSH, "hosts": []}]) == [
        f"{SSH} : stranger@example.com has been connected since {BEGAN}",
        f"{SSH} : somebody was connected until {ENDED}",
    ]


def test_connections_are_told_apart_without_a_session() -> None:
    assert len(told(node(1, session=None), node(2, session=None))) == 2


def test_other_services_are_left_out() -> None:
    assert told(node(1, target=[{"id": id_of(7), "name": "x", "device": None}]), node(2, target=[])) == []
