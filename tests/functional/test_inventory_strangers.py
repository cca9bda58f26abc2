# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What strangers write into names, tags and attributes is data, however the inventory's user uses it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.text import inert
from tests.lab.world import service_id
from tests.simulator.admin_client import AdminClient
from tests.simulator.threaded import ThreadedSimulator

from .fleet_lab import Fleet, service, shared_by_the_neighbour, simulator_config
from .tasks import show

IDS = [service_id(number, 1) for number in range(1, 5)]
EXPRESSIONS = {
    "compose": {
        "label": "remoteit_device_name",
        "joined": "remoteit_tags | join(' ')",
        "deep": "remoteit_device_attributes",
        "again": "'{' ~ remoteit_device_name ~ '}'",
    },
    "groups": {"chosen": "remoteit_device_name | length > 0"},
    "keyed_groups": [{"key": "remoteit_tags", "prefix": "t"}, {"key": "remoteit_device_attributes", "prefix": "a"}],
    "hostname": ["{{ remoteit_device_name }}-{{ remoteit_service_name }}", "remoteit_device_name"],
    "include": ["remoteit_device_name != 'x'"],
    "strict": True,
}


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """The file that exists once something was evaluated."""
    return tmp_path / "evaluated"


@pytest.fixture
def texts(marker: Path) -> list[str]:
    """What a stranger writes."""
    call = f"lookup('ansible.builtin.pipe', 'touch {marker}')"
    return [
        f"{{{{ {call} }}}}",
        f"{{% set x = {call} %}}",
        f"{{% if {call} %}}{{% endif %}}{{# #}}",
        f"#jinja2:variable_start_string:'[%'\n[% {call} ]",
    ]


@pytest.fixture
def hostile(texts: list[str]) -> Iterator[AdminClient]:
    """A fleet of nothing but that, and of what a terminal, a file system or JSON may not like."""
    devices = [
        shared_by_the_neighbour(
            number,
            text,
            service(IDS[number - 1], text),
            tags=[text, "../../x", "a\u202eb\x1b[31m", "\ud800"],
            attributes={text: text, "list": [text, {"key": text}], "odd": "\ud800"},
        )
        for number, text in enumerate(texts, start=1)
    ]
    long = shared_by_the_neighbour(0x60, "n" * 5000, service(service_id(0x60, 1), "n" * 5000), tags=["t" * 5000])
    with ThreadedSimulator(simulator_config([*devices, long])) as cloud:
        yield cloud


@pytest.mark.parametrize("mode", ["services", pytest.param("devices", marks=pytest.mark.one_core)])
def test_nothing_is_evaluated(fleet: Fleet, hostile: AdminClient, texts: list[str], marker: Path, mode: str) -> None:
    config = {"hosts": mode, **EXPRESSIONS}
    # What these expressions yield goes through another inventory and through variables of a play.
    more = fleet.root / "zz.constructed.yml"
    more.write_text("plugin: ansible.builtin.constructed\ncompose: {third: label}\n")
    run = fleet.run_tasks(
        config,
        *(show(name, name) for name in ("label", "joined", "deep", "again", "third", "vars", "fact", "lazy")),
        environ=fleet.environment(hostile),
        arguments=["-i", str(more)],
        vars={"lazy": "{{ label }} {{ deep }}", "fact": "{{ hostvars[inventory_hostname].third }}"},
    )
    assert run.returncode == 0, run.output
    assert not marker.exists()
    labels = {item.result["msg"] for item in run.results if item.task in ("label", "third", "fact")}
    assert {inert(text) for text in texts} <= labels
    assert len(run.results) == 8 * 5


@pytest.mark.one_core
def test_what_ansible_inventory_prints_is_not_evaluated_either(
    fleet: Fleet, hostile: AdminClient, marker: Path, tmp_path: Path
) -> None:
    config: dict[str, Any] = {**EXPRESSIONS, "connect": "none"}
    assert fleet.show(config, "--graph", "--vars", cloud=hostile).returncode == 0
    # A script that prints the list is a common way to keep an inventory.
    script = tmp_path / "script.sh"
    script.write_text(f"#!/bin/sh\ncat <<'END'\n{fleet.show(config, cloud=hostile).output}\nEND\n")
    script.chmod(0o755)
    run = fleet.lab.run_tasks(
        show("all", "[label, remoteit_tags, remoteit_device_attributes, remoteit_name]"),
        hosts="remoteit",
        arguments=["-i", str(script)],
    )
    assert run.returncode == 0, run.output
    assert len(run.results) == 5
    assert not marker.exists()


def test_exported_without_its_marks_it_is_still_data(fleet: Fleet, hostile: AdminClient, marker: Path) -> None:
    """YAML has no mark for a text that is no template, so all of them come back as templates of the user's own."""
    exported = fleet.root / "exported.yml"
    config = {**EXPRESSIONS, "connect": "none"}
    listing = fleet.show(config, "--list", "--yaml", "--export", "--output", str(exported), cloud=hostile)
    assert listing.returncode == 0, listing.errors
    run = fleet.lab.run_tasks(
        show("all", "[label, joined, deep, remoteit_tags, remoteit_device_attributes, remoteit_name, remoteit_owner]"),
        hosts="remoteit",
        arguments=["-i", str(exported)],
    )
    assert run.returncode == 0, run.output
    assert len(run.results) == 5
    assert not marker.exists()


@pytest.mark.one_core
def test_cached_it_is_still_data(fleet: Fleet, hostile: AdminClient, marker: Path, tmp_path: Path) -> None:
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    fleet.listed({**EXPRESSIONS, **cache}, hostile)
    run = fleet.run_tasks({**EXPRESSIONS, **cache}, show("label", "label"), environ=fleet.environment(hostile))
    assert run.returncode == 0, run.output
    assert len(run.results) == 5
    assert [call["operation"] for call in hostile.calls()] == ["query"]
    assert not marker.exists()
    (cached,) = (tmp_path / "cache").iterdir()
    assert "trust" not in json.dumps(json.loads(cached.read_text())).lower()
