# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the README, the guides and the plugins' examples show is run as it stands: playbooks, inventories, commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import documents
from tests.lab.lab import Lab
from tests.lab.world import DATABASE, DEVELOPER_KEY, KEY_ID, OFFLINE, OTHER, SECRET, WEB, service_id

from .fleet_lab import PLUGIN, Fleet

pytestmark = pytest.mark.one_core

ROOT = Path(__file__).resolve().parents[2]
YAML = ("yaml", "yaml+jinja")
VARIABLES = {
    "database_service_id": DATABASE,
    "other_service_id": OTHER,
    "offline_service_id": OFFLINE,
    "offline_device_id": service_id(0x91, 0),
    "web_service_id": WEB,
    "office_ip": "127.0.0.1",
    "public_ip_of_gate": "127.0.0.1",
    "vault_key_id": KEY_ID,
    "vault_secret": SECRET,
    "vault_developer_key": DEVELOPER_KEY,
    "vault_link_password": "open sesame",
}


CREDENTIALS = f"""[fleet]
R3_ACCESS_KEY_ID={KEY_ID}
R3_SECRET_ACCESS_KEY={SECRET}
R3_DEVELOPER_API_KEY={DEVELOPER_KEY}
"""

_EXAMPLES = re.compile(r'^EXAMPLES = r"""\n(.*?)"""', re.M | re.S)
GUIDES = [ROOT / "README.md", *sorted(ROOT.glob("roles/*/README.md")), *sorted((ROOT / "docs").rglob("*.rst"))]
PLUGINS = sorted(
    path for kind in ("modules", "lookup", "inventory", "filter") for path in ROOT.glob(f"plugins/{kind}/*.py")
)


def blocks() -> Iterator[tuple[str, str]]:
    """The name and text of each YAML block of the documentation."""
    shown = {path: [text for language, text in documents.blocks(path) if language in YAML] for path in GUIDES}
    shown |= {path: _EXAMPLES.findall(path.read_text()) for path in PLUGINS}
    for path, texts in shown.items():
        for number, text in enumerate(texts, start=1):
            yield f"{path.relative_to(ROOT)} {number}", text


BLOCKS = dict(blocks())


def contents(text: str) -> list[Any]:
    """The YAML documents of a block."""
    return list(yaml.safe_load_all(text))


def is_playbook(text: str) -> bool:
    """Whether the block is a list of plays."""
    content = contents(text)[0]
    return isinstance(content, list) and isinstance(content[0], dict) and "hosts" in content[0]


def inventories(text: str) -> list[dict[str, Any]]:
    """The configurations of the inventory plugin in the block."""
    return [item for item in contents(text) if isinstance(item, dict) and item.get("plugin") == PLUGIN]


def inventory_before(name: str) -> str | None:
    """The last configuration that the reader of the block has seen in the same document."""
    path, number = name.rsplit(" ", 1)
    earlier = (BLOCKS[f"{path} {one}"] for one in range(1, int(number)))
    return next((text for text in reversed(list(earlier)) if inventories(text)), None)


PLAYBOOKS = {name: text for name, text in BLOCKS.items() if is_playbook(text)}
INVENTORIES = {
    f"{name} {number}": config
    for name, text in BLOCKS.items()
    for number, config in enumerate(inventories(text), start=1)
}


def test_there_is_something_to_run() -> None:
    assert "README.md 2" in PLAYBOOKS
    assert {"plugins/modules/remoteit_connection.py 1", "plugins/lookup/remoteit_proxy.py 1"} <= set(PLAYBOOKS)
    assert {"plugins/inventory/remoteit.py 1 4", "docs/docsite/rst/guide_inventory.rst 1 1"} <= set(INVENTORIES)


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_playbook(lab: Lab, fleet: Fleet, name: str, tmp_path: Path) -> None:
    variables = tmp_path / "variables.yml"
    variables.write_text(yaml.safe_dump(VARIABLES))
    (tmp_path / ".remoteit").mkdir()
    (tmp_path / ".remoteit" / "credentials").write_text(CREDENTIALS)
    inventory = inventory_before(name)
    arguments = ["-i", str(fleet.write(inventory))] if inventory else []
    # some write to the home directory, and async_status looks into that of the password database
    environ = {"HOME": str(tmp_path), "ANSIBLE_ASYNC_DIR": str(tmp_path / "async"), "ANSIBLE_PIPELINING": "1"}
    run = lab.run(PLAYBOOKS[name], "-e", f"@{variables}", *arguments, environ=environ)
    assert run.returncode == 0, run.output
    assert run.results
    # what is rescued has failed before
    assert "rescue:" in PLAYBOOKS[name] or not any(item.status == "failed" for item in run.results)
    if "state: absent" in PLAYBOOKS[name] or "at_end" in PLAYBOOKS[name]:
        assert lab.open_connections() == []


@pytest.mark.parametrize("name", INVENTORIES)
def test_inventory(fleet: Fleet, name: str, tmp_path: Path) -> None:
    keys: dict[str, Any] = {"MY_KEY_ID": KEY_ID, "MY_SECRET": SECRET, "HOME": str(tmp_path)}
    listed = fleet.listed(INVENTORIES[name], **keys)
    assert listed.warnings == []
    # Nobody has Windows or a database there.
    assert listed.hosts or "include" in INVENTORIES[name]
