# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A templar that evaluates an expression once for all hosts that do not differ in what it reads.

ansible-core parses and compiles an expression anew for each host, which takes most of the time of an inventory.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from ansible.template import Templar

from .pure_expression import Reads, reads_of

_MISSING = object()
# After so many hosts, an expression must have been the same for some of them, or else remembering it is in vain.
_TRIAL = 256


class RememberingTemplar:
    """What Constructable needs of *templar*, with the very results that it gives.

    Only results of expressions are remembered that depend on nothing but the variables they read, and only where those
    are plain data: what Ansible has marked, such as a template, may mean something else for another host.

    :ivar available_variables: those of the host whose turn it is
    """

    def __init__(self, templar: Templar) -> None:
        self._templar = templar
        self.available_variables: Mapping[str, Any] = {}
        self._memories: dict[tuple[str, int], _Memory] = {}

    def evaluate_expression(self, expression: Any) -> Any:
        """The value of *expression*. Raises what the templar raises."""
        return self._remembered("expression", expression, self._templar.evaluate_expression)

    def evaluate_conditional(self, conditional: Any) -> Any:
        """Whether *conditional* holds. Raises what the templar raises."""
        return self._remembered("conditional", conditional, self._templar.evaluate_conditional)

    def template(self, text: Any) -> Any:
        """*text* with its templates evaluated. Raises what the templar raises."""
        self._templar.available_variables = self.available_variables
        return self._templar.template(text)

    def _remembered(self, kind: str, text: Any, evaluate: Callable[[Any], Any]) -> Any:
        # The object, not its characters: one of two equal texts may be trusted, and the other one not.
        memory = self._memories.get((kind, id(text)))
        if memory is None:
            memory = self._memories[kind, id(text)] = _Memory(text)
        key = memory.key(self.available_variables)
        if key is not None and key in memory.results:
            memory.hits += 1
            return _copied(memory.results[key])
        self._templar.available_variables = self.available_variables
        result = evaluate(text)
        if key is not None:
            memory.results[key] = _copied(result)
        return result


class _Memory:
    """What one expression gave so far, by what it had read."""

    def __init__(self, text: Any) -> None:
        # Held on to, so that no other object gets its identity.
        self.text = text
        self.results: dict[Any, Any] = {}
        self.hits = 0
        self._reads: Reads | None = reads_of(text) if isinstance(text, str) else None

    def key(self, variables: Mapping[str, Any]) -> Any:
        """What the expression reads of *variables*, in a form that compares; None if its result is not to be kept."""
        if self._reads is None:
            return None
        if len(self.results) >= _TRIAL and self.hits < len(self.results):
            self._reads = None
            self.results.clear()
            return None
        try:
            return tuple(_found(variables, path) for path in self._reads)
        except _NotPlainError:
            return None


class _NotPlainError(Exception):
    """A value is not plain data."""


def _found(variables: Mapping[str, Any], path: tuple[str, ...]) -> tuple[int, Any]:
    """The value at *path*, frozen, or the one on the way to it that is no plain dict; the number tells which."""
    value = variables.get(path[0], _MISSING)
    for depth, name in enumerate(path[1:]):
        kind = type(value)
        if kind is not dict:
            return depth, _frozen(value)
        value = value.get(name, _MISSING)
    return len(path), _frozen(value)


def _frozen(value: Any) -> Any:
    """*value* in a form that compares and tells 1 from True and 1.0. Raises _NotPlainError."""
    kind = type(value)
    if kind is str or value is None or value is _MISSING:
        # equal to nothing of another type, so it may stand for itself
        return value
    if kind in (int, float, bool):
        return kind, value
    if kind in (list, tuple):
        return kind, tuple(map(_frozen, value))
    if kind is dict:
        return kind, tuple((_frozen(name), _frozen(item)) for name, item in value.items())
    raise _NotPlainError


def _copied(value: Any) -> Any:
    """*value*, so that no host can change what another one has."""
    if _is_immutable(value):
        return value
    if isinstance(value, list) and all(map(_is_immutable, value)):
        # A deep copy takes ten times as long, and tags are such lists.
        return copy.copy(value)
    return copy.deepcopy(value)


def _is_immutable(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float))
