# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of hosts: what a stranger calls a device must never take over a name that means something else."""

from __future__ import annotations

import pytest
from ansible.inventory.manager import split_host_pattern
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.plugin_utils._inventory.names import (
    Candidate,
    safe_name,
    unique_names,
)


def own(name: str, suffix: str) -> Candidate:
    return Candidate(name, suffix, shared=False)


def shared(name: str, suffix: str) -> Candidate:
    return Candidate(name, suffix, shared=True)


def nobody(_name: str, _index: int) -> bool:
    return False


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("pi-kitchen", "pi-kitchen"),
        ("pi.example.com", "pi.example.com"),
        ("Küche 1", "Küche-1"),
        ("Ku\u0308che", "Küche"),
        ("Pi - kitchen", "Pi-kitchen"),
        ("a--b", "a--b"),
        ("a,b:c", "a-b-c"),
        ("!web[1]&~x*?", "web-1-x"),
        ("-o ProxyCommand=evil", "o-ProxyCommand-evil"),
        ("../../etc/passwd", "etc-passwd"),
        ("{{ lookup('pipe', 'id') }}", "lookup-pipe-id"),
        ("a\x00\n\x1b[31mb\u202ec", "a-31mb-c"),
        ("@limit.txt", "limit.txt"),
        (" - ", ""),
        ("...", ""),
        ("x" * 5000, "x" * 128),
        ("日" * 100, "日" * 42),
        (f"{'x' * 127}-y", "x" * 127),
    ],
)
def test_what_a_host_name_must_not_hold_becomes_a_hyphen(text: str, name: str) -> None:
    assert safe_name(text) == name


@given(st.one_of(st.text(), st.text(min_size=100, max_size=300)))
def test_a_safe_name_is_one_plain_word_to_ansible_and_stays_as_it_is(text: str) -> None:
    name = safe_name(text)
    assert safe_name(name) == name
    assert split_host_pattern(name) == ([name] if name else [])
    assert len(name.encode()) <= 128
    assert "/" not in name and not name.startswith((".", "-", "~", "@", "!", "&"))


def test_names_that_are_unique_stay_as_they_are() -> None:
    assert unique_names([own("a", "1"), own("b", "2"), shared("c", "3")], (), nobody) == (["a", "b", "c"], [])


def test_of_two_own_hosts_with_one_name_neither_keeps_it() -> None:
    assert unique_names([own("a", "1"), own("b", "2"), own("a", "3")], (), nobody) == (["a-1", "b", "a-3"], ["a"])


def test_a_strangers_device_does_not_change_the_name_of_an_own_one() -> None:
    assert unique_names([shared("a", "1"), own("a", "2")], (), nobody) == (["a-1", "a"], ["a"])
    assert unique_names([shared("a-2", "1"), own("a", "2"), own("a", "3")], (), nobody) == (
        ["a-2-1", "a-2", "a-3"],
        ["a", "a-2"],
    )


def test_a_name_with_its_id_may_be_taken_as_well() -> None:
    names, _changed = unique_names([own("a", "1"), own("a", "2"), own("a-1", "3")], (), nobody)
    assert names == ["a-1-1", "a-2", "a-1"]


def test_nobody_takes_the_name_of_another_machine() -> None:
    others = {("db", 0), ("web-2", 1)}
    names, changed = unique_names(
        [own("db", "1"), own("web", "2"), shared("web", "3")], {"web"}, lambda name, index: (name, index) in others
    )
    assert (names, changed) == (["db-1", "web-2-2", "web-3"], ["db", "web"])


@pytest.mark.parametrize("name", ["all", "ungrouped", "localhost", "127.0.0.1", "production"])
def test_nobody_takes_the_name_of_a_group_or_of_this_machine(name: str) -> None:
    for candidate in (own(name, "1"), shared(name, "1")):
        assert unique_names([candidate], {"production"}, nobody) == ([f"{name}-1"], [name])


@given(st.lists(st.tuples(st.sampled_from(["a", "a-1", "a-1-1", "b", "all"]), st.booleans()), max_size=8))
def test_names_are_always_unique_and_do_not_depend_on_strangers(wanted: list[tuple[str, bool]]) -> None:
    candidates = [Candidate(name, str(number), is_shared) for number, (name, is_shared) in enumerate(wanted)]
    names, _changed = unique_names(candidates, {"b"}, nobody)
    assert len(set(names)) == len(names)
    own_names, _changed = unique_names([one for one in candidates if not one.shared], {"b"}, nobody)
    assert own_names == [name for name, one in zip(names, candidates, strict=True) if not one.shared]
