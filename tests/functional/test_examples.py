# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks in the README, the guides and the plugins' examples are run as they stand."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.lab import Lab
from tests.lab.world import DATABASE, OTHER, WEB

pytestmark = pytest.mark.one_core

ROOT = Path(__file__).resolve().parents[2]
VARIABLES = {
    "database_service_id": DATABASE,
    "other_service_id": OTHER,
    "web_service_id": WEB,
    "office_ip": "127.0.0.1",
}


_MARKDOWN = re.compile(r"^```yaml\n(.*?)^```", re.M | re.S)
_RST = re.compile(r"^\.\. code-block:: yaml(?:\+jinja)?\n\n((?:    .*\n|\n)+)", re.M)
_EXAMPLES = re.compile(r'^EXAMPLES = r"""\n(.*?)"""', re.M | re.S)


def blocks() -> Iterator[tuple[str, str]]:
    """The name and text of each YAML block of the documentation."""
    plugins = [path for kind in ("modules", "lookup", "filter") for path in ROOT.glob(f"plugins/{kind}/*.py")]
    for pattern, paths in (
        (_MARKDOWN, [ROOT / "README.md", *sorted(ROOT.glob("roles/*/README.md"))]),
        (_RST, sorted((ROOT / "docs").rglob("*.rst"))),
        (_EXAMPLES, sorted(plugins)),
    ):
        for path in paths:
            for number, match in enumerate(pattern.finditer(path.read_text()), start=1):
                yield f"{path.relative_to(ROOT)} {number}", textwrap.dedent(match[1])


BLOCKS = dict(blocks())


def is_playbook(text: str) -> bool:
    """Whether the block is a list of plays."""
    content: Any = yaml.safe_load(text)
    return isinstance(content, list) and isinstance(content[0], dict) and "hosts" in content[0]


PLAYBOOKS = {name: text for name, text in BLOCKS.items() if is_playbook(text)}


def test_there_is_something_to_run() -> None:
    assert "README.md 1" in PLAYBOOKS
    assert {"plugins/modules/remoteit_connection.py 1", "plugins/lookup/remoteit_proxy.py 1"} <= set(PLAYBOOKS)


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_playbook(lab: Lab, name: str, tmp_path: Path) -> None:
    variables = lab.root / "variables.yml"
    variables.write_text(yaml.safe_dump(VARIABLES))
    # some write to the home directory
    run = lab.run(PLAYBOOKS[name], "-e", f"@{variables}", environ={"HOME": str(tmp_path)})
    assert run.returncode == 0, run.output
    assert run.results
    assert not any(item.status == "failed" for item in run.results)
    if "state: absent" in PLAYBOOKS[name] or "at_end" in PLAYBOOKS[name]:
        assert lab.open_connections() == []
