# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The user's expressions, over the variables of each host."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.plugin_utils._inventory.expressions import Expressions
from ansible_collections.community.remoteit.plugins.plugin_utils._inventory.remembering_templar import (
    RememberingTemplar,
)
from tests.doubles.fleet_hosts import DEVICE, service_hosts

HOST, OTHER = service_hosts(DEVICE)
DEFAULTS: dict[str, Any] = {"include": [], "exclude": [], "hostname": [], "strict": False, "use_extra_vars": False}


def trusted(value: Any) -> Any:
    return [trust_as_template(one) for one in value] if isinstance(value, list) else value


class Here:
    """Expressions with these *options*, and what was warned of."""

    def __init__(self, extra_vars: dict[str, Any] | None = None, **options: Any) -> None:
        self.warnings: list[str] = []
        given = {**DEFAULTS, **{name: trusted(value) for name, value in options.items()}}
        templar = RememberingTemplar(Templar(loader=DataLoader()))
        self.expressions = Expressions(templar, given, extra_vars, self.warnings.append)


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({}, [True, True]),
        ({"include": ["r_name == 'shell'"]}, [True, False]),
        ({"include": ["r_name == 'web'", "r_name == 'shell'"]}, [True, True]),
        ({"exclude": ["r_name == 'shell'"]}, [False, True]),
        ({"include": ["r_online"], "exclude": ["r_name is match('w')"]}, [True, False]),
    ],
)
def test_conditions_choose_hosts(options: dict[str, Any], wanted: list[bool]) -> None:
    here = Here(**options)
    assert [here.expressions.wants(host) for host in (HOST, OTHER)] == wanted
    assert here.warnings == []


@pytest.mark.parametrize("option", ["include", "exclude"])
def test_a_condition_that_fails_never_lists_a_host(option: str) -> None:
    here = Here({}, **{option: ["no_such_variable > 1"]})
    assert not here.expressions.wants(HOST)
    (warning,) = here.warnings
    assert warning.startswith(f"{option}='no_such_variable > 1' failed for at least one host, for which it counts as ")
    with pytest.raises(AnsibleParserError, match="failed for at least one host"):
        Here({}, **{option: ["no_such_variable > 1"], "strict": True}).expressions.wants(HOST)


@pytest.mark.parametrize(
    ("hostname", "name"),
    [
        ([], "pi-kitchen-shell"),
        (["r_name"], "shell"),
        (["r_device_name ~ '.' ~ r_name"], "pi-kitchen.shell"),
        (["no_such_variable", "r_name"], "shell"),
        (["''", "r_online", "r_name"], "shell"),
        (["'{{ r_name }}-x'"], "shell-x"),
        (["7"], "7"),
    ],
)
def test_the_first_that_gives_a_name_names_the_host(hostname: list[str], name: str) -> None:
    here = Here(hostname=hostname)
    assert here.expressions.name(HOST) == name
    assert here.warnings == []


def test_a_host_without_a_name_is_called_by_its_id() -> None:
    here = Here(hostname=["no_such_variable", "'--'"])
    assert here.expressions.name(HOST) == "remoteit-8000000001000002"
    assert here.warnings[0].startswith("hostname gives no name to at least one host, so its id is used: ")
    nameless = replace(HOST, words=("", "--"))
    assert Here().expressions.name(nameless) == "remoteit-8000000001000002"


@pytest.mark.parametrize(("use", "wanted"), [(True, True), (False, False)])
def test_variables_of_the_command_line_count_where_the_user_wants_them_to(use: bool, wanted: bool) -> None:
    here = Here({"mine": True}, include=["mine | default(false)"], use_extra_vars=use)
    assert here.expressions.wants(HOST) is wanted
    named = Here({"r_name": "theirs"}, hostname=["r_name"], use_extra_vars=use)
    assert named.expressions.name(HOST) == ("theirs" if use else "shell")


@pytest.mark.parametrize("option", ["include", "exclude", "hostname"])
def test_what_no_host_can_make_right_is_a_mistake(option: str) -> None:
    here = Here({}, **{option: ["r_name =="]})
    with pytest.raises(OptionError, match=f"{option}='r_name ==' cannot be evaluated: "):
        here.expressions.name(HOST) if option == "hostname" else here.expressions.wants(HOST)


def evaluate(expression: str) -> None:
    """As Constructable does: what the templar raises is the context of an error that names the host."""
    try:
        Templar(loader=DataLoader()).evaluate_expression(trust_as_template(expression))
    except AnsibleError as error:
        raise AnsibleParserError(f"pi: {error}") from error


def test_what_fails_for_one_host_leaves_it_as_it_is_with_a_warning() -> None:
    here = Here()
    here.expressions.attempt("compose", "1 / 0", lambda: evaluate("1 / 0"))
    assert here.warnings[0].startswith("compose='1 / 0' failed for at least one host, which it leaves as it is: ")
    # of all hosts at once, so it names none
    assert "pi: " not in here.warnings[0]
    here.expressions.attempt("compose", "a", lambda: None)
    assert len(here.warnings) == 1


def test_an_undefined_variable_is_no_news_unless_the_user_is_strict() -> None:
    here = Here()
    here.expressions.attempt("groups", "missing", lambda: evaluate("missing"))
    assert here.warnings == []
    with pytest.raises(AnsibleParserError, match=r"groups='missing' failed for at least one host.*: pi: "):
        Here(strict=True).expressions.attempt("groups", "missing", lambda: evaluate("missing"))


def test_a_mistake_in_syntax_is_one_for_all_hosts() -> None:
    with pytest.raises(OptionError, match="compose='a ==' cannot be evaluated"):
        Here().expressions.attempt("compose", "a ==", lambda: evaluate("a =="))
