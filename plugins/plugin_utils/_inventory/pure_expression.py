# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Jinja expression reads, where it is certain that nothing else decides its result."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.parser import Parser


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The variables that are read, each with the keys below it that are read alone.
Reads = frozenset[tuple[str, ...]]

_PURE = (
    *(nodes.Const, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos, nodes.CondExpr),
    *(nodes.Concat, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod),
    *(nodes.Slice, nodes.Keyword),
)
# Of Jinja's own filters and tests and of ansible.builtin's, those that neither look at anything else nor at other hosts,
# nor take the name of another filter.
_FILTERS = _words(
    "abs bool b64decode b64encode basename capitalize count d default dirname e escape first float hash int join last "
    "length list lower max min quote regex_escape regex_findall regex_replace regex_search replace reverse round sort "
    "split splitext string sum ternary title to_json to_uuid trim unique upper wordcount"
)
_TESTS = _words(
    "boolean defined divisibleby eq equalto even false float ge gt greaterthan in integer le lessthan lower lt mapping "
    "match ne none number odd regex search sequence string true truthy falsy undefined upper version iterable"
)
_METHODS = _words(
    "capitalize count endswith find get index isalnum isalpha isdecimal isdigit islower isnumeric isspace istitle isupper "
    "items join keys lower lstrip partition removeprefix removesuffix replace rfind rpartition rsplit rstrip split "
    "splitlines startswith strip title upper values zfill"
)


def reads_of(expression: str) -> Reads | None:
    """What *expression* reads; None where its result may depend on anything else."""
    # Ansible may take text with delimiters for a template.
    if any(delimiter in expression for delimiter in ("{{", "{%", "{#")):
        return None
    try:
        parser = Parser(Environment(autoescape=False), expression, state="variable")
        root = parser.parse_expression()
    except TemplateSyntaxError:
        return None
    if not parser.stream.eos:
        return None
    if not all(map(_is_pure, _all(root))):
        return None
    return frozenset(_reads(root))


def _all(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _all(child)


def _is_pure(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Filter):
        return node.name.removeprefix("ansible.builtin.") in _FILTERS and _has_plain_arguments(node)
    if isinstance(node, nodes.Test):
        return node.name.removeprefix("ansible.builtin.") in _TESTS and _has_plain_arguments(node)
    if isinstance(node, nodes.Call):
        return isinstance(node.node, nodes.Getattr) and node.node.attr in _METHODS and _has_plain_arguments(node)
    return isinstance(node, _PURE)


def _has_plain_arguments(node: nodes.Filter | nodes.Test | nodes.Call) -> bool:
    return node.dyn_args is None and node.dyn_kwargs is None


def _reads(node: nodes.Node) -> Iterator[tuple[str, ...]]:
    path = _path(node)
    if path is not None:
        yield path
        return
    for child in node.iter_child_nodes():
        yield from _reads(child)


def _path(node: nodes.Node) -> tuple[str, ...] | None:
    """The variable that *node* is, or a key of a dict in it. A name that dicts have as a method means that perhaps."""
    if isinstance(node, nodes.Name):
        return (node.name,)
    key = None
    if isinstance(node, nodes.Getattr):
        key = node.attr
    elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        key = node.arg.value
    if not isinstance(node, (nodes.Getattr, nodes.Getitem)) or not isinstance(key, str) or hasattr(dict, key):
        return None
    above = _path(node.node)
    return None if above is None else (*above, key)
