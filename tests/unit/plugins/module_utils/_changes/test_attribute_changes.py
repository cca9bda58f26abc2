# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._changes.attribute_changes import (
    attribute_changes,
    is_there,
    managed_values,
    with_changes,
)

from .views import wish

PRESENT: dict[str, Any] = {
    "rack": 7,
    "note": "{{ x }}",
    "none": None,
    "a.b": 1,
    "$remoteit": {"description": "old", "other": 1},
}


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ({}, {}),
        ({"attributes": {"rack": 7}}, {}),
        ({"attributes": {"rack": "7"}}, {"rack": "7"}),
        ({"attributes": {"rack": True, "new": [1]}}, {"rack": True, "new": [1]}),
        ({"attributes": {"rack": None, "gone": None, "none": None}}, {"rack": None}),
        # what is shown is what is there
        ({"attributes": {"note": "\\x7b{ x }}"}}, {}),
        ({"attributes": {"rack": 7}, "purge_attributes": True}, {"note": None}),
        ({"attributes": {}, "purge_attributes": True}, {"rack": None, "note": None}),
        ({"description": "old"}, {}),
        ({"description": "new"}, {"$remoteit.description": "new"}),
        ({"description": "", "categories": {"a": ""}}, {"$remoteit.description": None}),
        ({"statuses": {"b": "x"}}, {"$remoteit.statusB": "x"}),
    ],
)
def test_what_differs(options: dict[str, Any], changes: dict[str, Any]) -> None:
    assert attribute_changes(PRESENT, wish(**options)) == changes
    after = with_changes(PRESENT, changes)
    assert attribute_changes(after, wish(**options)) == {}


def test_a_name_that_is_shown_is_the_name_that_is_there() -> None:
    assert attribute_changes({"{{n}}": 1}, wish(attributes={"\\x7b{n}}": 2})) == {"{{n}}": 2}


def test_what_is_managed_is_shown_before_and_after() -> None:
    wanted = wish(attributes={"rack": 8, "new": "{{ y }}"}, purge_attributes=True, description="d")
    after = with_changes(PRESENT, attribute_changes(PRESENT, wanted))
    assert managed_values(PRESENT, PRESENT, wanted) == {
        "rack": 7,
        "note": "\\x7b{ x }}",
        "$remoteit.description": "old",
    }
    assert managed_values(PRESENT, after, wanted) == {"rack": 8, "new": "\\x7b{ y }}", "$remoteit.description": "d"}


def test_others_stay() -> None:
    after = with_changes(PRESENT, {"$remoteit.description": None, "new": 1, "rack": None})
    assert after == {"note": "{{ x }}", "none": None, "a.b": 1, "$remoteit": {"other": 1}, "new": 1}
    assert PRESENT["$remoteit"] == {"description": "old", "other": 1}


@pytest.mark.parametrize("odd", [None, 1, "text", []])
def test_what_has_no_parts_is_replaced_by_what_has(odd: Any) -> None:
    assert with_changes({"$remoteit": odd}, {"$remoteit.description": "x"}) == {"$remoteit": {"description": "x"}}


def test_what_is_too_deep_to_be_shown_is_another_value() -> None:
    deep: dict[str, Any] = {}
    for _level in range(10):
        deep = {"in": deep}
    assert not is_there({"x": deep}, "x", 1)
