# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a variable was written, as far as ansible-core tells."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible.parsing.dataloader import DataLoader

from ansible_collections.community.remoteit.plugins.plugin_utils._run import origin as origin_module
from ansible_collections.community.remoteit.plugins.plugin_utils._run.origin import origin


def test_a_variable_of_a_file_is_found_there(tmp_path: Path) -> None:
    path = tmp_path / "pi.yml"
    path.write_text("---\nansible_port: 22\nansible_ssh_args: -v\n")
    variables = DataLoader().load_from_file(str(path))
    assert origin(variables["ansible_ssh_args"]) == f"{path}:3:19"
    assert origin(variables["ansible_port"]) == f"{path}:2:15"


def test_of_others_nothing_is_known() -> None:
    assert origin("made up") == origin(None) == "another place"


def test_where_core_does_not_tell_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pi.yml"
    path.write_text("ansible_port: 22\n")
    monkeypatch.setattr(origin_module, "Origin", None)
    assert origin(DataLoader().load_from_file(str(path))["ansible_port"]) == "another place"
