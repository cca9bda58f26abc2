# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the process that sweeps is told."""

from __future__ import annotations

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep_orders import END, decoded, encoded
from tests.doubles import material


def test_settings_and_the_way_to_remote_it_go_through_a_pipe_as_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    made = material.settings(registry="/tmp/\u00e4 \n\udcff")
    line = encoded(made)
    assert line != END and line.endswith(b"\n") and line.count(b"\n") == 1
    settings, network = decoded(line)
    assert settings == made
    assert network["HTTPS_PROXY"] == "http://127.0.0.1:1"
