# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line of the ProxyCommand: one table of its options, by which it is written and read.

It is read with getopt, because argparse is slower than all else at the start of the ProxyCommand.
"""

from __future__ import annotations

import getopt
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .._base.errors import OptionError
from .._model.access import MODES
from .._settings.registry_place import absolute_registry, is_url
from .._settings.settings import APIS, DEFAULT_TIMEOUT, SIGNATURES

TEXT = "text"
PATH = "path"
PLACE = "place of a registry"
SECONDS = "seconds"
# Written where it is false, and only then.
SWITCH = "switch"


class Option(NamedTuple):
    """What an option holds; *choices* are all its values where there are only so many."""

    kind: str
    choices: tuple[str, ...] = ()


# By the names that tasks have for them. No key is among them, nor the id of one, which goes where its secret does: other
# users of the machine see the arguments of a process.
OPTIONS = {
    "profile": Option(TEXT),
    "credentials_file": Option(PATH),
    "api": Option(TEXT, APIS),
    "signature": Option(TEXT, SIGNATURES),
    "rest_url": Option(TEXT),
    "graphql_url": Option(TEXT),
    "ca_path": Option(PATH),
    "request_timeout": Option(SECONDS),
    "registry": Option(PLACE),
    "access": Option(TEXT, MODES),
    "client_ip": Option(TEXT),
    "timeout": Option(SECONDS),
    "validate_certs": Option(SWITCH),
    "fdpass": Option(SWITCH),
}
_WORDS = {
    name: f"--no-{name.replace('_', '-')}" if option.kind == SWITCH else f"--{name.replace('_', '-')}"
    for name, option in OPTIONS.items()
}
_NAMES = {word: name for name, word in _WORDS.items()}


def write(service_id: str, options: Mapping[str, Any]) -> list[str]:
    """The words of which parse() makes *service_id* and those of *options* that are in OPTIONS and set.

    Paths become absolute, because ssh may run anywhere. Raises OptionError for a registry that cannot be one.
    """
    words = []
    for name, word in _WORDS.items():
        kind, value = OPTIONS[name].kind, options.get(name)
        if kind == SWITCH:
            words += [word] if value is False else []
        elif value not in (None, ""):
            words.append(f"{word}={_written(kind, value)}")
    return [*words, service_id]


def _written(kind: str, value: Any) -> str:
    if kind == PATH:
        return os.path.abspath(os.path.expanduser(value))
    return absolute_registry(str(value)) if kind == PLACE else str(value)


def parse(words: Sequence[str], directory: str) -> dict[str, Any]:
    """``service_id``, ``timeout`` and those of OPTIONS that are given, by their names, with paths as seen from *directory*.

    Raises OptionError.
    """
    known = [word[2:] if OPTIONS[name].kind == SWITCH else f"{word[2:]}=" for name, word in _WORDS.items()]
    try:
        given, services = getopt.gnu_getopt(list(words), "", known)
    except getopt.GetoptError as error:
        raise _refused(error.msg) from None
    if len(services) != 1:
        raise _refused(f"it takes one service id, not {len(services)}")
    options: dict[str, Any] = {"service_id": services[0], "timeout": DEFAULT_TIMEOUT}
    options.update((_NAMES[word], _read(word, text, directory)) for word, text in given)
    return options


def _read(word: str, text: str, directory: str) -> str | float | bool:
    kind, choices = OPTIONS[_NAMES[word]]
    if kind == SWITCH:
        return False
    if kind in (PATH, PLACE):
        return text if text.startswith("~") or is_url(text) else os.path.join(directory, text)
    if kind == SECONDS:
        try:
            return float(text)
        except ValueError:
            raise _refused(f"{word}={text!r} is not a number of seconds") from None
    if choices and text not in choices:
        raise _refused(f"{word}={text!r} is none of {', '.join(choices)}")
    return text


def _refused(reason: str) -> OptionError:
    return OptionError(
        f"the ProxyCommand of community.remoteit cannot be run so: {reason}. Give it a service id and any of "
        f"{', '.join(_NAMES)}."
    )
