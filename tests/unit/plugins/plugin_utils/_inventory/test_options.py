# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of the inventory: what is not of their kind is named, and nothing is made to fit that means something else."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.plugins.loader import inventory_loader

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.plugin_utils._inventory.options import (
    EXPRESSIONS,
    check_expressions,
    check_value,
)

EMPTY = " is set, but empty, so it would not choose anything: give a value, or remove it."


@pytest.fixture(scope="module")
def definitions() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = inventory_loader.get("community.remoteit.remoteit").option_definitions
    return found


def test_a_default_of_each_option_fits_it(definitions: dict[str, dict[str, Any]]) -> None:
    for name, definition in definitions.items():
        if definition.get("default") is not None and name not in EXPRESSIONS:
            check_value(name, definition["default"], definition)


def test_no_option_takes_a_dictionary_instead_of_a_value(definitions: dict[str, dict[str, Any]]) -> None:
    for name, definition in definitions.items():
        value = {"a": {"b": "c"}}
        with pytest.raises(OptionError, match=name):
            check_expressions(name, value) if name in EXPRESSIONS else check_value(name, value, definition)


@pytest.mark.parametrize("name", ["secret_access_key", "developer_key", "registry_password"])
def test_a_secret_is_not_shown(definitions: dict[str, dict[str, Any]], name: str) -> None:
    with pytest.raises(OptionError) as caught:
        check_value(name, ["cGFzc3dvcmQ="], definitions[name])
    assert str(caught.value) == f"{name} is not a text: give one, in quotes."


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "a, b,"),
        ("name", 7),
        ("tags", "a,b"),
        ("tags", ["a", 7]),
        ("application", [28]),
        ("shared", "no"),
        ("shared", 1),
        ("strict", None),
        ("connect", None),
        ("concurrency", "4"),
        ("timeout", "0.5"),
        ("default_groups", []),
        ("ssh_service", ["ssh", "SSH"]),
    ],
)
def test_what_fits(definitions: dict[str, dict[str, Any]], name: str, value: Any) -> None:
    check_value(name, value, definitions[name])


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        *((name, value, f"{name}{EMPTY}") for name in ("name", "state", "account", "shared") for value in ("", None)),
        *(
            (name, value, f"{name}{EMPTY}")
            for name in ("tags", "platform", "application", "owner")
            for value in ("", None, [], [""], ["a", None], "a,")
        ),
        ("name", True, "name=True is not a text: give one, in quotes."),
        ("state", ["online"], "state=['online'] is not a text: give one, in quotes."),
        ("state", "asleep", "state='asleep' is not known: give one of online, offline."),
        ("tags", 7, "tags=7 is not a list: give one, such as [7]."),
        ("tags", [["a"]], "tags=['a'] is not a text: give one, in quotes."),
        ("shared", "nope", "shared='nope' is not a boolean: give true or false."),
        ("validate_certs", "", "validate_certs='' is not a boolean: give true or false."),
        ("leading_separator", "x", "leading_separator='x' is not a boolean: give true or false."),
        ("concurrency", 1.5, "concurrency=1.5 is not a whole number: give one."),
        ("concurrency", True, "concurrency=True is not a whole number: give one."),
        ("timeout", "soon", "timeout='soon' is not a number: give one."),
        ("timeout", 10**400, "timeout=1000"),
        ("timeout", float("nan"), "timeout=nan is not a number: give one."),
        ("ca_path", {}, "ca_path={} is not a path: give one, in quotes."),
        ("default_groups", ["x"], "default_groups='x' is not known: give one of remoteit, state, tags"),
    ],
)
def test_what_does_not_fit(definitions: dict[str, dict[str, Any]], name: str, value: Any, message: str) -> None:
    with pytest.raises(OptionError) as caught:
        check_value(name, value, definitions[name])
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("name", "value", "result"),
    [
        ("include", "a in [1, 2]", ["a in [1, 2]"]),
        ("exclude", ["a", True], ["a", True]),
        ("hostname", ["a", "{{ b }}"], ["a", "{{ b }}"]),
        ("groups", {"a": "b", "c": True}, {"a": "b", "c": True}),
        ("compose", {"a": "7"}, {"a": "7"}),
        ("keyed_groups", [{"key": "a", "prefix": 7, "trailing_separator": False}], None),
        ("keyed_groups", [], None),
        ("exclude", [], None),
        ("compose", None, None),
    ],
)
def test_expressions(name: str, value: Any, result: Any) -> None:
    assert check_expressions(name, value) == (value if result is None else result)


NOT_ONE = " is not an expression: give a text that is not empty and not encrypted, in quotes."
NO_LIST = " is not a list of dictionaries: give a list such as [{key: remoteit_tags, prefix: tag}]."


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("hostname", [{"name": "x"}], f"hostname={{'name': 'x'}}{NOT_ONE}"),
        ("hostname", [True], f"hostname=True{NOT_ONE}"),
        ("include", [""], f"include=''{NOT_ONE}"),
        ("exclude", 7, "exclude=7 is not a list: give a list of expressions, or remove it."),
        ("exclude", None, "exclude=None is not a list: give a list of expressions, or remove it."),
        ("compose", {"a": 7}, f"compose: a=7{NOT_ONE}"),
        ("compose", {"a": True}, f"compose: a=True{NOT_ONE}"),
        ("compose", ["a"], "compose=['a'] is not a dictionary: give names, each with an expression."),
        ("groups", {"a": None}, f"groups: a=None{NOT_ONE}"),
        ("groups", {7: "a"}, "groups: 7 is not a name: put it into quotes."),
        ("keyed_groups", "text", f"keyed_groups='text'{NO_LIST}"),
        ("keyed_groups", {"key": "a"}, f"keyed_groups={{'key': 'a'}}{NO_LIST}"),
        ("keyed_groups", ["a"], f"keyed_groups=['a']{NO_LIST}"),
        ("keyed_groups", [{"prefix": "a"}], f"keyed_groups: key=None{NOT_ONE}"),
        ("keyed_groups", [{"key": "a", "prefx": "b"}], "keyed_groups: prefx is unknown: use default_value, key, "),
        (
            "keyed_groups",
            [{"key": "a", "prefix": ["b"]}],
            "keyed_groups: prefix=['b'] is not a text: give one, in quotes.",
        ),
        (
            "keyed_groups",
            [{"key": "a", "default_value": "b", "trailing_separator": True}],
            "keyed_groups: default_value and trailing_separator exclude each other: remove one of them.",
        ),
    ],
)
def test_no_expressions(name: str, value: Any, message: str) -> None:
    with pytest.raises(OptionError) as caught:
        check_expressions(name, value)
    assert str(caught.value).startswith(message)
