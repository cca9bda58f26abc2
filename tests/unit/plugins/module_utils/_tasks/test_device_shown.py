# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import AnswerLostError
from ansible_collections.community.remoteit.plugins.module_utils._changes.device_view import Read
from ansible_collections.community.remoteit.plugins.module_utils._tasks.device_shown import changed_device, device_shown
from tests.doubles.fleet_cloud import ME, device_node, service_node

OTHER = "0f8fad5b-d9cb-469f-a165-70867728950f"


def read(**fields: Any) -> Read:
    answer = {
        "applicationTypes": [{"id": 28, "name": "SSH"}],
        "platformTypes": [{"id": 1, "name": "Linux"}],
        "login": {"id": ME, "device": [device_node(1, **fields)]},
    }
    return Read(None, (), answer)


def test_it_is_shown_with_names_of_types() -> None:
    device = device_shown(read(platform=1, services=[service_node(1, application=28)]), None, pytest.fail)
    assert (device.platform_name, device.shared, device.organisation) == ("Linux", False, None)
    assert [service.application_name for service in device.services] == ["SSH"]


def test_to_another_account_it_is_shared() -> None:
    device = device_shown(read(), OTHER, pytest.fail)
    assert (device.shared, device.organisation) == (True, OTHER)


def test_what_of_it_cannot_be_shown_is_told() -> None:
    warnings: list[str] = []
    device = device_shown(read(services=[{"id": 5}]), None, warnings.append)
    assert device.services == ()
    assert warnings[0].startswith("Left out, because what remote.it tells of them cannot be used: service of ")


def test_a_device_of_which_nothing_can_be_shown_is_an_error() -> None:
    with pytest.raises(AnswerLostError, match="The answer to device cannot be used: its online is missing"):
        device_shown(read(online=None), None, pytest.fail)


def test_changes_are_shown_as_all_else_is() -> None:
    device = device_shown(read(), None, pytest.fail)
    changed = changed_device(device, "{{x}}", ("b", "{{a}}"), {"note": "{{y}}"})
    assert (changed.name, changed.tags) == ("\\x7b{x}}", ("\\x7b{a}}", "b"))
    assert changed.attributes == {"note": "\\x7b{y}}"}
    assert changed.id == device.id
