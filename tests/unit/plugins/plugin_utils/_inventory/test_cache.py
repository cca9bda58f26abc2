# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept in a cache of Ansible's is what comes back, whatever a stranger's dictionary looks like to Ansible."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible.plugins.cache import CachePluginAdjudicator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._fleet.device import Device, FleetService
from ansible_collections.community.remoteit.plugins.module_utils._fleet.filter import FleetFilter
from ansible_collections.community.remoteit.plugins.plugin_utils._inventory.cache import (
    as_record,
    cache_key,
    from_record,
)
from tests.ansible_types import TYPE_KEY, TYPE_NAMES
from tests.doubles import material
from tests.doubles.fleet_hosts import DEVICE

KEYS = st.sampled_from([TYPE_KEY, "__ansible_unsafe", "__ansible_vault", "value", "tags", "name"])
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.sampled_from(TYPE_NAMES))
ATTRIBUTES = st.dictionaries(
    KEYS, st.recursive(LEAVES, lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(KEYS, below)))
)


def device(attributes: dict[str, Any]) -> Device:
    """A device whose attributes, and whose service's, are these."""
    service = FleetService(
        "80:00:00:00:00:00:00:01",
        "ssh",
        28,
        "SSH",
        "TCP",
        None,
        22,
        True,
        True,
        True,
        (),
        attributes,
        {"url": "https://a.example.com"},
    )
    return Device(
        id="80:00:00:00:00:00:00:00",
        name="pi",
        online=True,
        platform=None,
        platform_name="",
        tags=("a", "b"),
        owner="neighbour@example.com",
        shared=True,
        attributes=attributes,
        created=None,
        last_reported=None,
        external_address=None,
        hardware_id=None,
        version=None,
        configurable=False,
        permissions=("VIEW",),
        license="",
        organisation=None,
        services=(service,),
    )


def through_a_cache(directory: Path, devices: list[Device]) -> list[Device] | None:
    """*devices* after one run has written them to a file, and another one has read it."""
    options = {"_uri": str(directory), "_timeout": 60, "_prefix": ""}
    first = CachePluginAdjudicator("jsonfile", **options)
    first["fleet"] = as_record(devices)
    first.update_cache_if_changed()
    return from_record(CachePluginAdjudicator("jsonfile", **options).get("fleet"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(attributes=ATTRIBUTES)
def test_any_dictionary_comes_back_as_it_was(tmp_path: Path, attributes: dict[str, Any]) -> None:
    assert through_a_cache(tmp_path, [device(attributes)]) == [device(attributes)]


@pytest.mark.parametrize("name", TYPE_NAMES)
def test_a_dictionary_with_the_name_of_a_type_stays_one(tmp_path: Path, name: str) -> None:
    attributes = {"a": {TYPE_KEY: name, "value": "x", "tags": []}, TYPE_KEY: name}
    found = through_a_cache(tmp_path, [device(attributes)])
    assert found == [device(attributes)]
    assert {type(value) for value in found[0].attributes["a"].values()} == {str, list}


@pytest.mark.parametrize("record", [None, "", {}, {"devices": [{"id": "x"}]}, {"devices": ["{}"]}, {"devices": ["["]}])
def test_what_was_not_kept_so_is_nothing(record: Any) -> None:
    assert from_record(record) is None


def test_the_cache_gives_back_what_it_was_given() -> None:
    assert from_record(as_record([DEVICE])) == [DEVICE]
    more = {"devices": [{**DEVICE.as_result(), "more": 1}]}
    records: list[Any] = [None, {}, {"devices": [{}]}, more, [], "text"]
    for record in records:
        assert from_record(record) is None


def test_the_cache_key_tells_questions_apart_and_shows_nothing() -> None:
    settings = material.settings("/nowhere")
    wanted = FleetFilter(tags=("a",))
    keys = {
        cache_key(settings, wanted, None),
        cache_key(settings, wanted, "org"),
        cache_key(settings, replace(wanted, tags_match="all"), None),
        cache_key(settings._replace(graphql_url="https://other.example/graphql"), wanted, None),
        cache_key(settings._replace(credentials=settings.credentials._replace(key_id="OTHER")), wanted, None),
    }
    assert len(keys) == 5
    assert cache_key(settings, FleetFilter(tags=("a",)), None) in keys
    assert not any(material.KEY_ID in key for key in keys)
