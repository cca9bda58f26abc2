# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is remembered is what ansible-core would answer, whatever the expression and whatever the hosts are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.inventory import Constructable
from ansible.template import Templar, trust_as_template
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.plugin_utils._inventory.pure_expression import reads_of
from ansible_collections.community.remoteit.plugins.plugin_utils._inventory.remembering_templar import (
    RememberingTemplar,
)

pytestmark = pytest.mark.slow

INJECTION = "{{ lookup('ansible.builtin.env', 'HOME') }}"


class Counting(Templar):
    """A templar that counts how often it is asked."""

    def __init__(self) -> None:
        super().__init__(loader=DataLoader())
        self.asked = 0

    def evaluate_expression(self, expression: Any, **options: Any) -> Any:
        self.asked += 1
        return super().evaluate_expression(expression, **options)


@pytest.fixture
def counting() -> Counting:
    return Counting()


def values(templar: Any, expression: str, hosts: list[dict[str, Any]]) -> list[Any]:
    text = trust_as_template(expression)
    found = []
    for variables in hosts:
        templar.available_variables = variables
        found.append(templar.evaluate_expression(text))
    return found


def test_hosts_that_do_not_differ_in_what_is_read_are_asked_about_once(counting: Counting) -> None:
    hosts = [{"tags": ["a"], "id": number, "site": {"room": number % 2, "id": number}} for number in range(10)]
    remembering = RememberingTemplar(counting)
    assert values(remembering, "tags | first", hosts) == ["a"] * 10
    assert counting.asked == 1
    assert values(remembering, "site.room + 1 if tags else id", hosts[:1]) == [1]
    assert counting.asked == 2
    assert values(remembering, "site['room'] + 1", hosts) == [1, 2] * 5
    assert counting.asked == 4


def test_what_looks_equal_is_told_apart(counting: Counting) -> None:
    alike: list[Any] = [1, True, 1.0, "1", [1], [True], (1,), {"b": 1}, {"b": True}, None, "", [], {}]
    hosts = [{"a": value} for value in alike] * 2
    found = values(RememberingTemplar(counting), "a", hosts)
    assert [(type(value), str(value)) for value in found] == [
        (type(value), str(value)) for value in values(Counting(), "a", hosts)
    ]
    assert counting.asked == len(alike)


def test_a_value_and_the_key_of_a_dict_are_told_apart(counting: Counting) -> None:
    hosts: list[dict[str, Any]] = [{"a": {"b": "x"}}, {"a": "x"}, {"a": {"b": {"c": "x"}}}, {"a": {}}, {}]
    expression = "a.b | default(a | default('none') | string)"
    assert values(RememberingTemplar(counting), expression, hosts) == values(Counting(), expression, hosts)


@pytest.mark.parametrize(("expression", "expected"), [("tags", ["a"]), ("[tags]", [["a"]])])
def test_no_host_can_change_what_another_one_has(counting: Counting, expression: str, expected: list[Any]) -> None:
    remembering = RememberingTemplar(counting)
    text = trust_as_template(expression)
    for _host in range(3):
        remembering.available_variables = {"tags": ["a"]}
        value = remembering.evaluate_expression(text)
        assert value == expected
        (value if value == ["a"] else value[0]).append("b")
    assert counting.asked == 1


def test_equal_texts_are_not_the_same_expression(counting: Counting) -> None:
    remembering = RememberingTemplar(counting)
    remembering.available_variables = {"a": 1}
    assert remembering.evaluate_expression(trust_as_template("a")) == 1
    # one that is not trusted is refused, although an equal one is known
    for _again in range(2):
        with pytest.raises(AnsibleError):
            remembering.evaluate_expression("a" + "")
    assert counting.asked == 3


def test_what_is_in_vain_is_given_up(counting: Counting) -> None:
    remembering = RememberingTemplar(counting)
    text = trust_as_template("name | upper")
    for number in range(600):
        remembering.available_variables = {"name": f"h{number}"}
        assert remembering.evaluate_expression(text) == f"H{number}"
    assert [memory.results for memory in remembering._memories.values()] == [{}]


def test_marked_values_are_evaluated_for_each_host(counting: Counting) -> None:
    template = trust_as_template("{{ name }}")
    hosts = [{"name": name, "a": template} for name in ("one", "two")]
    assert values(RememberingTemplar(counting), "a", hosts) == ["one", "two"]


@pytest.mark.parametrize(
    "expression",
    [
        *(
            "lookup('ansible.builtin.env', 'HOME')",
            "query('ansible.builtin.env', a)",
            "now()",
            "range(3)",
            "a()",
            "a.b()",
        ),
        *(
            "a | random",
            "a | map('upper')",
            "a | shuffle",
            "a is exists",
            "a.append(1)",
            "a.format(b=1)",
            "a | password_hash",
        ),
        *("{{ a }}", "a }} {{ b", "a {# b #}", "a) and (b", "a,", "", "a b", "(a", "'"),
        *("a | default(*b)", "a | default(**b)", "a.split(*b)", "a | extract(b)"),
    ],
)
def test_what_may_depend_on_more_is_never_remembered(expression: str) -> None:
    assert reads_of(expression) is None


# -- beside ansible-core ----------------------------------------------------------------------------------------------

NAMES = ("a", "b", "c")
LEAF = st.sampled_from([None, True, 0, 1, 1.5, "", "x", "X-y", "1", INJECTION, "{% if %}", "ö"])
VALUE = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from([*NAMES, "items", "get", "x"]), inner, max_size=2)
        | inner.filter(lambda value: isinstance(value, str)).map(trust_as_template)
    ),
    max_leaves=4,
)
# a few that come again, and all else
HOSTS = st.lists(st.dictionaries(st.sampled_from(NAMES), VALUE), min_size=1, max_size=4).map(lambda hosts: hosts * 2)


def _joined(inner: Any) -> Any:
    return st.one_of(
        st.tuples(
            inner, st.sampled_from([".b", ".items", ".get('x')", "['a']", "[0]", ".x.y", ".split('-')", "[:1]"])
        ).map("".join),
        st.tuples(
            inner,
            st.sampled_from(
                ["lower", "first", "default('d')", "default('d', true)", "string", "length", "join('-')", "sort"]
            ),
        ).map(" | ".join),
        st.tuples(inner, st.sampled_from(["defined", "string", "mapping", "none", "true", "match('x')"])).map(
            " is ".join
        ),
        st.tuples(inner, st.sampled_from([" ~ ", " + ", " == ", " in ", " and ", " or ", " < "]), inner).map("".join),
        st.tuples(inner, inner, inner).map(lambda three: "({} if {} else {})".format(*three)),
        st.tuples(inner, inner).map(lambda two: "[{}, {}]".format(*two)),
        inner.map("({})".format),
        inner.map("not {}".format),
        inner.map("{{'k': {}}}".format),
    )


EXPRESSION = st.recursive(
    st.sampled_from(
        [*NAMES, *NAMES, "'x'", "1", "none", "missing", "lookup('ansible.builtin.env', 'HOME')", "(", "{{ a }}"]
    ),
    _joined,
    max_leaves=4,
)
# few, so that hosts differ in one thing alone
ALIKE = st.sampled_from(
    [1, True, "x", {"b": "x"}, {"b": {"x": "x"}}, trust_as_template("{{ other }}"), trust_as_template("{{ another }}")]
)
OTHERS = {"other": st.sampled_from(["p", "q"]), "another": st.sampled_from(["p", "q"])}
ALIKE_HOST = st.fixed_dictionaries(OTHERS, optional=dict.fromkeys(NAMES, ALIKE))


def answers(templar: Any, expression: str, hosts: list[dict[str, Any]]) -> list[Any]:
    """What each host gets, or what it fails with, for the expression and as a condition."""
    found: list[Any] = []
    for variables in hosts:
        templar.available_variables = variables
        for evaluate in (templar.evaluate_expression, templar.evaluate_conditional):
            try:
                found.append(described(evaluate(expression)))
            except Exception as error:  # noqa: BLE001  # whatever it is, it must be the same
                found.append((type(error), str(error)))
    return found


@settings(max_examples=100, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    expression=EXPRESSION.map(trust_as_template),
    hosts=st.lists(ALIKE_HOST, min_size=4, max_size=6),
)
def test_hosts_that_look_alike_get_what_ansible_core_gives_them(expression: str, hosts: list[dict[str, Any]]) -> None:
    assert answers(RememberingTemplar(Counting()), expression, hosts * 2) == answers(Counting(), expression, hosts * 2)


KEYED = st.fixed_dictionaries(
    {"key": EXPRESSION},
    optional={
        "prefix": st.sampled_from(["", "p"]),
        "separator": st.sampled_from(["", "-"]),
        "default_value": st.just("none"),
        "trailing_separator": st.booleans(),
        "parent_group": st.sampled_from(["parent", "{{ a }}"]),
    },
)
OPTIONS = st.fixed_dictionaries(
    {
        "compose": st.dictionaries(st.sampled_from(["a", "d"]), EXPRESSION, max_size=2),
        "groups": st.dictionaries(st.sampled_from(["g", "h"]), EXPRESSION, max_size=2),
        "keyed_groups": st.lists(KEYED, max_size=2),
        "strict": st.booleans(),
        "use_extra_vars": st.booleans(),
        "leading_separator": st.booleans(),
    }
)


class Inventory(Constructable):
    """What ansible-core makes of the options for some hosts."""

    def __init__(self, templar: Any, options: dict[str, Any], extra_vars: dict[str, Any]) -> None:
        self.templar = templar
        self.inventory = InventoryData()
        self._vars = extra_vars
        self._chosen = options

    def get_option(self, option: str, hostvars: Any = None) -> Any:
        return self._chosen[option]

    def _sanitize_group_name(self, name: str) -> str:
        return str(name)

    def outcome(self, hosts: list[dict[str, Any]]) -> Any:
        strict = self._chosen["strict"]
        try:
            for number, variables in enumerate(hosts):
                name = f"host{number}"
                self.inventory.add_host(name)
                self.inventory.hosts[name].vars.update(variables)
                self._set_composite_vars(self._chosen["compose"], self.inventory.hosts[name].get_vars(), name, strict)
                known = self.inventory.hosts[name].get_vars()
                self._add_host_to_composed_groups(self._chosen["groups"], known, name, strict, fetch_hostvars=False)
                self._add_host_to_keyed_groups(self._chosen["keyed_groups"], known, name, strict, fetch_hostvars=False)
        except Exception as error:  # noqa: BLE001  # whatever it is, it must be the same
            return self._seen(), type(error), str(error)
        return self._seen(), None, None

    def _seen(self) -> Any:
        members = {name: [host.name for host in group.hosts] for name, group in self.inventory.groups.items()}
        parents = {name: [group.name for group in group.parent_groups] for name, group in self.inventory.groups.items()}
        return members, parents, {name: described(host.vars) for name, host in self.inventory.hosts.items()}


def described(value: Any) -> Any:
    """*value* with all types, those by which ansible-core marks values among them."""
    if isinstance(value, dict):
        return type(value), [(described(name), described(item)) for name, item in value.items()]
    return (type(value), [described(item) for item in value]) if isinstance(value, list) else (type(value), str(value))


@pytest.fixture(scope="module")
def options_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("options")


@settings(max_examples=80, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(options=OPTIONS, hosts=HOSTS, extra_vars=st.dictionaries(st.sampled_from(NAMES), VALUE, max_size=1))
def test_an_inventory_is_what_ansible_core_alone_makes_of_it(
    options: dict[str, Any], hosts: list[dict[str, Any]], extra_vars: dict[str, Any], options_path: Path
) -> None:
    # as Ansible has them, which marks where they come from
    path = options_path / "options.yml"
    path.write_text(json.dumps(options), encoding="utf-8")
    options = DataLoader().load_from_file(str(path), cache="none", trusted_as_template=True)
    alone, remembering = Counting(), RememberingTemplar(Counting())
    expected = Inventory(alone, options, extra_vars).outcome(hosts)
    assert Inventory(remembering, options, extra_vars).outcome(hosts) == expected
