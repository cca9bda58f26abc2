# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text from outside: one line, and what strangers wrote stays data to whatever reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, TemplateSyntaxError, nodes

from ansible_collections.community.remoteit.plugins.module_utils._base.text import in_short, inert, printable

# Made of what could mean something, so that chance puts it together.
TEXTS = st.lists(st.sampled_from(["{", "}", "%", "#", "_", "__ansible", "jinja2:", "\\", "\n", " ", "a"])).map("".join)


def is_template(text: str) -> bool:
    """Whether Jinja sees more in *text* than text."""
    body = Environment(autoescape=False).parse(text).body
    return not all(isinstance(node, nodes.Output) and isinstance(node.nodes[0], nodes.TemplateData) for node in body)


def runs(text: str) -> bool:
    """Whether Jinja finds an expression or a statement in *text*; a comment does nothing."""
    try:
        tokens = [kind for _line, kind, _value in Environment(autoescape=False).lex(text)]
    except TemplateSyntaxError:
        # what is left open or is no template is not run either
        return False
    return bool({"variable_begin", "block_begin"} & set(tokens))


@given(TEXTS, TEXTS)
def test_no_text_begins_a_template_alone_or_before_another_one(text: str, other: str) -> None:
    for shown in (inert(text), inert(text) + inert(other)):
        assert not is_template(shown)
        assert not shown.startswith(("#jinja2:", "__ansible"))


@given(TEXTS)
def test_no_text_makes_a_template_of_a_brace_that_the_user_puts_before_it(text: str) -> None:
    assert not runs("{" + inert(text) + "}")


@given(st.one_of(TEXTS, st.text()))
def test_it_is_printable_and_once_is_enough(text: str) -> None:
    shown = inert(text)
    assert shown.isprintable()
    assert inert(shown) == shown or len(shown) > 200


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ 6 * 7 }}", r"\x7b{ 6 * 7 }}"),
        ("{% set x = 1 %}{# #}", r"\x7b% set x = 1 %}\x7b# #}"),
        ("{{{", r"\x7b\x7b\x7b"),
        ("{ 6 * 7 }", r"\x7b 6 * 7 }"),
        ("% set x = 1 %", r"\x25 set x = 1 %"),
        ("#jinja2:variable_start_string:'[%'", r"\x23jinja2:variable_start_string:'[%'"),
        ("__ansible_type", r"\x5f_ansible_type"),
        ("one line\nand another", r"one line\nand another"),
    ],
)
def test_what_could_mean_something_is_escaped(text: str, shown: str) -> None:
    assert inert(text) == shown


@pytest.mark.parametrize("text", ['[{"a": {"b": [{}]}}]', "100 %", "# 1", "_private", "a__ansible_type", "}}", "ü 🐙"])
def test_all_else_stays_as_it_is(text: str) -> None:
    assert inert(text) == printable(text) == text


def test_many_sentences_are_told_in_short() -> None:
    assert in_short("abcde") == ["a", "b", "c", "d", "e"]
    assert in_short("abcdefg") == ["a", "b", "c", "d", "e", "2 more like these are not shown."]
    assert in_short([]) == []
