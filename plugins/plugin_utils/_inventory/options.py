# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the options in a configuration file are of their kind.

ansible-core makes some values fit that mean something else, such as any text for false, and its errors are not ours.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ...module_utils._base.errors import OptionError
from ...module_utils._base.text import printable
from ...module_utils._settings.settings import SECRETS
from ...module_utils._tasks.filter_argspec import filter_argument_spec

CONDITIONS = ("include", "exclude")
EXPRESSIONS = (*CONDITIONS, "hostname", "compose", "groups", "keyed_groups")

# Without a value, those leave nobody out. The others have a default.
_FILTERS = {name for name, spec in filter_argument_spec().items() if "default" not in spec}
_KEYED = {"key", "prefix", "separator", "parent_group", "default_value", "trailing_separator"}


def check_value(name: str, value: Any, definition: Mapping[str, Any]) -> None:
    """Raise OptionError unless *value* fits the *definition* of the option, which is that of its documentation.

    *value* has no templates any more. None is the default, but no filter.
    """
    kind = definition.get("type", "str")
    items = _items(value) if kind == "list" else [value]
    if name in _FILTERS and (not items or any(item is None or item == "" for item in items)):
        raise OptionError(f"{name} is set, but empty, so it would not choose anything: give a value, or remove it.")
    if value is None:
        return
    if kind == "list" and not isinstance(value, (str, list, tuple)):
        raise OptionError(f"{_named(name, value)} is not a list: give one, such as [{_example(value)}].")
    for item in items:
        _check_item(name, item, "str" if kind == "list" else kind, definition)


def check_expressions(name: str, value: Any) -> Any:
    """The value of one of EXPRESSIONS, in the form that its documentation says. Raises OptionError."""
    if value is None and name not in CONDITIONS:
        return None
    if name == "keyed_groups":
        _check_keyed_groups(value)
    elif name in ("compose", "groups"):
        if not isinstance(value, Mapping):
            raise OptionError(f"{_named(name, value)} is not a dictionary: give names, each with an expression.")
        for key, text in value.items():
            if not isinstance(key, str):
                raise OptionError(f"{name}: {printable(repr(key))} is not a name: put it into quotes.")
            _check_expression(f"{name}: {key}", text, name == "groups")
    else:
        # ansible-core would cut a text into pieces where it has commas.
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, (list, tuple)):
            raise OptionError(f"{_named(name, value)} is not a list: give a list of expressions, or remove it.")
        for text in value:
            _check_expression(name, text, name in CONDITIONS)
    return value


def _check_keyed_groups(value: Any) -> None:
    if not isinstance(value, (list, tuple)) or not all(isinstance(entry, Mapping) for entry in value):
        raise OptionError(
            f"{_named('keyed_groups', value)} is not a list of dictionaries: give a list such as "
            "[{key: remoteit_tags, prefix: tag}]."
        )
    for entry in value:
        unknown = sorted(str(key) for key in entry if key not in _KEYED)
        if unknown:
            raise OptionError(f"keyed_groups: {', '.join(unknown)} is unknown: use {', '.join(sorted(_KEYED))}.")
        _check_expression("keyed_groups: key", entry.get("key"), False)
        if entry.get("default_value") is not None and entry.get("trailing_separator") is not None:
            raise OptionError(
                "keyed_groups: default_value and trailing_separator exclude each other: remove one of them."
            )
        for key in sorted(_KEYED - {"key"}):
            if entry.get(key) is not None:
                _check_item(f"keyed_groups: {key}", entry[key], "bool" if key == "trailing_separator" else "str", {})


def _check_expression(where: str, value: Any, is_condition: bool) -> None:
    if isinstance(value, str) and value.strip():
        return
    if not (is_condition and isinstance(value, bool)):
        raise OptionError(
            f"{_named(where, value)} is not an expression: give a text that is not empty and not encrypted, in quotes."
        )


def _check_item(name: str, value: Any, kind: str, definition: Mapping[str, Any]) -> None:
    is_kind, what = _KINDS[kind]
    if not is_kind(value):
        raise OptionError(f"{_named(name, value)} is not {what}.")
    choices = definition.get("choices")
    if choices and str(value) not in choices:
        raise OptionError(f"{_named(name, value)} is not known: give one of {', '.join(choices)}.")


def _is_text(value: Any) -> bool:
    # What YAML takes for a boolean was meant as a text, such as no.
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def _is_bool(value: Any) -> bool:
    try:
        boolean(value)
    except TypeError:
        return False
    return True


def _is_number(value: Any) -> bool:
    try:
        return _is_text(value) and not math.isnan(float(value))
    except (ValueError, OverflowError):
        return False


def _is_whole(value: Any) -> bool:
    return _is_number(value) and float(value).is_integer()


_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "bool": (_is_bool, "a boolean: give true or false"),
    "boolean": (_is_bool, "a boolean: give true or false"),
    "int": (_is_whole, "a whole number: give one"),
    "float": (_is_number, "a number: give one"),
    "str": (_is_text, "a text: give one, in quotes"),
    "path": (_is_text, "a path: give one, in quotes"),
}


def _items(value: Any) -> list[Any]:
    """The values of an option that is a list, or a text with commas between them."""
    if isinstance(value, str):
        return [item.strip() for item in value.split(",")]
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _named(name: str, value: Any) -> str:
    return name if name in SECRETS else f"{name}={printable(repr(value))}"


def _example(value: Any) -> str:
    return printable(str(value)) if _is_text(value) else "…"
