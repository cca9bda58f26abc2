# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.community.remoteit.plugins.module_utils._changes.device_view import DeviceView, ServiceView
from ansible_collections.community.remoteit.plugins.module_utils._tasks.shown import (
    shown_device,
    shown_part,
    shown_service,
    shown_tags,
)

SERVICE = ServiceView("80:01", "{{ x }}", 28, "TCP", None, 22, True, False, ("MANAGE", "VIEW"), 2, "a\nb")


def test_a_service_is_shown_without_what_others_do() -> None:
    shown = shown_service(SERVICE)
    assert (shown["name"], shown["description"], shown["permissions"]) == (
        "\\x7b{ x }}",
        "a\\nb",
        ["MANAGE", "VIEW"],
    )
    assert "sessions" not in shown
    assert shown_service(SERVICE._replace(id=""))["id"] is None


def test_a_part_of_it_is_sorted() -> None:
    assert list(shown_part(SERVICE, ("port", "enabled", "host"))) == ["enabled", "host", "port"]


def test_a_device_is_shown_as_the_other_module_lists_it() -> None:
    device = DeviceView(
        "80:00", "pi", True, True, ("VIEW",), "o@x", (SERVICE,), ("b", "A"), {"n": "{{ x }}"}, None, "2026", False, 1
    )
    shown = shown_device(device)
    assert (shown["tags"], shown["shared"], shown["attributes"]) == (["A", "b"], True, {"n": "\\x7b{ x }}"})
    assert (shown["created"], shown["last_reported"]) == (None, "2026")
    assert [one["id"] for one in shown["services"]] == ["80:01"]


def test_tags_are_sorted() -> None:
    assert shown_tags(("b", "a")) == ["a", "b"]
