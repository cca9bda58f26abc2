# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._model.attributes import (
    DESCRIPTION,
    same_value,
    shown_attributes,
    value_at,
)


def nested(depth: int) -> dict[str, Any]:
    return {} if not depth else {"in": nested(depth - 1)}


def test_texts_are_inert_and_all_else_stays() -> None:
    attributes = {"a": "{{ x }}", "{{ n }}": [1, 1.5, True, None, {"deep": "a\nb"}], "bad": float("nan")}
    shown = {"a": "\\x7b{ x }}", "\\x7b{ n }}": [1, 1.5, True, None, {"deep": "a\\nb"}], "bad": None}
    assert shown_attributes(attributes) == shown


def test_long_texts_are_kept_as_notes_are_long() -> None:
    assert shown_attributes({"a": "x" * 5000})["a"] == "x" * 4096


@pytest.mark.parametrize("attributes", [nested(9), {str(number): number for number in range(1000)}])
def test_too_many_or_too_deep(attributes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="too many or too deep"):
        shown_attributes(attributes)


def test_as_many_and_as_deep_as_possible() -> None:
    assert shown_attributes(nested(8)) == nested(8)
    assert len(shown_attributes({str(number): number for number in range(999)})) == 999


@pytest.mark.parametrize(
    ("one", "another", "is_same"),
    [
        (1, 1.0, True),
        (1, "1", False),
        (1, True, False),
        (0, False, False),
        (True, True, True),
        (None, None, True),
        (None, False, False),
        ("", None, False),
        ([1, [2]], [1, [2]], True),
        ([1, 2], [2, 1], False),
        ([1], [1, 2], False),
        ([True], [1], False),
        ({"a": [1]}, {"a": [1.0]}, True),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ({}, [], False),
    ],
)
def test_values_are_compared_with_their_types(one: Any, another: Any, is_same: bool) -> None:
    assert same_value(one, another) is is_same
    assert same_value(another, one) is is_same


@pytest.mark.parametrize("odd", [None, 1, "text", [], {}])
def test_there_is_no_value_in_what_has_no_parts(odd: Any) -> None:
    assert value_at({"$remoteit": odd}, DESCRIPTION) is None


def test_a_path_leads_into_values() -> None:
    assert value_at({"$remoteit": {"description": "x"}}, DESCRIPTION) == "x"
    assert value_at({"rack": 7}, "rack") == 7
