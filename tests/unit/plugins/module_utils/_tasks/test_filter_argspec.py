# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options by which devices are chosen; that they are documented is in test_argspec.py."""

from __future__ import annotations

from ansible_collections.community.remoteit.plugins.module_utils._fleet.filter import FleetFilter
from ansible_collections.community.remoteit.plugins.module_utils._tasks.filter_argspec import filter_argument_spec


def test_none_of_them_is_needed_and_all_are_understood() -> None:
    defaults = {name: option.get("default") for name, option in filter_argument_spec().items()}
    assert {name for name, value in defaults.items() if value is not None} == {"tags_match"}
    assert FleetFilter.from_options(defaults) == FleetFilter()
