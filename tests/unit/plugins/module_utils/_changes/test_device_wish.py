# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._changes.device_wish import DeviceWish

from .views import wish


def test_what_is_not_said_is_not_managed() -> None:
    assert wish() == DeviceWish(None, None, False, None, False, {}, None, False)


def test_what_is_said_is_wanted() -> None:
    wanted = wish(
        name="pi",
        tags=["b", "A", "a"],
        attributes={"rack": 7, "gone": None, 1: {"y": (1, 2.5, [True])}},
        description="",
        categories={"a": "Berlin", "b": None},
        statuses={"e": ""},
    )
    assert wanted.name == "pi"
    assert wanted.tags == ("b", "A")
    assert wanted.attributes == {"rack": 7, "gone": None, "1": {"y": [1, 2.5, [True]]}}
    assert wanted.texts == {
        "$remoteit.description": None,
        "$remoteit.categoryA": "Berlin",
        "$remoteit.statusE": None,
    }


def test_an_empty_list_is_no_tag_and_no_list_is_none_of_our_business() -> None:
    assert (wish(tags=[]).tags, wish().tags) == ((), None)
    assert (wish(attributes={}).attributes, wish().attributes) == ({}, None)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"name": " "}, "name is empty: give the device a name"),
        ({"name": "x" * 101}, "cannot be the name of a device: give at most 100"),
        ({"name": "a\nb"}, "name='a\\nb' cannot be the name of a device"),
        *(
            ({"tags": ["ok", tag]}, f"tags has {tag!r}, which cannot be a tag")
            for tag in ("", "a b", " a", "a\t", "\0")
        ),
        *(
            ({"attributes": {name: 1}}, f"attributes has the name {name!r}: remote.it takes dots for a path")
            for name in ("", "a.b", "$remoteit", "a$")
        ),
        (
            {"attributes": {"x": {"y": [datetime.date(2026, 2, 3)]}}},
            "attributes.x.y[0]='2026-02-03' is no value of JSON",
        ),
        ({"attributes": {"x": float("inf")}}, "attributes.x='inf' is no value of JSON"),
        ({"attributes": {"x": b"x"}}, "is no value of JSON"),
        ({"attributes": dict.fromkeys(map(str, range(1000)))}, "attributes has too many values"),
        ({"description": "x" * 1025}, "description has 1025 characters: give at most 1024"),
    ],
)
def test_what_no_device_can_have_is_refused_before_anything_is_asked(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(OptionError) as caught:
        wish(**options)
    assert sentence in str(caught.value)


def test_as_much_as_there_can_be() -> None:
    assert wish(name="x" * 100, description="x" * 1024).name == "x" * 100
