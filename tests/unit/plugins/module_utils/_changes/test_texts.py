# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._changes.texts import check_description, check_name


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (" ", "name is empty: give the device a name"),
        ("a\nb", "name='a\\nb' cannot be the name of a device"),
        ("x" * 101, "at most 100 printable characters"),
    ],
)
def test_what_cannot_be_a_name(name: str, sentence: str) -> None:
    with pytest.raises(OptionError) as caught:
        check_name(name, "device")
    assert sentence in str(caught.value)


def test_what_can() -> None:
    check_name("x" * 100, "service")
    check_description("x\n" * 512)
    check_description("")


def test_what_is_too_long_for_a_description() -> None:
    with pytest.raises(OptionError, match="description has 1025 characters: give at most 1024"):
        check_description("x" * 1025)
