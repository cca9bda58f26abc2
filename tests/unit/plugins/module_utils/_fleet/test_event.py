# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events as remote.it tells them, or as somebody who means no good would have them told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._fleet.event import parse_event
from tests.doubles.events import node
from tests.doubles.fleet_cloud import id_of

DEVICE = {"id": id_of(1), "name": "pi-1"}


def result(**fields: Any) -> dict[str, Any]:
    return parse_event(node(**fields)).as_result(True)


def test_a_connection() -> None:
    assert result() == {
        "id": "event-1",
        "time": "2026-02-03T04:05:06.123Z",
        "type": "DEVICE_CONNECT",
        "action": None,
        "state": "connected",
        "actor": "stranger@example.com",
        "owner": "owner@example.com",
        "users": ["neighbour@example.com"],
        "devices": [DEVICE],
        "services": [{"id": id_of(2), "name": "ssh"}],
        "session": "session-1",
        "lifetime": 60,
        "addresses": {
            "connection": "203.0.113.9",
            "source": "203.0.113.9",
            "target": None,
            "external": None,
            "internal": None,
            "source_place": "Reykjavik, Iceland",
            "target_place": "Iceland",
            "device_place": None,
        },
    }


def test_addresses_are_told_to_whom_they_are_for() -> None:
    assert "addresses" not in parse_event(node()).as_result(False)


def test_a_device_is_the_target_of_what_is_about_all_of_it() -> None:
    told = result(target=[{**DEVICE, "device": DEVICE}, {**DEVICE, "id": id_of(1).lower(), "device": DEVICE}])
    assert (told["devices"], told["services"]) == ([DEVICE], [])


def test_services_of_one_device_name_it_once() -> None:
    told = result(target=[{"id": id_of(number), "name": f"s{number}", "device": DEVICE} for number in (2, 3, 2)])
    assert told["devices"] == [DEVICE]
    assert [service["name"] for service in told["services"]] == ["s2", "s3"]


def test_what_is_gone_has_an_id() -> None:
    told = result(target=[{"id": id_of(2), "name": None, "device": None}])
    assert (told["devices"], told["services"]) == ([], [{"id": id_of(2), "name": None}])


def test_a_type_of_tomorrow_is_told_as_it_is() -> None:
    assert result(type="DEVICE_TELEPORT")["type"] == "DEVICE_TELEPORT"


def test_what_strangers_write_is_data() -> None:
    evil = "{{ evil }}\n\x1b[2J"
    told = result(
        type=evil,
        state=evil,
        action=evil,
        actor={"email": evil},
        owner={"email": evil},
        users=[{"email": evil}],
        target=[{"id": evil, "name": evil, "device": {"id": evil + "2", "name": evil}}],
        session=evil,
        address=evil,
        sourceGeo={"city": evil},
    )
    shown = json.dumps(told)
    assert "{{" not in shown and "\\n" not in shown.replace("\\\\n", "") and "\x1b" not in shown


@pytest.mark.parametrize(
    ("timestamp", "time"),
    [
        ("2026-02-03T05:05:06+01:00", "2026-02-03T04:05:06.000Z"),
        ("2026-02-03T04:05:06.9996Z", "2026-02-03T04:05:07.000Z"),
        ("soon", None),
        (None, None),
        (7, None),
        ("9999-12-31T23:59:59Z", None),
    ],
)
def test_times_are_utc(timestamp: Any, time: str | None) -> None:
    assert result(timestamp=timestamp)["time"] == time


@pytest.mark.parametrize("fields", [{"id": None}, {"id": 7}, {"id": " "}, {"type": None}, {"type": []}])
def test_what_has_no_id_or_type_is_no_event(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="its id or type is missing or of the wrong type"):
        parse_event(node(**fields))


def test_what_is_no_object_is_no_event() -> None:
    with pytest.raises(ValueError, match="it is not an object"):
        parse_event("event")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "name", "device", "email", "city"]), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(set(node()) - {"id", "type"})), JSON))
def test_whatever_else_is_told_is_no_error(fields: dict[str, Any]) -> None:
    json.dumps(parse_event(node(**fields)).as_result(True))
