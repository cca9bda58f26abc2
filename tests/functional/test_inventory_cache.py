# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cache: used when wanted, read anew when asked to, and free of what must not be kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.lab.world import KEY_ID, SECRET

from .fleet_lab import KITCHEN, ORGANISATION, Fleet
from .tasks import show

KITCHEN_DEVICE = KITCHEN[:-2] + "00"


@pytest.fixture
def cached(tmp_path: Path) -> dict[str, Any]:
    """Options that keep the fleet in files."""
    return {
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(tmp_path / "cache"),
        "connect": "open",
        "name": "pi-kitchen",
    }


def reads(fleet: Fleet) -> int:
    """How often the fleet was read."""
    return [call["operation"] for call in fleet.cloud.calls()].count("query")


@pytest.mark.one_core
def test_a_hit_asks_nothing_and_keeps_neither_key_nor_address(fleet: Fleet, cached: dict[str, Any]) -> None:
    first = fleet.listed({**cached, "connect": "none"})
    count = reads(fleet)
    assert fleet.listed({**cached, "connect": "none"}) == first
    assert reads(fleet) == count
    (address,) = fleet.listed(cached).hosts.values()
    (kept,) = Path(cached["cache_connection"]).iterdir()
    content = kept.read_text()
    assert json.loads(content)
    for secret in (SECRET, KEY_ID, address["remoteit_connection"]["id"], str(address["ansible_port"])):
        assert secret not in content + kept.name


@pytest.mark.one_core
def test_addresses_are_never_from_the_cache(fleet: Fleet, cached: dict[str, Any]) -> None:
    (first,) = fleet.listed(cached).hosts.values()
    fleet.cloud.close(first["remoteit_connection"]["id"])
    fleet.lab.reset()
    (second,) = fleet.listed(cached).hosts.values()
    assert second["remoteit_connection"]["id"] != first["remoteit_connection"]["id"]


@pytest.mark.one_core
def test_what_changes_the_answer_changes_the_key(fleet: Fleet, cached: dict[str, Any]) -> None:
    seen = set()
    for changes in ({}, {"name": "garage"}, {"account": ORGANISATION, "name": "acme"}, {"state": "offline"}):
        seen.add(frozenset(fleet.listed({**cached, "connect": "none", **changes}).hosts))
    assert len(seen) == 4


@pytest.mark.one_core
def test_flush_cache_and_refresh_inventory_read_anew(fleet: Fleet, cached: dict[str, Any]) -> None:
    config = {**cached, "connect": "none"}
    fleet.listed(config)
    fleet.cloud.update(KITCHEN_DEVICE, tags=["moved"])
    tags = show("tags", "groups | select('match', 'remoteit_tag_')")
    refresh = {"name": "refresh", "ansible.builtin.meta": "refresh_inventory"}
    run = fleet.run_tasks(config, tags, refresh, {**tags, "name": "refreshed"}, hosts="localhost")
    assert run.result("tags").result["msg"] == ["remoteit_tag_kitchen", "remoteit_tag_production"]
    assert run.result("refreshed").result["msg"] == ["remoteit_tag_moved"]
    assert "remoteit_tag_moved" in fleet.listed(config).groups
    fleet.cloud.update(KITCHEN_DEVICE, tags=["again"])
    assert "remoteit_tag_moved" in fleet.listed(config).groups
    assert "remoteit_tag_again" in fleet.show(config, "--list", "--flush-cache").content()
    assert "remoteit_tag_again" in fleet.listed(config).groups


@pytest.mark.one_core
def test_a_damaged_or_older_cache_is_read_anew(fleet: Fleet, cached: dict[str, Any]) -> None:
    config = {**cached, "connect": "none"}
    fleet.listed(config)
    (kept,) = Path(cached["cache_connection"]).iterdir()
    kept.write_text(kept.read_text().replace("external_address", "renamed"))
    count = reads(fleet)
    assert set(fleet.listed(config).hosts) == {"pi-kitchen-ssh"}
    assert reads(fleet) > count


@pytest.mark.parametrize("cache_plugin", ["ansible.builtin.jsonfile", "written_only"])
def test_a_cache_that_is_never_read_is_warned_of(fleet: Fleet, cached: dict[str, Any], cache_plugin: str) -> None:
    plugins = fleet.root / "cache_plugins"
    plugins.mkdir(exist_ok=True)
    # as community.general.pickle is
    (plugins / "written_only.py").write_text(
        "from ansible.plugins.cache.jsonfile import DOCUMENTATION as D, CacheModule as JsonFile\n"
        "DOCUMENTATION = D.replace('name: jsonfile', 'name: written_only')\n"
        "class CacheModule(JsonFile):\n    _persistent = False\n"
    )
    config = {**cached, "connect": "none", "cache_plugin": cache_plugin}
    environ = {"ANSIBLE_CACHE_PLUGINS": str(plugins)}
    errors = fleet.show(config, environ=environ).errors
    sentence = (
        "cache_plugin=written_only keeps the devices, but Ansible does not read them from there again: choose "
        "ansible.builtin.jsonfile, with persist_metadata, or set cache=false."
    )
    assert (sentence in errors) == (cache_plugin == "written_only"), errors
