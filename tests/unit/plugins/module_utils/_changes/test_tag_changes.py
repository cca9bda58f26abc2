# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._changes.tag_changes import (
    TagChanges,
    folded,
    tag_changes,
)


@pytest.mark.parametrize(
    ("present", "wanted", "purge", "added", "removed"),
    [
        (["a"], None, False, [], []),
        (["a"], [], False, [], []),
        (["a", "b"], [], True, [], ["a", "b"]),
        (["a"], ["b", "a"], False, ["b"], []),
        (["a", "c"], ["b", "a"], True, ["b"], ["c"]),
        (["Prod"], ["prod"], True, [], []),
        # where case makes a difference, both are the one that is meant
        (["Prod", "prod"], ["PROD"], True, [], []),
        (["straße"], ["STRASSE"], True, [], []),
        (["{{x}}"], ["\\x7b{x}}"], True, [], []),
        ([], ["b", "a"], True, ["b", "a"], []),
    ],
)
def test_what_is_added_and_removed(
    present: list[str], wanted: list[str] | None, purge: bool, added: list[str], removed: list[str]
) -> None:
    assert tag_changes(present, wanted, purge) == (tuple(added), tuple(removed))


def test_a_tag_that_the_account_has_keeps_its_spelling() -> None:
    changes = TagChanges(("prod", "new"), ("old",))
    assert changes.spelt(["Prod", "old"]) == (("Prod", "new"), ("old",))
    assert changes.spelt([]) == changes
    assert changes.created(["Prod"]) == ["new"]
    assert changes.created([]) == ["new", "prod"]


def test_what_there_is_afterwards_is_sorted() -> None:
    assert TagChanges(("b",), ("c",)).applied(("d", "c", "a")) == ("a", "b", "d")


def test_case_makes_no_difference() -> None:
    assert folded("Prod") == folded("pROD") != folded("pr od")
